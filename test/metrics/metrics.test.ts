import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { toys } from '../../datasets';
import { Random, ready } from '../../lib/engine';
import * as metrics from '../../lib/metrics';
import { cases } from '../golden/metrics.json';

beforeAll(() => ready());

const matrix = (values: number[][]) => tf.tensor2d(values);
/** Without going through float32. */
const rows = (values: number[][]) => ({ values: values.flat(), count: values.length, size: values[0].length });
const normal = (seed: number, shape: [number, number], mean = 0, std = 1) =>
  new Random(seed).normal<tf.Rank.R2>(shape, mean, std);

describe('against scipy, torchmetrics and prdc', () => {
  test('sqrtSymmetric', () => {
    const { matrix, root } = cases.sqrtSymmetric;
    const n = matrix.length;
    const actual = metrics.sqrtSymmetric(Float64Array.from(matrix.flat()), n);
    root.flat().forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 10));
  });

  test('FrechetStatistics and frechetDistance', async () => {
    const { x, y, mean, covariance, fid } = cases.frechetDistance;
    const [a, b] = [await metrics.frechetStatistics(rows(x)), await metrics.frechetStatistics(rows(y))];
    mean.forEach((value, i) => expect(a.mean[i]).toBeCloseTo(value, 12));
    covariance.flat().forEach((value, i) => expect(a.covariance[i]).toBeCloseTo(value, 12));
    expect(metrics.frechetDistance(a, b)).toBeCloseTo(fid, 8);
    expect(metrics.frechetDistance(b, a)).toBeCloseTo(fid, 8);
  });

  test('frechetDistance where a covariance is singular', async () => {
    const { x, y, fid } = cases['frechetDistance, fewer points than numbers'];
    const [a, b] = [await metrics.frechetStatistics(matrix(x)), await metrics.frechetStatistics(matrix(y))];
    expect(Math.abs(metrics.frechetDistance(a, b) - fid)).toBeLessThan(1e-4);
  });

  test.each(['inceptionScore, splits = 1', 'inceptionScore, splits = 4'] as const)('%s', async (name) => {
    const { probabilities, splits, mean, std } = cases[name];
    const score = await metrics.inceptionScore(matrix(probabilities), splits);
    expect(Math.abs(score.mean - mean)).toBeLessThan(1e-4);
    expect(Math.abs(score.std - std)).toBeLessThan(1e-4);
  });

  test('polynomialMmd', async () => {
    const { x, y, mmd } = cases.polynomialMmd;
    expect(await metrics.polynomialMmd(rows(x), rows(y))).toBeCloseTo(mmd, 5); // theirs is in single precision
  });

  test.each(['precisionRecall, k = 3', 'precisionRecall, k = 5'] as const)('%s', async (name) => {
    const { real, fake, k, ...expected } = cases[name];
    const actual = await metrics.precisionRecall(matrix(real), matrix(fake), k);
    for (const [key, value] of Object.entries(expected)) {
      expect(actual[key as keyof metrics.PrecisionRecall], key).toBeCloseTo(value, 10);
    }
  });

  test.each(['wasserstein1d, different sizes', 'wasserstein1d, many equal values'] as const)('%s', (name) => {
    const { a, b, distance } = cases[name];
    expect(metrics.wasserstein1d(a, b)).toBeCloseTo(distance, 12);
    expect(metrics.wasserstein1d(b, a)).toBeCloseTo(distance, 12);
  });

  test('assignment', () => {
    const { cost, columns } = cases.assignment;
    expect([...metrics.assignment(cost.flat(), cost.length)]).toEqual(columns);
  });

  test('assignment with ties costs as little, and uses each column once', () => {
    const { cost, total } = cases['assignment with ties'];
    const columns = [...metrics.assignment(cost.flat(), cost.length)];
    expect(new Set(columns).size).toBe(cost.length);
    expect(columns.reduce((sum, column, row) => sum + cost[row][column], 0)).toBe(total);
  });

  test.each(['wasserstein, p = 1', 'wasserstein, p = 2'] as const)('%s', async (name) => {
    const { x, y, p, distance, plan } = cases[name];
    const actual = await metrics.wasserstein(rows(x), rows(y), p as 1 | 2);
    expect(actual.distance).toBeCloseTo(distance, 10);
    expect([...actual.plan]).toEqual(plan);
  });

  test('histogram', () => {
    const { values, shares } = cases.histogram;
    expect([...metrics.histogram(values, -2, 2, 8)].map((share) => share.toFixed(9))).toEqual(
      shares.map((share) => share.toFixed(9)),
    );
  });

  test('klDivergence and jsDivergence', () => {
    const { p, q, kl } = cases.klDivergence;
    expect(metrics.klDivergence(p, q)).toBeCloseTo(kl, 12);
    const { js, ...two } = cases.jsDivergence;
    expect(metrics.jsDivergence(two.p, two.q)).toBeCloseTo(js, 12);
    expect(metrics.klDivergence(two.p, two.q)).toBe(Infinity);
  });
});

describe('FrechetStatistics', () => {
  test('batches and merged halves give what all points at once give, far from the origin too', async () => {
    const points = tf.tidy(() => normal(1, [200, 5]).add(1000) as tf.Tensor2D);
    const whole = await metrics.frechetStatistics(points);
    const [first, second] = [new metrics.FrechetStatistics(5), new metrics.FrechetStatistics(5)];
    await first.add(points.slice([0, 0], [1, 5]));
    await first.add(points.slice([1, 0], [70, 5]));
    await second.add(points.slice([71, 0], [129, 5]));
    first.merge(second);
    expect(first.count).toBe(200);
    whole.covariance.forEach((value, i) => expect(first.covariance[i]).toBeCloseTo(value, 9));
    whole.mean.forEach((value, i) => expect(first.mean[i]).toBeCloseTo(value, 9));
  });

  test('holds no more for more points', async () => {
    const statistics = new metrics.FrechetStatistics(4);
    await statistics.add(normal(0, [10, 4]));
    const size = () => JSON.stringify({ ...statistics }).length;
    const before = size();
    for (let i = 0; i < 20; i++) await statistics.add(normal(i, [500, 4]));
    expect(size()).toBeLessThan(1.5 * before); // the numbers are longer as text, not more
    expect(statistics.count).toBe(10_010);
  });

  test('says what does not fit', async () => {
    const statistics = new metrics.FrechetStatistics(3);
    await expect(statistics.add(tf.zeros([4, 2]))).rejects.toThrow('of 3 numbers a point, got 2');
    expect(() => statistics.covariance).toThrow('at least two points, got 0');
    await statistics.add(tf.zeros([4, 3]));
    const other = await metrics.frechetStatistics(tf.zeros([4, 2]));
    expect(() => metrics.frechetDistance(statistics, other)).toThrow('of 3 and of 2 numbers');
  });
});

describe('FID against the number of samples', () => {
  test('falls as N grows, though the distribution is the same; the extrapolation is nearer the truth, 0', async () => {
    const size = 16;
    const reference = { mean: new Float64Array(size), covariance: new Float64Array(size * size) };
    for (let i = 0; i < size; i++) reference.covariance[i * size + i] = 1;
    const samples = await metrics.rowsOf(normal(3, [3000, size]));
    const fids = (await metrics.fidAgainstN(samples, reference, [100, 400, 3000])).map(({ fid }) => fid);
    expect(fids[0]).toBeGreaterThan(2 * fids[1]);
    expect(fids[1]).toBeGreaterThan(2 * fids[2]);
    const { fid, slope, points } = await metrics.fidInfinity(samples, reference);
    expect(points.map(({ n }) => n)).toHaveLength(15);
    expect([points[0].n, points[14].n]).toEqual([300, 3000]);
    expect(slope).toBeGreaterThan(0);
    expect(Math.abs(fid)).toBeLessThan(fids[2] / 3);
  });

  test('of Gaussians known in closed form: ‖μ‖² + Σ (σ − 1)²', () => {
    const standard = { mean: Float64Array.of(0, 0), covariance: Float64Array.of(1, 0, 0, 1) };
    const other = { mean: Float64Array.of(3, 4), covariance: Float64Array.of(4, 0, 0, 0.25) };
    expect(metrics.frechetDistance(standard, other)).toBeCloseTo(25 + 1 + 0.25, 12);
  });
});

describe('eigenSymmetric', () => {
  test('puts a matrix of 40 × 40 together again from its eigenvalues and orthonormal eigenvectors', async () => {
    const { covariance } = await metrics.frechetStatistics(normal(4, [30, 40])); // of rank 29
    const n = 40;
    const { values, vectors } = metrics.eigenSymmetric(covariance, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let [entry, product] = [0, 0];
        for (let k = 0; k < n; k++) {
          entry += vectors[i * n + k] * values[k] * vectors[j * n + k];
          product += vectors[k * n + i] * vectors[k * n + j];
        }
        expect(entry).toBeCloseTo(covariance[i * n + j], 12);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    }
    expect([...values].filter((value) => Math.abs(value) < 1e-12)).toHaveLength(11);
  });

  test.each([
    ['nothing but zeros', [0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0]],
    ['diagonal already, with a value twice', [2, 0, 0, 0, 5, 0, 0, 0, 2], [2, 2, 5]],
    ['zeros on the diagonal', [0, 1, 0, 1, 0, 0, 0, 0, 0], [-1, 0, 1]],
    ['ones everywhere', [1, 1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 3]],
    ['far apart', [1e8, 1, 0, 1, 1, 1e-8, 0, 1e-8, 1e-8], [1e-8, 1 - 1e-8, 1e8]],
  ])('%s', (_, matrix, expected) => {
    const { values } = metrics.eigenSymmetric(Float64Array.from(matrix), 3);
    [...values].sort((a, b) => a - b).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 7));
  });
});

describe('inceptionScore', () => {
  test('is the number of classes when all are certain and equally frequent, and 1 when nothing is known', async () => {
    const certain = { values: Array.from({ length: 100 }, (_, i) => (i % 11 === 0 ? 1 : 0)), count: 10, size: 10 };
    expect((await metrics.inceptionScore(certain, 1)).mean).toBeCloseTo(10, 10);
    expect((await metrics.inceptionScore(tf.fill([20, 5], 0.2) as tf.Tensor2D, 2)).mean).toBeCloseTo(1, 6);
  });
});

describe('Wasserstein distances', () => {
  test('on the line all three agree', async () => {
    const [a, b] = [normal(1, [60, 1]), normal(2, [60, 1], 1, 2)];
    const line = metrics.wasserstein1d(a.dataSync(), b.dataSync());
    expect((await metrics.wasserstein(a, b)).distance).toBeCloseTo(line, 6);
    expect(await metrics.slicedWasserstein(a, b, { projections: 3 })).toBeCloseTo(line, 6);
  });

  test('a pile moved by v is ‖v‖ away, and 2/π ‖v‖ when sliced in the plane', async () => {
    const a = normal(1, [80, 2]);
    const b = a.add(tf.tensor1d([3, 4])) as tf.Tensor2D;
    for (const p of [1, 2] as const) expect((await metrics.wasserstein(a, b, p)).distance).toBeCloseTo(5, 5);
    const sliced = await metrics.slicedWasserstein(a, b, { projections: 4000 });
    expect(Math.abs(sliced - 10 / Math.PI)).toBeLessThan(0.06);
    const root = await metrics.slicedWasserstein(a, b, { projections: 4000, p: 2 });
    expect(Math.abs(root - 5 / Math.SQRT2)).toBeLessThan(0.06);
  });

  test('the plan undoes a shuffle', async () => {
    const a = normal(5, [50, 3]);
    const order = new Random(1).shuffle(50);
    const shuffled = a.gather(tf.tensor1d(order, 'int32'));
    const { distance, plan } = await metrics.wasserstein(shuffled, a);
    expect(distance).toBe(0);
    expect([...plan]).toEqual([...order]);
  });

  test('say what does not fit', async () => {
    await expect(metrics.wasserstein(tf.zeros([3, 2]), tf.zeros([4, 2]))).rejects.toThrow('got 3 and 4');
    await expect(metrics.wasserstein(tf.zeros([3, 2]), tf.zeros([3, 1]))).rejects.toThrow('of 2 and of 1 numbers');
    expect(() => metrics.wasserstein1d([], [1])).toThrow('of nothing');
    expect(() => metrics.assignment([1, NaN, 1, 1], 2)).toThrow('finite numbers, got NaN');
    expect(() => metrics.assignment([Infinity, Infinity, 1, 1], 2)).toThrow('finite numbers, got Infinity');
    expect(() => metrics.assignment([1, 2, 3], 2)).toThrow('2×2, got 3 numbers');
  });
});

describe('precisionRecall', () => {
  test('tells missing variety from missing quality', async () => {
    const real = normal(1, [400, 2]);
    const narrow = await metrics.precisionRecall(real, normal(2, [400, 2], 0, 0.2));
    expect(narrow.precision).toBeGreaterThan(0.95);
    expect(narrow.recall).toBeLessThan(0.4);
    expect(narrow.coverage).toBeLessThan(0.7);
    const wide = await metrics.precisionRecall(real, normal(3, [400, 2], 0, 4));
    expect(wide.precision).toBeLessThan(0.4);
    expect(wide.recall).toBeGreaterThan(0.9);
    expect(wide.density).toBeLessThan(0.3);
  });

  test('does not depend on where the origin is', async () => {
    const [real, fake] = [normal(1, [150, 8]), normal(2, [150, 8], 0.5)];
    const here = await metrics.precisionRecall(real, fake);
    const there = await metrics.precisionRecall(real.add(300) as tf.Tensor2D, fake.add(300) as tf.Tensor2D);
    expect(Math.abs(here.precision - there.precision)).toBeLessThanOrEqual(1 / 150 + 1e-9);
    expect(Math.abs(here.recall - there.recall)).toBeLessThanOrEqual(1 / 150 + 1e-9);
  });
});

describe('kernelDistance', () => {
  test('is 0 within its spread for one distribution, and far above for two', async () => {
    const x = normal(1, [600, 8]);
    const same = await metrics.kernelDistance(x, normal(2, [600, 8]), { subsets: 20, subsetSize: 200 });
    expect(Math.abs(same.mean)).toBeLessThan(3 * same.std);
    const other = await metrics.kernelDistance(x, normal(2, [600, 8], 0.5), { subsets: 20, subsetSize: 200 });
    expect(other.mean).toBeGreaterThan(10 * same.std);
  });
});

describe('modeCoverage', () => {
  const { mixture } = toys.eightGaussians;
  if (!mixture) throw new Error('eightGaussians has a mixture');

  test('the data themselves: all eight bumps, 98.9 % within three deviations', async () => {
    const { modesCovered, highQuality, counts } = await metrics.modeCoverage(
      toys.eightGaussians.sample(4000, new Random(0)),
      mixture,
    );
    expect(modesCovered).toBe(8);
    expect(Math.abs(highQuality - 0.9889)).toBeLessThan(0.006);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(Math.round(highQuality * 4000));
  });

  test('a collapsed generator covers what it makes; a stray sample is not a bump', async () => {
    const [x, y] = mixture.centers;
    const collapsed = tf.tensor2d([...Array.from({ length: 999 }, () => [...x]), [...y]]);
    const found = await metrics.modeCoverage(collapsed, mixture);
    expect(found.modesCovered).toBe(1);
    expect((await metrics.modeCoverage(collapsed, mixture, { atLeast: 1 })).modesCovered).toBe(2);
    const nowhere = await metrics.modeCoverage(tf.zeros([100, 2]), mixture);
    expect(nowhere).toMatchObject({ modesCovered: 0, highQuality: 0 });
  });
});

describe('bitsPerDim', () => {
  test('of uniform bytes is 8, from their probability and from the density of scaled grey levels', () => {
    expect(metrics.bitsPerDim(10 * Math.log(256), 10)).toBeCloseTo(8, 12);
    expect(metrics.bitsPerDim(0, 10, 256)).toBeCloseTo(8, 12);
  });
});

test('no metric leaves a tensor behind', async () => {
  const [a, b] = [normal(1, [40, 3]), normal(2, [40, 3])];
  const statistics = await metrics.frechetStatistics(a);
  const probabilities = tf.softmax(a);
  const before = tf.memory().numTensors;
  await metrics.fidInfinity(b, statistics, { points: 3, smallest: 10 });
  await metrics.fidAgainstN(b, statistics, [20]);
  await metrics.inceptionScore(probabilities);
  await metrics.precisionRecall(a, b);
  await metrics.kernelDistance(a, b, { subsets: 2 });
  await metrics.polynomialMmd(a, b);
  await metrics.wasserstein(a, b);
  await metrics.slicedWasserstein(a, b);
  await metrics.modeCoverage(a, { centers: [[0, 0, 0]], std: 1 });
  await metrics.rowsOf(a);
  await statistics.add(b);
  expect(tf.memory().numTensors).toBe(before);
});
