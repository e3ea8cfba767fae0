import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectValue, fail, itemsOf, numberOf, partsOf, Refused, tensorOf, type Text } from '../../lib/grading';
import { CheckFailure } from '../../lib/grading/failure';
import type { Kind } from '../../lib/grading/results';
import { ready } from '../../lib/engine';

await ready({ engine: 'cpu' });

function thrown(ask: () => unknown): unknown {
  try {
    ask();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The reason that a failed matcher gives, in both languages; nothing when it passes. */
function reason(ask: () => unknown): { en: string; zh: string } | undefined {
  try {
    ask();
    return undefined;
  } catch (error) {
    if (!CheckFailure.is(error)) throw error;
    const { reason: text }: { reason: Text } = error;
    return typeof text === 'string' ? { en: text, zh: text } : text;
  }
}
const x = tf.tensor2d([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('what passes', () => {
  it.each<[string, () => unknown]>([
    ['shape', () => tensorOf(x).toHaveShape([2, 3])],
    ['scalar', () => tensorOf(tf.scalar(1)).toBeScalar()],
    ['dtype', () => tensorOf(x).toHaveDType('float32')],
    ['close', () => tensorOf(x).toBeCloseTo(x.add(1e-6))],
    [
      'close to nested arrays',
      () =>
        tensorOf(x).toBeCloseTo([
          [1, 2, 3],
          [4, 5, 6],
        ]),
    ],
    ['between', () => tensorOf(x).toBeBetween(1, 6)],
    ['different', () => tensorOf(x).toDifferFrom(x.add(1))],
    ['number', () => numberOf(2).toBeCloseTo(2).toBeBetween(1, 3)],
    ['scalar tensor as a number', () => numberOf(tensorOf(tf.scalar(2)).value).toBeCloseTo(2)],
    ['items', () => itemsOf([1, 2], 2)],
    ['value', () => expectValue(true, true)],
  ])('%s', (_, ask) => {
    expect(reason(ask)).toBeUndefined();
  });
});

describe('reasons', () => {
  it.each<[string, () => unknown, RegExp, RegExp]>([
    ['no tensor', () => tensorOf(3), /expected a tensor, got the number 3/, /应为张量，得到的是数值 3/],
    [
      'a function',
      () => tensorOf(new Refused('function'), 'mean'),
      /`mean`: expected a tensor, got a function/,
      /`mean`：/,
    ],
    ['no return', () => tensorOf(undefined), /is a return missing/, /漏了 return/],
    [
      'shape',
      () => tensorOf(x).toHaveShape([3, 2], 'one row each'),
      /Expected shape \[3, 2\], got \[2, 3\]. One row each/,
      /形状应为/,
    ],
    [
      'NaN',
      () => tensorOf(tf.tensor1d([1, NaN])).toBeCloseTo([1, 2]),
      /1 of 2 values are not finite: the one at \[1\] is NaN/,
      /不是有限数/,
    ],
    [
      'largest difference',
      () =>
        tensorOf(x).toBeCloseTo([
          [1, 2, 3],
          [4, 5.5, 8],
        ]),
      /2 of 6 values are off \(allowed: 1e-5 \+ 1e-4 of the value\)\. The largest difference is 2, at \[1, 2\]: expected 8, got 6\./,
      /\[1, 2\]/,
    ],
    ['sign', () => tensorOf(x).toBeCloseTo(x.neg()), /the sign is not/, /符号反了/],
    ['factor', () => tensorOf(x).toBeCloseTo(x.mul(3)), /one and the same factor/, /同一个倍数/],
    ['shift', () => tensorOf(x).toBeCloseTo(x.add(3)), /one and the same amount/, /差同一个数/],
    ['zeros', () => tensorOf(tf.zeros([2])).toBeCloseTo([1, 2]), /All of yours are 0/, /全为 0/],
    ['parts', () => partsOf({ mu: 1 }, 'mean'), /expected an object { mean }, got an object { mu }/, /对象 { mean }/],
    ['items', () => itemsOf([1], 2), /an array of 2, got an array of 1/, /长度为 2/],
    ['number', () => numberOf(3).toBeCloseTo(2), /Expected 2, got 3: off by 1/, /应为 2，得到 3，相差 1/],
    ['NaN number', () => numberOf(NaN).toBeCloseTo(NaN), /finite/, /有限数/],
    ['range', () => tensorOf(x).toBeBetween(0, 5), /the one at \[1, 2\] is 6/, /\[1, 2\]/],
    ['same', () => tensorOf(x).toDifferFrom(x), /different values/, /完全相同/],
    ['a formula', () => tensorOf(x).toHaveShape([1], 'μ is one number'), /\. μ is one number\./, /μ is/],
  ])('%s', (_, ask, en, zh) => {
    const found = reason(ask);
    expect(found?.en).toMatch(en);
    expect(found?.zh).toMatch(zh);
  });

  it('show as many digits as it takes to tell two numbers apart', () => {
    const found = reason(() => tensorOf(tf.scalar(1.00005)).toBeCloseTo(tf.scalar(1), { absolute: 1e-6, relative: 0 }));
    expect(found?.en).toMatch(/Expected 1, got 1\.00005: off by/);
  });

  it.each<[string, () => unknown, Kind]>([
    ['type', () => tensorOf(3), 'type'],
    ['part', () => partsOf({ mu: 1 }, 'mean'), 'type'],
    ['shape', () => tensorOf(x).toHaveShape([3, 2]), 'shape'],
    ['shape of what is close', () => tensorOf(x).toBeCloseTo([1, 2]), 'shape'],
    ['dtype', () => tensorOf(x).toHaveDType('int32'), 'dtype'],
    ['finite', () => tensorOf(tf.scalar(NaN)).toBeCloseTo(1), 'finite'],
    ['value', () => tensorOf(x).toBeCloseTo(x.add(1)), 'value'],
    ['number', () => numberOf(1).toBeCloseTo(2), 'value'],
    ['range', () => numberOf(1).toBeBetween(2, 3), 'range'],
    ['own words', () => fail('no'), 'other'],
  ])('are of a kind: %s', (_, ask, kind) => {
    expect(thrown(ask)).toMatchObject({ cause: 'wrong', details: { kind } });
  });
});
