import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeHandIns } from '../support/hand-ins';
import { keyOf, stepsOf, wordsOf } from './staff';

const genlab = path.resolve(__dirname, '../../lib/setup/genlab.js');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-staff-'));

describe('the page for course staff, walked with a small class', () => {
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('has every command work, with the output that the page shows', { timeout: 1_800_000 }, async () => {
    await makeHandIns(path.join(folder, 'handed-in'), '04-vae', 5);
    let cwd = folder;
    for (const { line, command, output } of stepsOf('docs/staff.md')) {
      const [program, ...words] = wordsOf(command);
      if (program === 'cd') cwd = path.resolve(cwd, words[0]);
      if (program !== 'genlab') continue;
      const done = spawnSync(process.execPath, [genlab, ...words], { cwd, encoding: 'utf8' });
      const at = `docs/staff.md:${line}: genlab ${words.join(' ')}\n${done.stderr}`;
      expect([at, done.status]).toEqual([at, 0]);
      const said = new Set(`${done.stdout}\n${done.stderr}`.split(/[\n\r]/).map(keyOf));
      // "…" stands for lines that are left out; a student whom the small class lacks is not looked for.
      const shown = output.filter((each) => each.trim() !== '' && each.trim() !== '…');
      for (const each of shown) expect([at, [...said]]).toEqual([at, expect.arrayContaining([keyOf(each)])]);
    }
  });
});
