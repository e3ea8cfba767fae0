import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileTable, type FileResult } from '../../lib/grading';
import { openGrader, type Grader } from '../../lib/grading/grade';
import { buildNotebook, loadLesson } from '../../lib/lesson';
import { answering, course, gradeIdOf, miniNotebook, scores, solutionOf, words } from '../grading/support';
import { full, none } from './attack';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 }); // the machine may be busy

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-files-'));
const at = (name: string): string => path.join(folder, name);
const write = (name: string, content: unknown = miniNotebook()): string => {
  fs.writeFileSync(at(name), JSON.stringify(content));
  return at(name);
};
let grader: Grader;
beforeAll(async () => {
  grader = await openGrader({ ...course, allowWeakSandbox: true });
});
afterAll(async () => {
  await grader.close();
  fs.rmSync(folder, { recursive: true });
});
const grade = (file: string): Promise<FileResult> => grader.grade(file, { lesson: '01-mini' });

describe('a file that is no notebook', () => {
  it.each<[string, () => string, RegExp]>([
    ['a folder', () => folder, /a folder/],
    ['no file', () => at('none.ipynb'), /no such file/],
    ['a device', () => '/dev/zero', /no ordinary file/],
    [
      'a link to a file that is not the student’s',
      () => (fs.symlinkSync('/etc/hostname', at('link.ipynb')), at('link.ipynb')),
      /a link/,
    ],
    ['a link to itself', () => (fs.symlinkSync(at('loop.ipynb'), at('loop.ipynb')), at('loop.ipynb')), /a link/],
    ['a folder called like a notebook', () => (fs.mkdirSync(at('folder.ipynb')), at('folder.ipynb')), /a folder/],
    ['a name with a file in its path', () => path.join(write('file.ipynb'), 'deeper.ipynb'), /cannot be read/],
    ['a name too long for any disk', () => at(`${'n'.repeat(300)}.ipynb`), /cannot be read/],
  ])('%s scores 0 and says why', async (_, file, says) => {
    const result = await grade(file());
    expect(scores(result)).toEqual(none);
    expect(result.notes.join('\n')).toMatch(says);
  });

  it.runIf(process.platform !== 'win32')('a pipe that nobody writes to', async () => {
    expect(spawnSync('mkfifo', [at('pipe.ipynb')]).status).toBe(0);
    const result = await grade(at('pipe.ipynb'));
    expect(result.notes.join('\n')).toMatch(/no ordinary file/);
  });

  it.runIf(process.getuid?.() !== 0)('one that may not be read', async () => {
    const file = write('closed.ipynb');
    fs.chmodSync(file, 0);
    expect((await grade(file)).notes.join('\n')).toMatch(/may not be read/);
  });

  it('a notebook of something else', async () => {
    const other = { ...miniNotebook(), metadata: {}, cells: [] };
    const result = await grader.grade(write('other.ipynb', other));
    expect(result).toMatchObject({ score: 0, maxScore: 0 });
    expect(result.notes.join()).toMatch(/no exercise of this course/);
  });

  it('costs the next file nothing', async () => {
    expect(scores(await grade(write('good.ipynb')))).toEqual(full);
  });
});

describe('a file', () => {
  it('of another time scores the same', async () => {
    const file = write('old.ipynb');
    for (const time of [new Date('1970-01-01'), new Date('2099-12-31')]) {
      fs.utimesSync(file, time, time);
      expect(scores(await grade(file))).toEqual(full);
      expect(fs.statSync(file).mtime).toEqual(time); // read, not touched
    }
  });

  it.runIf(process.platform !== 'win32')('with a hostile name steers no terminal', async () => {
    const file = write('<img src=x onerror=alert(1)>\u001b[2J\u202e.ipynb');
    const result = await grade(file);
    expect(scores(result)).toEqual(full);
    expect(fileTable(result).replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  it('gets the same score each time, to the last reason', async () => {
    const file = write('wrong.ipynb', answering({ 'mini-scale': solutionOf('mini-scale').replace('half(1)', '0.4') }));
    const [first, second] = [await grade(file), await grade(file)];
    expect(first.exercises).toEqual(second.exercises);
    expect(scores(first)).toEqual({ ...full, 'mini-scale': 0.5 });
  });
});

describe('an answer that hands the work to the library', () => {
  it.each([
    ['by name', 'function gaussianKl(mu: Tensor2D, logVar: Tensor2D) {\n  return vae.gaussianKl(mu, logVar);\n}'],
    ['kept for later', 'const gaussianKl = vae.gaussianKl;'],
    [
      'by a name made up while it runs',
      "function gaussianKl(mu: Tensor2D, logVar: Tensor2D) {\n  return (vae as any)['gaussian' + 'Kl'](mu, logVar);\n}",
    ],
    [
      'imported anew',
      "function gaussianKl(mu: Tensor2D, logVar: Tensor2D) {\n  return lib.vae.gaussianKl(mu, logVar);\n}\nconst lib = await import('genlab');",
    ],
  ])('%s gains nothing', async (name, source) => {
    const notebook = buildNotebook(loadLesson('04-vae'), { lang: 'en', variant: 'solution' });
    const cells = notebook.cells.map((cell) => (gradeIdOf(cell) === 'vae-kl' ? { ...cell, source } : cell));
    const own = await openGrader({ allowWeakSandbox: true });
    try {
      const result = await own.grade(write(`borrowed ${name}.ipynb`, { ...notebook, cells }));
      const lost = result.exercises.filter((one) => one.score < one.points && !one.manual);
      expect(lost.map((one) => [one.gradeId, one.score])).toEqual([['vae-kl', 0]]);
      expect(words(result)).toMatch(/is what this exercise asks for/);
    } finally {
      await own.close();
    }
  });
});
