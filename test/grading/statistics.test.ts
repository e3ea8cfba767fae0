import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { tensorOf } from '../../lib/grading';
import { CheckFailure } from '../../lib/grading/failure';
import { nextFalseFailRate, running } from '../../lib/grading/running';
import {
  boundedMeanBound,
  chiSquareQuantile,
  distributionBound,
  distributionDistance,
  meanBound,
  normalQuantile,
  shareBounds,
  varianceBounds,
} from '../../lib/grading/statistics';
import golden from '../golden/statistics.json';

await ready({ engine: 'cpu' });

/** Standard normal distribution function as a series that converges everywhere. */
function normalCdf(x: number): number {
  let [term, total] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17; n++) total += term *= (x * x) / (2 * n + 1);
  return 0.5 + (total * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

const close = (got: number, wanted: number, relative: number): void =>
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted) + 1e-12);

describe('quantiles are those of scipy', () => {
  it.each(golden.normal)('normal, $p', ({ p, quantile }) => close(normalQuantile(p), quantile, 2e-9));
  it.each(golden.chiSquare)('chi square of $k, $p', ({ p, k, below, above }) => {
    close(chiSquareQuantile(p, k), below, 1e-9);
    close(chiSquareQuantile(p, k, 'above'), above, 1e-9);
  });
  it.each(golden.kolmogorov)('the distance of $values.length numbers from the normal distribution', (one) => {
    close(distributionDistance(one.values, normalCdf).distance, one.distance, 1e-9);
  });
  it.each([0, 1, -1, NaN])('there is none at %d', (p) => {
    expect(() => normalQuantile(p)).toThrow(RangeError);
    expect(() => chiSquareQuantile(p, 3)).toThrow(RangeError);
  });
});

describe('bounds promise no more than they hold', () => {
  it.each(golden.binomial)('the share of $n trials of $p, at $rate', ({ n, p, rate, low, high }) => {
    const [from, to] = shareBounds(n, p, rate);
    expect(from).toBeLessThanOrEqual(low + 1e-12);
    expect(to).toBeGreaterThanOrEqual(high - 1e-12);
    expect(to - from).toBeLessThan(1.35 * (high - low) + 4 / n); // and not much less
  });
  it.each(golden.distances)('the distribution of $n numbers, at $rate', ({ n, rate, exact }) => {
    expect(distributionBound(n, rate)).toBeGreaterThanOrEqual(exact);
    expect(distributionBound(n, rate)).toBeLessThan(1.2 * exact);
  });
});

describe('right samples fail as often as stated, and no more', () => {
  const [n, rate, times] = [40, 0.05, 4000];
  const random = new Random(7);
  const shareOf = (fails: () => boolean): number => {
    let count = 0;
    for (let i = 0; i < times; i++) if (fails()) count++;
    return count / times;
  };
  const normals = (): Float32Array => {
    const sample = random.normal([n]);
    const values = sample.dataSync() as Float32Array;
    sample.dispose();
    return values;
  };
  const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((all, x) => all + x, 0) / values.length;
  // 4.5 standard deviations of a count of 4000: the seed is fixed, this is how near the truth a right formula lies.
  const slack = 4.5 * Math.sqrt((rate * (1 - rate)) / times);

  it('mean', () => {
    const found = shareOf(() => Math.abs(mean(normals())) > meanBound(n, 1, rate));
    expect(Math.abs(found - rate)).toBeLessThan(slack);
  });
  it('variance', () => {
    const [low, high] = varianceBounds(n, 1, rate);
    const found = shareOf(() => {
      const values = normals();
      const middle = mean(values);
      const got = Array.from(values).reduce((all, x) => all + (x - middle) ** 2, 0) / (n - 1);
      return got < low || got > high;
    });
    expect(Math.abs(found - rate)).toBeLessThan(slack);
  });
  it('distribution', () => {
    const found = shareOf(() => distributionDistance(normals(), normalCdf).distance > distributionBound(n, rate));
    expect(found).toBeLessThan(rate + slack);
    expect(found).toBeGreaterThan(rate / 3);
  });
  it('mean of bounded numbers, and shares', () => {
    const uniform = shareOf(
      () => Math.abs(mean(Array.from({ length: n }, () => random.next())) - 0.5) > boundedMeanBound(n, 1, rate),
    );
    const [low, high] = shareBounds(n, 0.3, rate);
    const shares = shareOf(() => {
      const got = mean(Array.from({ length: n }, () => (random.next() < 0.3 ? 1 : 0)));
      return got < low || got > high;
    });
    expect(uniform).toBeLessThan(rate + slack);
    expect(shares).toBeLessThan(rate + slack);
  });
});

/** True where the body runs to its end, false where a check in it fails. */
async function passes(body: () => void, rate: number | undefined = 1e-7): Promise<boolean> {
  const { error } = await running(body, rate);
  if (error === undefined) return true;
  if (CheckFailure.is(error)) return false;
  throw error;
}

describe('statistical matchers', () => {
  const n = 4096;
  const sample = (seed: number): tf.Tensor => new Random(seed).normal([n]);
  const coin = (seed: number, p: number): tf.Tensor => new Random(seed).bernoulli([n], p);
  const size = { sampleSize: n };

  it.each(Array.from({ length: 20 }, (_, seed) => [seed]))(
    'pass right samples and catch wrong ones (%d)',
    async (seed) => {
      const x = sample(seed);
      expect(
        await passes(() => void tensorOf(x).toHaveMean(0, size).toHaveVariance(1, size).toFollow(normalCdf, size)),
      ).toBe(true);
      expect(await passes(() => void tensorOf(x.add(0.2)).toHaveMean(0, size))).toBe(false);
      expect(await passes(() => void tensorOf(x.mul(1.2)).toHaveVariance(1, size))).toBe(false);
      expect(await passes(() => void tensorOf(x.abs()).toFollow(normalCdf, size))).toBe(false);
      expect(await passes(() => void tensorOf(coin(seed, 0.3)).toHaveShare(0.3, size))).toBe(true);
      expect(await passes(() => void tensorOf(coin(seed, 0.4)).toHaveShare(0.3, size))).toBe(false);
      expect(await passes(() => void tensorOf(coin(seed, 0.3)).toHaveMean(0.3, { ...size, range: [0, 1] }))).toBe(true);
    },
  );
  it('do not take fewer numbers, or NaN, for a sample', async () => {
    expect(await passes(() => void tensorOf(tf.tensor1d([-1, 1])).toHaveVariance(2, size))).toBe(false);
    expect(await passes(() => void tensorOf(tf.fill([n], NaN)).toHaveMean(0, size))).toBe(false);
  });
  it('stay together within what the check states', async () => {
    const spent: number[] = [];
    await running(() => void spent.push(...Array.from({ length: 40 }, nextFalseFailRate)), 1e-7);
    expect(spent[0]).toBe(5e-8);
    expect(spent.reduce((all, one) => all + one, 0)).toBeLessThanOrEqual(1e-7);
  });
  it('need a stated rate', async () => {
    await expect(passes(() => void tensorOf(sample(0)).toHaveMean(0, size), 0)).rejects.toThrow(
      'states its falseFailRate',
    );
  });
  it('of two checks at once do not mix up their rates', async () => {
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    const found: number[] = [];
    const check = (rate: number) =>
      running(async () => {
        await pause();
        found.push(nextFalseFailRate());
      }, rate);
    await Promise.all([check(1e-7), check(1e-9)]);
    expect(found.sort()).toEqual([5e-8, 5e-10].sort());
  });
});
