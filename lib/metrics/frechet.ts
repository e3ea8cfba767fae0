/**
 * Fréchet inception distance: how far two clouds of features are apart when each is taken for a Gaussian.
 * Heusel et al. (2017), arXiv:1706.08500. Its bias against the number of samples: Chong & Forsyth (2020), arXiv:1911.07023.
 */
import { Random } from '../engine';
import { UserError } from '../errors';
import { expectWhole, type Points, type Rows, rowsOf } from './rows';
import { eigenSymmetric, multiply, sqrtSymmetric, trace } from './symmetric';

/** A normal distribution of n numbers. */
export interface Gaussian {
  readonly mean: Float64Array; // [n]
  readonly covariance: Float64Array; // [n·n], row after row
}

/**
 * Mean and covariance of points that come in batches, in double precision and in memory that does not grow with their
 * number. Batches are merged by Chan, Golub & LeVeque (1983), so nothing is lost by subtracting large sums.
 */
export class FrechetStatistics implements Gaussian {
  private n = 0;
  private readonly center: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ; the upper half is kept. */
  private readonly scatter: Float64Array;

  /** @param size numbers a point has */
  constructor(readonly size: number) {
    expectWhole('FrechetStatistics', 'size', size);
    this.center = new Float64Array(size);
    this.scatter = new Float64Array(size * size);
  }

  /** How many points so far. */
  get count(): number {
    return this.n;
  }

  get mean(): Float64Array {
    return this.center.slice();
  }

  /** Unbiased: divided by count − 1. @throws UserError with fewer than two points */
  get covariance(): Float64Array {
    const { n, size, scatter } = this;
    if (n < 2) throw new UserError(`A covariance needs at least two points, got ${n}.`);
    const full = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = i; j < size; j++) full[i * size + j] = full[j * size + i] = scatter[i * size + j] / (n - 1);
    }
    return full;
  }

  /** Takes in one batch of points. [B,n] */
  async add(points: Points): Promise<void> {
    this.addRows(await rowsOf(points));
  }

  /** As `add`, of rows that are numbers already. */
  addRows({ values, count, size }: Rows): void {
    if (size !== this.size) throw new UserError(`These statistics are of ${this.size} numbers a point, got ${size}.`);
    if (count === 0) return;
    const mean = new Float64Array(size);
    for (let i = 0; i < count; i++) for (let k = 0; k < size; k++) mean[k] += values[i * size + k] / count;
    const scatter = new Float64Array(size * size);
    const centered = new Float64Array(size);
    for (let row = 0; row < count; row++) {
      for (let k = 0; k < size; k++) centered[k] = values[row * size + k] - mean[k];
      for (let i = 0; i < size; i++) {
        const factor = centered[i];
        if (factor === 0) continue; // features after a ReLU are often alike
        for (let j = i; j < size; j++) scatter[i * size + j] += factor * centered[j];
      }
    }
    this.mergeParts(count, mean, scatter);
  }

  /** Takes in all that another one has seen. */
  merge(other: FrechetStatistics): void {
    if (other.size !== this.size)
      throw new UserError(`Statistics of ${this.size} and ${other.size} numbers do not mix.`);
    if (other.n > 0) this.mergeParts(other.n, other.center, other.scatter);
  }

  private mergeParts(count: number, mean: Float64Array, scatter: Float64Array): void {
    const { size } = this;
    const all = this.n + count;
    const delta = mean.map((value, k) => value - this.center[k]);
    const weight = (this.n * count) / all;
    for (let i = 0; i < size; i++) {
      for (let j = i; j < size; j++) this.scatter[i * size + j] += scatter[i * size + j] + weight * delta[i] * delta[j];
    }
    for (let k = 0; k < size; k++) this.center[k] += (delta[k] * count) / all;
    this.n = all;
  }
}

/** The statistics of points that are all there. [N,n] */
export async function frechetStatistics(points: Points): Promise<FrechetStatistics> {
  const rows = await rowsOf(points);
  const statistics = new FrechetStatistics(rows.size);
  statistics.addRows(rows);
  return statistics;
}

/**
 * ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), eq. 6 of Heusel et al.: the squared Wasserstein-2 distance of two Gaussians.
 *
 * tr (Σ₁Σ₂)^½ is the sum of the roots of the eigenvalues of Σ₁^½ Σ₂ Σ₁^½, which is symmetric: no complex numbers arise, and
 * no small multiple of I must be added when a feature never changes.
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  return distanceFrom(a)(b);
}

/** The distance of other Gaussians from one whose square root is taken once. */
function distanceFrom(reference: Gaussian): (other: Gaussian) => number {
  const { mean, covariance } = reference;
  const n = mean.length;
  const root = sqrtSymmetric(covariance, n);
  const ownTrace = trace(covariance, n);
  return (other) => {
    const theirMean = other.mean;
    if (theirMean.length !== n) {
      throw new UserError(`frechetDistance: Gaussians of ${n} and of ${theirMean.length} numbers cannot be compared.`);
    }
    const theirs = other.covariance;
    const { values } = eigenSymmetric(multiply(multiply(root, theirs, n), root, n), n);
    const shared = values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
    const apart = mean.reduce((sum, value, k) => sum + (value - theirMean[k]) ** 2, 0);
    return apart + ownTrace + trace(theirs, n) - 2 * shared;
  };
}

/** FID of one number of samples. */
export interface FidPoint {
  readonly n: number;
  readonly fid: number;
}

/**
 * FID of so many of the samples, drawn anew without replacement for each of `sizes`: it falls as N grows, because a
 * covariance of few samples is too narrow in most directions. FIDs of different N say nothing about each other.
 * @param samples features [N,F]
 */
export async function fidAgainstN(
  samples: Points,
  reference: Gaussian,
  sizes: readonly number[],
  seed = 0,
): Promise<FidPoint[]> {
  const rows = await rowsOf(samples);
  const distance = distanceFrom(reference);
  return sizes.map((n, i) => {
    expectWhole('fidAgainstN', 'a size', n, 2);
    if (n > rows.count) throw new UserError(`fidAgainstN: there are ${rows.count} samples, cannot take ${n}.`);
    const order = new Random(seed).fork(i).shuffle(rows.count).subarray(0, n);
    return { n, fid: distance(statisticsOf(rows, order)) };
  });
}

/** A line through FID against 1/N: where it meets 1/N = 0, and what it was drawn through. */
export interface FidInfinity {
  /** The estimate for N → ∞, free of the bias of first order. */
  readonly fid: number;
  /** Of FID against 1/N. */
  readonly slope: number;
  readonly points: readonly FidPoint[];
}

/**
 * FID∞ of Chong & Forsyth, §4: FID at `points` sizes from a tenth of the samples (5,000 at most, as in the paper) to all of
 * them, and the least-squares line FID = FID∞ + slope / N.
 * @param samples features [N,F]
 */
export async function fidInfinity(
  samples: Points,
  reference: Gaussian,
  options: { readonly points?: number; readonly smallest?: number; readonly seed?: number } = {},
): Promise<FidInfinity> {
  const rows = await rowsOf(samples);
  const { points = 15, smallest = Math.min(5000, Math.ceil(rows.count / 10)), seed = 0 } = options;
  expectWhole('fidInfinity', 'points', points, 2);
  if (smallest >= rows.count) {
    throw new UserError(`fidInfinity: smallest must be below the number of samples, ${rows.count}, got ${smallest}.`);
  }
  const step = (rows.count - smallest) / (points - 1);
  const sizes = Array.from({ length: points }, (_, i) => Math.round(smallest + i * step));
  const measured = await fidAgainstN(rows, reference, sizes, seed);
  const { intercept, slope } = fitLine(
    measured.map(({ n }) => 1 / n),
    measured.map(({ fid }) => fid),
  );
  return { fid: intercept, slope, points: measured };
}

function statisticsOf({ values, size }: Rows, which: Int32Array): FrechetStatistics {
  const statistics = new FrechetStatistics(size);
  for (let from = 0; from < which.length; from += 1000) {
    const chunk = which.subarray(from, from + 1000);
    const part = new Float64Array(chunk.length * size);
    chunk.forEach((row, i) => {
      for (let k = 0; k < size; k++) part[i * size + k] = values[row * size + k];
    });
    statistics.addRows({ values: part, count: chunk.length, size });
  }
  return statistics;
}

function fitLine(x: readonly number[], y: readonly number[]): { intercept: number; slope: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const slope = mean(x.map((value, i) => (value - meanX) * (y[i] - meanY))) / mean(x.map((v) => (v - meanX) ** 2));
  return { slope, intercept: meanY - slope * meanX };
}
