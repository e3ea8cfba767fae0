/** How much earth must be moved how far. Villani (2009), Optimal Transport, doi:10.1007/978-3-540-71050-9. */
import { Random } from '../engine';
import { UserError } from '../errors';
import { assignment } from './assignment';
import { expectWhole, pairOf, type Points, type Rows } from './rows';

/**
 * W₁ of two samples on the line, ∫ |F⁻¹(q) − G⁻¹(q)| dq over the quantiles q: sort both and compare. The samples may be of
 * different size.
 */
export function wasserstein1d(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return quantileCost(a, b, 1);
}

/** A pile moved onto another. */
export interface Transport {
  /** The Wasserstein distance W_p. */
  readonly distance: number;
  /** Where each point of the first pile goes: a place in the second. */
  readonly plan: Int32Array; // [N]
}

/**
 * The exact W_p of two piles of equally many points, (min over plans of the mean of ‖x − y‖^p)^(1/p): with equal weights a best
 * plan moves whole points. O(N³): under a second for 1,000 points.
 * @param from [N,n]
 * @param to [N,n]
 */
export async function wasserstein(from: Points, to: Points, p: 1 | 2 = 1): Promise<Transport> {
  const [x, y] = await pairOf('wasserstein', from, to);
  if (x.count !== y.count || x.count === 0) {
    throw new UserError(`wasserstein: two piles of equally many points, got ${x.count} and ${y.count}.`);
  }
  const n = x.count;
  const cost = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let square = 0;
      for (let k = 0; k < x.size; k++) square += (x.values[i * x.size + k] - y.values[j * y.size + k]) ** 2;
      cost[i * n + j] = p === 1 ? Math.sqrt(square) : square;
    }
  }
  const plan = assignment(cost, n);
  const mean = plan.reduce((sum, j, i) => sum + cost[i * n + j], 0) / n;
  return { distance: p === 1 ? mean : Math.sqrt(mean), plan };
}

/**
 * Sliced W_p: (mean of W_p^p over random directions)^(1/p), each along a line, so sorting is all the work. Rabin et al. (2011),
 * doi:10.1007/978-3-642-24785-9_37. Never above W_p; the piles may be of different size. [N,n], [M,n]
 */
export async function slicedWasserstein(
  a: Points,
  b: Points,
  options: { readonly projections?: number; readonly p?: 1 | 2; readonly seed?: number } = {},
): Promise<number> {
  const { projections = 100, p = 1, seed = 0 } = options;
  const [x, y] = await pairOf('slicedWasserstein', a, b);
  expectWhole('slicedWasserstein', 'projections', projections);
  const random = new Random(seed);
  let sum = 0;
  for (let i = 0; i < projections; i++) {
    const direction = unitVector(x.size, random);
    sum += quantileCost(along(x, direction), along(y, direction), p);
  }
  return (sum / projections) ** (1 / p);
}

/** ∫ |F⁻¹ − G⁻¹|^p dq: both quantile functions are steps, so it is a sum over the merged edges of the steps. */
function quantileCost(a: ArrayLike<number>, b: ArrayLike<number>, p: 1 | 2): number {
  if (a.length === 0 || b.length === 0) throw new UserError('The Wasserstein distance of nothing is not defined.');
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  let [i, j, done, cost] = [0, 0, 0, 0];
  while (i < x.length && j < y.length) {
    // Compared as whole numbers: 1/3 of one sample and 2/6 of the other are the same edge.
    const [endX, endY] = [(i + 1) * y.length, (j + 1) * x.length];
    const end = Math.min(endX, endY);
    cost += Math.abs(x[i] - y[j]) ** p * (end - done);
    done = end;
    if (endX === end) i++;
    if (endY === end) j++;
  }
  return cost / (x.length * y.length);
}

function unitVector(size: number, random: Random): number[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()); // Box & Muller
  const vector = Array.from({ length: size }, normal);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function along({ values, count, size }: Rows, direction: readonly number[]): Float64Array {
  return Float64Array.from({ length: count }, (_, i) =>
    direction.reduce((sum, part, k) => sum + part * values[i * size + k], 0),
  );
}
