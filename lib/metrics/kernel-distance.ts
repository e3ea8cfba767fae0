import { Random } from '../engine';
import { UserError } from '../errors';
import type { Score } from './inception-score';
import { expectWhole, pairOf, pick, type Points, type Rows } from './rows';

/**
 * The squared maximum mean discrepancy of two clouds under the kernel (x·y/n + 1)³, eq. 4 of Bińkowski et al. (2018),
 * arXiv:1801.01401. Unbiased: around 0, and at times below it, when both come from one distribution. [N,n], [M,n]
 */
export async function polynomialMmd(real: Points, samples: Points): Promise<number> {
  const [x, y] = await pairOf('polynomialMmd', real, samples);
  return mmd(x, y);
}

/**
 * Kernel inception distance: the mean of `polynomialMmd` over random subsets, with its standard deviation (divided by their
 * number, as is usual). Has no bias against N, unlike FID, and needs fewer samples.
 * @param real features [N,F]
 * @param samples features [M,F]
 */
export async function kernelDistance(
  real: Points,
  samples: Points,
  options: { readonly subsets?: number; readonly subsetSize?: number; readonly seed?: number } = {},
): Promise<Score> {
  const [x, y] = await pairOf('kernelDistance', real, samples);
  const { subsets = 50, subsetSize = Math.min(500, x.count, y.count), seed = 0 } = options;
  expectWhole('kernelDistance', 'subsets', subsets);
  expectWhole('kernelDistance', 'subsetSize', subsetSize, 2);
  if (subsetSize > Math.min(x.count, y.count)) {
    throw new UserError(`kernelDistance: subsets of ${subsetSize} need as many points, got ${x.count} and ${y.count}.`);
  }
  const random = new Random(seed);
  const draw = (rows: Rows) => pick(rows, random.shuffle(rows.count).subarray(0, subsetSize));
  const distances = Array.from({ length: subsets }, () => mmd(draw(x), draw(y)));
  const mean = distances.reduce((sum, value) => sum + value, 0) / subsets;
  const variance = distances.reduce((sum, value) => sum + (value - mean) ** 2, 0) / subsets;
  return { mean, std: Math.sqrt(variance) };
}

function mmd(x: Rows, y: Rows): number {
  if (x.count < 2 || y.count < 2) throw new UserError('polynomialMmd: each side needs at least two points.');
  const within = (rows: Rows) => (2 * kernelSum(rows, rows, true)) / (rows.count * (rows.count - 1));
  return within(x) + within(y) - (2 * kernelSum(x, y, false)) / (x.count * y.count);
}

/** Σ k(x_i, y_j), over all pairs or over those with j < i. */
function kernelSum(x: Rows, y: Rows, below: boolean): number {
  const { size } = x;
  let sum = 0;
  for (let i = 0; i < x.count; i++) {
    for (let j = 0; j < (below ? i : y.count); j++) {
      let product = 0;
      for (let k = 0; k < size; k++) product += x.values[i * size + k] * y.values[j * size + k];
      sum += (product / size + 1) ** 3;
    }
  }
  return sum;
}
