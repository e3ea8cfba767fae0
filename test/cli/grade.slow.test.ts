import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileResult } from '../../lib/grading';
import { buildNotebook, loadLesson, notebookText, type Lang, type Variant } from '../../lib/lesson';

const root = path.resolve(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-test-'));
const slug = '03-autoencoder';
const write = (name: string, lang: Lang, variant: Variant): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, notebookText(buildNotebook(loadLesson(slug), { lang, variant })));
  return file;
};
const genlab = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [path.join(root, 'lib/setup/genlab.js'), 'grade', ...args], {
    encoding: 'utf8',
    cwd: folder,
  });

describe('genlab grade', () => {
  let files: string[];
  beforeAll(() => {
    files = [write('solution.ipynb', 'en', 'solution'), write('stub.ipynb', 'zh', 'student')];
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  it('prints a table for each file, in its own language', () => {
    const { status, stdout } = genlab(...files);
    expect(status).toBe(0);
    const [solution, stub] = stdout.split('\n\n');
    expect(solution).toMatch(/solution\.ipynb · 03-autoencoder\n[^]*total +(\d+) \/ \1$/);
    expect(stub).toMatch(/stub\.ipynb · 03-autoencoder\n[^]*还没有写[^]*总分 +0 \/ \d+$/);
  });

  it('prints JSON, and nothing else', () => {
    const { status, stdout } = genlab('--json', '--lang', 'en', files[1]);
    expect(status).toBe(0);
    const [result] = JSON.parse(stdout) as FileResult[];
    expect(result).toMatchObject({ file: files[1], lesson: slug, lang: 'en', score: 0 });
    expect(result.exercises.length).toBeGreaterThan(0);
    expect(result.exercises.flatMap(({ checks }) => checks).every((check) => check.reason)).toBe(true);
  });

  it('runs hidden checks unless told not to', () => {
    const hidden = (...args: string[]): number => {
      const [result] = JSON.parse(genlab('--json', ...args, files[1]).stdout) as FileResult[];
      return result.exercises.flatMap(({ checks }) => checks).filter((check) => check.hidden).length;
    };
    expect(hidden()).toBeGreaterThan(0);
    expect(hidden('--no-hidden')).toBe(0);
  });

  it.each([
    [[], 2, /name at least one notebook/],
    [['--lang', 'fr', 'x.ipynb'], 2, /--lang is en or zh, not fr/],
    [['--lesson', '99-none', 'x.ipynb'], 1, /there is no lesson 99-none/],
    [['--jsn', 'x.ipynb'], 2, /Did you mean --json/],
  ])('tells %j with exit code %i', (args, code, message) => {
    const { status, stderr } = genlab(...args);
    expect(status).toBe(code);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('gives a file that is none a result, and exit code 1', () => {
    const { status, stdout } = genlab('nowhere.ipynb');
    expect(status).toBe(1);
    expect(stdout).toMatch(/nowhere\.ipynb\n {2}! There is no such file\./);
  });
});
