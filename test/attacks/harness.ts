import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exerciseHtml, fileTable, type FileResult } from '../../lib/grading';
import { openGrader, type Grader } from '../../lib/grading/grade';
import { livingSandboxes } from '../../lib/grading/sandbox/sandbox';
import { answering, course, scores, words } from '../grading/support';
import { expectedScores, full, type Attack } from './attack';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 }); // the machine may be busy

/** Runs each attack by itself, and looks at what it left behind. */
export function describeAttacks(title: string, attacks: readonly Attack[]): void {
  describe(title, () => {
    // Folders of these attacks' own, so that what is left behind can be told from other tests' files.
    const made = (name: string): string => fs.mkdtempSync(path.join(os.tmpdir(), `genlab-attacks-${name}-`));
    const [temporary, home, handedIn] = [made('temporary'), made('home'), made('in')];
    fs.chmodSync(temporary, 0o755);
    const graders = new Map<number, Promise<Grader>>();
    const graderFor = (seconds: number): Promise<Grader> => {
      const known = graders.get(seconds) ?? openGrader({ ...course, seconds, allowWeakSandbox: true });
      graders.set(seconds, known);
      return known;
    };
    beforeAll(() => {
      vi.stubEnv('TMPDIR', temporary);
      vi.stubEnv('HOME', home);
      vi.stubEnv('GENLAB_SECRET', 'of the class');
    });
    afterAll(() => {
      vi.unstubAllEnvs();
      for (const folder of [temporary, home, handedIn]) fs.rmSync(folder, { recursive: true });
    });

    const grade = async ({ code, submission, seconds = 10 }: Attack): Promise<FileResult> => {
      const file = path.join(handedIn, 'submission.ipynb');
      const found = submission?.() ?? answering({ 'mini-scale': code ?? '' });
      fs.writeFileSync(file, typeof found === 'string' || Buffer.isBuffer(found) ? found : JSON.stringify(found));
      return (await graderFor(seconds)).grade(file, { lesson: '01-mini' });
    };

    it.each(attacks)('$name', async (attack) => {
      const result = await grade(attack);
      const said = words(result);
      expect(scores(result), said).toEqual(expectedScores(attack));
      if (attack.says) expect(said).toMatch(attack.says);
      else if (result.score === 8) expect(said.trim()).toBe('');
      else expect(said.trim()).not.toBe('');

      expect(said.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}/u); // nothing that steers a terminal
      expect(said).not.toMatch(/node:internal|\/lib\/grading\//); // never a stack
      expect(fileTable(result).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      const page = result.exercises.map((one) => exerciseHtml(one, 'en')).join('');
      expect(page).not.toMatch(/<(img|script|svg|iframe)/i);

      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      await expect.poll(() => leftovers(temporary), { timeout: 20_000 }).toEqual([]);
      expect(fs.readdirSync(home)).toEqual([]);
    });

    it('afterwards the same process grades honest work as ever', async () => {
      const code = 'const scale = (x: Tensor) => tf.mul(x, half(1));';
      const result = await grade({ name: 'honest', scores: 2, code });
      expect(scores(result), words(result)).toEqual(full);
    });

    it('nothing is left when the graders are closed', async () => {
      for (const grader of graders.values()) await (await grader).close();
      await expect.poll(() => leftovers(temporary), { timeout: 20_000 }).toEqual([]);
      expect(fs.readdirSync(temporary)).toEqual([]);
    });
  });
}

/** Folders and processes that belong to no child that still stands ready. */
function leftovers(temporary: string): string[] {
  const mine = new Set(livingSandboxes().map(({ folder }) => folder));
  const folders = fs.readdirSync(temporary).filter((name) => !mine.has(path.join(temporary, name)));
  return [
    ...folders,
    ...processesOf(temporary)
      .filter(({ home }) => !mine.has(home))
      .map(({ pid }) => `process ${pid}`),
  ];
}

/** Every process whose home lies in a folder: a child, what wraps it, and whatever it may have started. */
function processesOf(folder: string): { pid: string; home: string }[] {
  if (process.platform !== 'linux') return [];
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const [, home] = /(?:^|\0)HOME=([^\0]*)/.exec(fs.readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? [];
        return home?.startsWith(`${folder}/`) ? [{ pid, home }] : [];
      } catch {
        return []; // it ended meanwhile, or is none of ours
      }
    });
}
