import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildNotebook, loadLesson, notebookText } from '../../lib/lesson';
import { faults } from './formats/schemas';

const root = path.resolve(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-recipes-'));
const slug = '03-autoencoder';
const solution = notebookText(buildNotebook(loadLesson(slug), { lang: 'en', variant: 'solution' }));

const exported = (to: string): string => {
  const out = path.join(folder, to);
  const { status, stderr } = spawnSync(
    process.execPath,
    [path.join(root, 'lib/setup/genlab.js'), 'export', slug, '--to', to, '-o', out],
    { encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
  return out;
};

/** The packages of this checkout for a copy of it: what `npm ci` would install there. */
const withPackages = (genlab: string): void => {
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(genlab, 'node_modules'));
};

describe('an autograder for Gradescope', { timeout: 600_000 }, () => {
  const autograder = path.join(folder, 'autograder');
  const submission = path.join(autograder, 'submission');
  beforeAll(() => {
    // As Gradescope does it: the ZIP file unpacked into source/, run_autograder copied out of it.
    const out = exported('gradescope-image');
    const files = unzipSync(fs.readFileSync(path.join(out, 'autograder.zip')));
    for (const [name, bytes] of Object.entries(files)) {
      const file = path.join(autograder, 'source', name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, bytes);
    }
    withPackages(path.join(autograder, 'source', 'genlab'));
    fs.mkdirSync(submission);
    fs.copyFileSync(path.join(autograder, 'source', 'run_autograder'), path.join(autograder, 'run_autograder'));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  const grade = (): { code: number | null; results: ReturnType<typeof JSON.parse>; text: string } => {
    const { status } = spawnSync('bash', [path.join(autograder, 'run_autograder')], {
      cwd: autograder,
      env: { ...process.env, AUTOGRADER_ROOT: autograder, VITEST: undefined },
    });
    const text = fs.readFileSync(path.join(autograder, 'results', 'results.json'), 'utf8');
    return { code: status, results: JSON.parse(text), text };
  };

  it('holds what it needs at the root of the ZIP file, and scripts that bash can read', () => {
    const source = path.join(autograder, 'source');
    expect(fs.readdirSync(source).sort()).toEqual(['Dockerfile', 'genlab', 'run_autograder', 'setup.sh']);
    for (const name of ['setup.sh', 'run_autograder']) {
      expect(spawnSync('bash', ['-n', path.join(source, name)]).status).toBe(0);
      expect(fs.readFileSync(path.join(source, name), 'utf8')).toMatch(/^#!\/usr\/bin\/env bash\n/);
    }
  });

  it('tells who hands in no notebook', () => {
    expect(grade().results).toMatchObject({ score: 0, output: expect.stringContaining('No notebook was submitted') });
  });

  it('grades a submission with the checks that it carries', () => {
    fs.writeFileSync(path.join(submission, 'my answers.ipynb'), solution);
    const { code, results, text } = grade();
    expect(code).toBe(0);
    expect(faults('gradescope', text)).toEqual([]);
    expect(results.score).toBe(results.extra_data.max_score);
    expect(results.score).toBeGreaterThan(0);
    expect(results.tests.every((test: { status: string }) => test.status === 'passed')).toBe(true);
  });

  it('blames no student for a fault of its own', () => {
    const specs = path.join(autograder, 'source', 'genlab', 'lib', 'cli.ts');
    const text = fs.readFileSync(specs, 'utf8');
    fs.writeFileSync(specs, "throw new Error('broken');");
    const { code, results } = grade();
    fs.writeFileSync(specs, text);
    expect(code).toBe(1);
    expect(results.output).toMatch(/The grader failed \(exit code \d+\), not your notebook/);
  });

  it('does the same for PrairieLearn', () => {
    const out = exported('prairielearn-image');
    withPackages(path.join(out, 'genlab'));
    const grader = path.join(folder, 'grade');
    fs.mkdirSync(path.join(grader, 'student'), { recursive: true });
    fs.writeFileSync(path.join(grader, 'student', `${slug}.ipynb`), solution);
    spawnSync('bash', [path.join(out, 'grade.sh')], {
      env: { ...process.env, GRADE_ROOT: grader, GENLAB_ROOT: path.join(out, 'genlab'), VITEST: undefined },
    });
    const text = fs.readFileSync(path.join(grader, 'results', 'results.json'), 'utf8');
    expect(JSON.parse(text).format_errors).toBeUndefined();
    expect(faults('prairielearn', text)).toEqual([]);
    expect(JSON.parse(text)).toMatchObject({ gradable: true, score: 1 });
    const info = JSON.parse(fs.readFileSync(path.join(out, 'question', slug, 'info.json'), 'utf8'));
    expect(info).toMatchObject({
      gradingMethod: 'External',
      externalGradingOptions: { entrypoint: '/genlab/grade.sh' },
    });
  });
});
