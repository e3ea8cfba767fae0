import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  askedBy,
  exportExercism,
  exportGradescope,
  exportPrairieLearn,
  type ExportedFile,
} from '../../../lib/grading/formats';
import { attempt, check, exerciseResult, final, result, secret } from './records';
import { faults } from './schemas';

const broken = result({ lesson: undefined, exercises: [], notes: ['The file is empty.'], score: 0 });
const results = {
  attempts: [attempt('ann'), attempt('bob', { result: broken, marks: [] }), attempt('cyd', { result: undefined })],
  finals: [
    final('ann'),
    final('bob', { score: 0, penalty: 0 }),
    final('cyd'),
    final('dan', { attempt: 0, score: 0, penalty: 0 }),
  ],
};
const spec = fs.readFileSync(path.join(__dirname, '../../exercises/04-vae.test.ts'), 'utf8');

const of = (files: readonly ExportedFile[], student: string): ReturnType<typeof JSON.parse> => {
  const file = files.find(({ name }) => name === `04-vae/${student}/results.json`);
  if (!file) throw new Error(`no file for ${student}`);
  return JSON.parse(file.text);
};
const one = (part: Parameters<typeof result>[0]) => ({
  attempts: [attempt('ann', { result: result(part), marks: [] })],
  finals: [final('ann')],
});

describe.each([
  ['gradescope', exportGradescope(results, { leaderboard: true })],
  ['prairielearn', exportPrairieLearn(results)],
  ['exercism', exportExercism(results, { testCode: askedBy(spec), printed: () => 'x'.repeat(2000) })],
] as const)('%s', (format, files) => {
  it('writes what its documents allow, one file a student', () => {
    expect(files.map(({ name }) => name)).toEqual(
      ['ann', 'bob', 'cyd', 'dan'].map((student) => `04-vae/${student}/results.json`),
    );
    for (const { name, text } of files) expect([name, ...faults(format, text)]).toEqual([name]);
  });

  it('is measured against a schema that finds faults', () => {
    expect(faults(format, '{"score": "all", "version": 2}')).not.toEqual([]);
    expect(faults(format, files[0].text.replace('"name"', '"nmae"'))).not.toEqual([]);
  });

  it('says nothing of hidden checks but what their specs allow', () => {
    expect(files[0].text).not.toContain(secret);
    expect(files[0].text).toContain('Hidden check');
    expect(files[0].text).toContain('spread');
    expect(files[0].text).toContain('Is it σ or σ²?');
  });

  it('keeps its files in their folder, whatever a student is called', () => {
    const finals = ['..', '../../etc', '.hidden', 'a\\b', ''].map((student) => final(student));
    const make = { gradescope: exportGradescope, prairielearn: exportPrairieLearn, exercism: exportExercism }[format];
    for (const { name } of make({ attempts: [], finals })) {
      expect(path.posix.normalize(name)).toBe(name);
      expect(name).toMatch(/^04-vae\/[A-Za-z0-9_@-][A-Za-z0-9._@-]*\/results\.json$/);
    }
  });

  it('speaks the language of the notebook', () => {
    const chinese = one({ lang: 'zh' });
    const make = { gradescope: exportGradescope, prairielearn: exportPrairieLearn, exercism: exportExercism }[format];
    expect(make(chinese)[0].text).toContain('隐藏检查');
  });
});

describe('Gradescope', () => {
  it('gives the score that counts, not the sum of the tests, and says why', () => {
    const ann = of(exportGradescope(results), 'ann');
    expect(ann.score).toBe(1.75);
    expect(ann.output).toMatch(/Handed in late: −0\.25 points\./);
    expect(ann.output).toMatch(/why: 0\.5 of 1 points by hand\.\n好，但不完整/);
  });

  it('numbers tests by exercise, and shows those with points to students one day', () => {
    const { tests } = of(exportGradescope(results), 'ann');
    expect(tests.map(({ number }: { number: string }) => number)).toEqual([
      '1.1',
      '1.2',
      '1.3',
      '2.1',
      '2.2',
      '2.3',
      '3.1',
    ]);
    expect(tests.map(({ visibility }: { visibility: string }) => visibility)).not.toContain('hidden');
    expect(tests[2]).toMatchObject({ visibility: 'after_published', status: 'failed', output: '', tags: ['kl'] });
    expect(tests[1]).toMatchObject({ score: 0.5, max_score: 1.5, status: 'failed', output_format: 'text' });
  });

  it('gives a file that cannot be read a score and a reason', () => {
    expect(of(exportGradescope(results), 'bob')).toMatchObject({ score: 0, output: 'The file is empty.', tests: [] });
    expect(of(exportGradescope(results), 'dan')).toMatchObject({ score: 0, output: 'Nothing was handed in.' });
  });
});

describe('PrairieLearn', () => {
  it('scores between 0 and 1', () => {
    expect(of(exportPrairieLearn(results), 'ann').score).toBeCloseTo(1.75 / 7.5);
    const extreme = (part: object): number =>
      of(exportPrairieLearn({ attempts: [attempt('ann')], finals: [final('ann', part)] }), 'ann').score;
    expect(extreme({ score: 9 })).toBe(1);
    expect(extreme({ score: -1 })).toBe(0);
    expect(extreme({ score: 0, maxScore: 0 })).toBe(0);
  });

  it('takes no attempt from a student whose file is no notebook', () => {
    expect(of(exportPrairieLearn(results), 'bob')).toEqual({
      gradable: false,
      format_errors: ['The file is empty.'],
      message: 'The file is empty.',
    });
  });

  it('stays below 1 MB', () => {
    const long = { earned: 0, cause: 'wrong', reason: '\u0007'.repeat(100_000) } as const;
    const exercises = Array.from({ length: 10 }, (_, i) =>
      exerciseResult(
        `e${i}`,
        Array.from({ length: 10 }, (_, j) => check(`c${j}`, long)),
      ),
    );
    const [{ text }] = exportPrairieLearn(one({ exercises }));
    expect(Buffer.byteLength(text)).toBeLessThan(1e6);
  });
});

describe('Exercism', () => {
  it('keeps the order of the lesson and links each test to its exercise', () => {
    const { status, tests } = of(exportExercism(results), 'ann');
    expect(status).toBe('fail');
    expect(tests.map(({ task_id }: { task_id: number }) => task_id)).toEqual([1, 1, 1, 2, 2, 2]);
    expect(tests.map((test: { status: string }) => test.status)).toEqual([
      'pass',
      'fail',
      'fail',
      'error',
      'error',
      'fail',
    ]);
    expect(tests[0].message).toBeNull();
  });

  it('cuts what students print at 500 characters, and no character in two', () => {
    const printed = (): string => '😀'.repeat(400);
    const { output } = of(exportExercism(results, { printed }), 'ann').tests[0];
    expect(output.length).toBeLessThanOrEqual(500);
    expect(output).toMatch(/^(😀)+\nOutput was truncated\. Please limit to 500 chars$/u);
    expect(of(exportExercism(results, { printed: () => 'short' }), 'ann').tests[0].output).toBe('short');
  });

  it('passes only where every check did, and is an error only where none could be run', () => {
    const status = (checks: ReturnType<typeof check>[]): string =>
      of(exportExercism(one({ exercises: [exerciseResult('kl', checks)] })), 'ann').status;
    const crashed = check('b', { earned: 0, cause: 'crashed', reason: 'The process ended.' });
    expect(status([check('a')])).toBe('pass');
    expect(status([check('a'), check('b', { earned: 0.5, cause: 'wrong' })])).toBe('fail');
    expect(status([check('a'), crashed])).toBe('fail');
    expect(status([crashed, crashed])).toBe('error');
    expect(of(exportExercism(results), 'bob')).toMatchObject({ status: 'error', message: 'The file is empty.' });
  });

  it('shows what a check asks, never what it expects', () => {
    const asked = askedBy(spec);
    expect(asked.get('vae-kl')).toEqual([
      'gaussianKl(...heads())',
      'gaussianKl(tf.zeros([4, 3]), tf.zeros([4, 3]))',
      'gaussianKl(mu, logVar)',
      'gradient(gaussianKl, [mu, logVar], 1)',
    ]);
    for (const question of [...asked.values()].flat()) expect(question).not.toMatch(/expected|toBe|toHave/);
    const checks = [check('a'), check('b'), check('c'), check('d', { hidden: true })];
    const graded = one({ exercises: [exerciseResult('vae-kl', checks)] });
    const { tests } = of(exportExercism(graded, { testCode: asked }), 'ann');
    expect(tests.map(({ test_code }: { test_code?: string }) => test_code)).toEqual([
      ...(asked.get('vae-kl') ?? []).slice(0, 3),
      undefined,
    ]);
    const loops = new Map([['vae-kl', ['only one']]]);
    expect(of(exportExercism(graded, { testCode: loops }), 'ann').tests[0]).not.toHaveProperty('test_code');
  });
});
