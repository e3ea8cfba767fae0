import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { command as build } from '../../lib/cli/build';
import { command as check } from '../../lib/cli/check';
import { type Command, parseCommandLine } from '../../lib/cli/command';
import { listLessons } from '../../lib/lesson';

let said: string;
let out: string;
beforeEach(() => {
  said = '';
  out = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-commands-'));
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(out, { recursive: true });
});

const [first] = listLessons();
const call = async (command: Command, ...argv: string[]) => command.run(parseCommandLine(command, argv));

describe('genlab check', () => {
  it('finds nothing to mend in the lessons of this course', async () => {
    const code = await call(check, '--no-types');
    expect(said).toMatch(/lessons? checked, 0 problems/);
    expect(code).toBe(0);
  });

  it('knows which lessons there are', async () => {
    await expect(call(check, 'nothing')).rejects.toThrow(/there is no lesson nothing\. The lessons are /);
  });
});

describe('genlab build', () => {
  it('writes the notebooks of one lesson, says which, and then finds them up to date', async () => {
    expect(await call(build, first, '--out', out)).toBe(0);
    expect(said.match(/^written: .*\.ipynb$/gm)).toHaveLength(2);
    said = '';
    expect(await call(build, first, '--out', out, '--check')).toBe(0);
    expect(said).toBe('1 lesson, 2 notebooks were up to date\n');
  });

  it('fails with --check when a notebook is stale, and names it', async () => {
    await call(build, first, '--out', out);
    const file = path.join(out, 'zh', `${first}.ipynb`);
    fs.appendFileSync(file, '\n');
    said = '';
    expect(await call(build, first, '--out', out, '--check')).toBe(1);
    expect(said).toBe(`stale: ${file}\nRun genlab build and commit what it writes.\n`);
  });
});
