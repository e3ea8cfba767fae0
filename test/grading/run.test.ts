import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../lib/engine';
import {
  exercise,
  exerciseHtml,
  exerciseText,
  expectGradient,
  fail,
  numberOf,
  tensorOf,
  type Define,
  type Subject,
} from '../../lib/grading';
import { localSubject } from '../../lib/grading/ask';
import { runExercise } from '../../lib/grading/run';
import type { CheckResult, ExerciseResult } from '../../lib/grading/results';

beforeAll(() => ready({ engine: 'cpu' }));

const options = { lang: 'en', seed: 's', hidden: true } as const;
const run = (define: Define, subject: Subject = localSubject({}), more: object = {}): Promise<ExerciseResult> =>
  runExercise(exercise('x', define), subject, { ...options, ...more });
/** The only check of an exercise. */
async function one(define: Define, subject?: Subject): Promise<CheckResult> {
  return (await run(define, subject)).checks[0];
}

describe('credit', () => {
  const half: Define = ({ check, subject }) =>
    check('doubles', { points: 3, hint: 'twice' }, async ({ credit }) => {
      const y = tensorOf(await subject.call('f', tf.tensor1d([1, 2]))).toHaveShape([2]);
      credit(0.5, { en: 'the shape', zh: '形状' });
      y.toBeCloseTo([2, 4]);
    });

  it('stands when what comes after fails', async () => {
    const f = (x: tf.Tensor): tf.Tensor => x.mul(3);
    expect(await one(half, localSubject({ f }))).toMatchObject({
      points: 3,
      earned: 1.5,
      credit: 'the shape',
      cause: 'wrong',
      kind: 'value',
      hint: 'twice',
    });
    const result = await run(half, localSubject({ f }));
    expect(result.score).toBe(1.5);
    expect(exerciseText(result, 'en')).toMatch(/doubles \(1\.5\/3\)\n +Points for: the shape\n/);
    expect(exerciseHtml(result, 'zh')).toContain('已得分的部分：the shape');
  });
  it('is nothing before it is reached, and all at the end', async () => {
    expect(await one(half, localSubject({ f: (x: tf.Tensor) => x.sum() }))).toMatchObject({ earned: 0, kind: 'shape' });
    const whole = await one(half, localSubject({ f: (x: tf.Tensor) => x.mul(2) }));
    expect(whole).toEqual({ name: 'doubles', points: 3, hidden: false, earned: 3 });
  });
  it('adds up without crumbs', async () => {
    const thirds: Define = ({ check }) =>
      ['a', 'b', 'c'].forEach((name) =>
        check(name, { points: 0.1 }, ({ credit }) => {
          credit(1 / 3);
          fail('no');
        }),
      );
    expect((await run(thirds)).score).toBe(0.099999);
  });

  const levels: Define = ({ check, subject }) =>
    check('sums', { points: 2 }, async ({ credit }) => {
      const y = numberOf(await subject.call('f', 3));
      await credit.levels(
        { share: 1, ask: () => y.toBeCloseTo(6) },
        { share: 0.5, ask: () => y.toBeCloseTo(2), reason: { en: 'A mean, not a sum.', zh: '这是平均，不是求和。' } },
        { share: 0.25, ask: () => y.toBeCloseTo(-6) },
      );
    });
  it.each<[number, number, RegExp | undefined]>([
    [6, 2, undefined],
    [2, 1, /^A mean, not a sum\.$/],
    [-6, 0.5, /^Expected 6, got -6/],
    [5, 0, /^Expected 6, got 5/],
  ])('levels: %d earns %d', async (answer, earned, reason) => {
    const found = await one(levels, localSubject({ f: () => answer }));
    expect(found.earned).toBe(earned);
    if (reason) expect(found.reason).toMatch(reason);
    else expect(found).not.toHaveProperty('reason');
  });

  it.each<[string, Define, RegExp]>([
    ['a share of 1', ({ check }) => check('a', { points: 1 }, ({ credit }) => credit(1)), /credit\(1\)/],
    [
      'a share below the one before',
      ({ check }) => check('a', { points: 1 }, ({ credit }) => [0.5, 0.4].forEach((share) => credit(share))),
      /above the one before \(0\.5\)/,
    ],
    [
      'levels that do not begin with the right answer',
      ({ check }) => check('a', { points: 1 }, ({ credit }) => credit.levels({ share: 0.5, ask: () => undefined })),
      /the first level is the right answer/,
    ],
    [
      'statistics without a rate',
      ({ check, random }) =>
        check('a', { points: 1 }, () => void tensorOf(random.normal([9])).toHaveMean(0, { sampleSize: 9 })),
      /states its falseFailRate/,
    ],
  ])('%s is the fault of the spec', async (_, define, message) => {
    const found = await one(define);
    expect(found.cause).toBe('spec');
    expect(found.reason).toMatch(message);
  });
});

describe('hidden checks', () => {
  const asked: string[] = [];
  const define: Define = ({ check }) => {
    check('h1', { points: 1, hidden: true }, () => void asked.push('h1'));
    check('v1', { points: 1 }, () => void asked.push('v1'));
    check('h2', { points: 1, hidden: { name: 'edge cases', hint: { en: 'Try 0.', zh: '试试 0。' } } }, () => {
      asked.push('h2');
      fail('no');
    });
    check('v2', { points: 1 }, () => void asked.push('v2'));
  };
  it('are asked after all others, and stand where they stood', async () => {
    asked.length = 0;
    const { checks } = await run(define);
    expect(asked).toEqual(['v1', 'v2', 'h1', 'h2']);
    expect(checks.map(({ name }) => name)).toEqual(['h1', 'v1', 'h2', 'v2']);
    expect(checks[2]).toMatchObject({ hidden: true, shown: { name: 'edge cases', hint: 'Try 0.' } });
  });
  it('are not asked where they are not wanted', async () => {
    asked.length = 0;
    expect((await run(define, undefined, { hidden: false })).points).toBe(2);
    expect(asked).toEqual(['v1', 'v2']);
  });
});

describe('what a lesson may leave to chance', () => {
  const rates = (...falseFailRates: number[]): Define => {
    return ({ check }) =>
      falseFailRates.forEach((rate, i) => check(`${i}`, { points: 1, falseFailRate: rate }, () => undefined));
  };
  it('adds up over the checks of an exercise', () => {
    expect(exercise('x', rates(1e-7, 2e-7)).falseFailRate).toBe(3e-7);
    expect(exercise('x', rates(...Array<number>(10).fill(1e-7))).falseFailRate).toBe(1e-6);
    expect(() => exercise('x', rates(6e-7, 6e-7))).toThrow('add up to 0.0000012, which is above 1e-6');
  });
});

describe('gradients against finite differences', () => {
  const ask = (f: (x: tf.Tensor, s: tf.Tensor) => tf.Tensor, wrt = 0): Promise<CheckResult> =>
    one(
      ({ check, subject, random }) =>
        check('gradient', { points: 1 }, () =>
          expectGradient(subject, 'f', [random.normal([4, 3]), random.uniform([4, 3], 0.5, 2)], { wrt, random }),
        ),
      localSubject({ f }),
    );
  it.each<[string, (x: tf.Tensor, s: tf.Tensor) => tf.Tensor]>([
    ['a product', (x, s) => x.mul(s)],
    ['tanh', (x, s) => x.tanh().mul(s).sum()],
    ['a softmax', (x, s) => x.softmax().mul(s)],
    ['an exponential', (x) => x.div(2).exp()],
    ['a constant', (_, s) => s.mul(1)],
    ['a large offset', (x) => x.square().add(100)],
  ])('%s is right', async (name, f) => {
    const given = name === 'a constant' ? (x: tf.Tensor, s: tf.Tensor) => x.mul(0).add(s) : f;
    expect(await ask(given)).toMatchObject({ earned: 1 });
    expect(await ask((x, s) => s.log().add(x), 1)).toMatchObject({ earned: 1 });
  });
  it.each<[string, (x: tf.Tensor, s: tf.Tensor) => tf.Tensor, RegExp]>([
    ['cut', (x, s) => tf.tensor(x.arraySync()).mul(s), /No gradient flows back through `f`/],
    ['half cut', (x, s) => tf.tensor(x.arraySync()).add(x).mul(s), /does not fit the function/],
    [
      'wrong by 10 %',
      (x) => tf.customGrad((y) => ({ value: (y as tf.Tensor).square(), gradFunc: (dy) => dy.mul(x).mul(2.2) }))(x),
      /does not fit the function/,
    ],
    ['not finite', (x) => x.sub(x).sqrt().mul(x), /not finite/],
  ])('%s is found', async (_, f, reason) => {
    expect((await ask(f)).reason).toMatch(reason);
  });
  it('leave no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await ask((x, s) => x.mul(s));
    expect(tf.memory().numTensors).toBe(before);
  });
});
