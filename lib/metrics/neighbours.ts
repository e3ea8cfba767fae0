/**
 * How much of the samples looks real, and how much of the real data is reached: two numbers where FID has one.
 * Precision and recall: Kynkäänniemi et al. (2019), arXiv:1904.06991. Density and coverage: Naeem et al. (2020),
 * arXiv:2002.09797.
 */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import { expectWhole, pairOf, type Points, type Rows } from './rows';

/** Shares from 0 to 1, except for `density`. */
export interface PrecisionRecall {
  /** The share of samples that lie in a ball around some real point: fidelity. */
  readonly precision: number;
  /** The share of real points that lie in a ball around some sample: variety. */
  readonly recall: number;
  /** How many balls of real points a sample lies in, over k: precision that one outlier cannot raise. May be above 1. */
  readonly density: number;
  /** The share of real points with a sample in their ball. */
  readonly coverage: number;
}

/** Distances of this many points from all others are in memory at once. */
const block = 256;

/**
 * Precision and recall of samples, with the density and coverage that bear outliers better.
 *
 * The ball around a point reaches to its k-th nearest neighbour of the same kind (eq. 1 of Kynkäänniemi et al., eq. 3 of Naeem
 * et al.). Compare equally many real points and samples: both precision and recall change with their numbers.
 * @param real features [N,F]
 * @param samples features [M,F]
 * @param k 3 in the first paper, 5 in the second
 */
export async function precisionRecall(real: Points, samples: Points, k = 3): Promise<PrecisionRecall> {
  const pair = await pairOf('precisionRecall', real, samples);
  expectWhole('precisionRecall', 'k', k);
  const least = Math.min(pair[0].count, pair[1].count);
  if (least <= k) throw new UserError(`precisionRecall: k = ${k} neighbours need more than ${k} points, got ${least}.`);
  const [realPoints, fakePoints] = centered(pair);
  try {
    const realRadii = await radii(realPoints, k);
    const fakeRadii = await radii(fakePoints, k);
    const [n, m] = [pair[0].count, pair[1].count];
    const isReached = new Uint8Array(n);
    const isCovered = new Uint8Array(n);
    const isPrecise = new Uint8Array(m);
    let balls = 0;
    for await (const { first, count, squares } of blocks(realPoints, fakePoints)) {
      for (let i = 0; i < count; i++) {
        const reach = realRadii[first + i];
        for (let j = 0; j < m; j++) {
          const square = squares[i * m + j];
          if (square <= fakeRadii[j]) isReached[first + i] = 1;
          if (square > reach) continue;
          isPrecise[j] = 1;
          isCovered[first + i] = 1;
          balls++;
        }
      }
    }
    return {
      precision: share(isPrecise),
      recall: share(isReached),
      density: balls / (k * m),
      coverage: share(isCovered),
    };
  } finally {
    tf.dispose([realPoints, fakePoints]);
  }
}

/** The squared distance of each point to its k-th nearest other point. */
async function radii(points: tf.Tensor2D, k: number): Promise<Float32Array> {
  const n = points.shape[0];
  const result = new Float32Array(n);
  const nearest = new Float64Array(k);
  for await (const { first, count, squares } of blocks(points, points)) {
    for (let i = 0; i < count; i++) {
      nearest.fill(Infinity); // in rising order
      for (let j = 0; j < n; j++) {
        const square = squares[i * n + j];
        if (square >= nearest[k - 1] || j === first + i) continue;
        let place = k - 1;
        for (; place > 0 && nearest[place - 1] > square; place--) nearest[place] = nearest[place - 1];
        nearest[place] = square;
      }
      result[first + i] = nearest[k - 1];
    }
  }
  return result;
}

/** Squared distances of a block of a's points from all of b's: ‖a‖² + ‖b‖² − 2ab. */
async function* blocks(a: tf.Tensor2D, b: tf.Tensor2D) {
  const [n, size] = a.shape;
  for (let first = 0; first < n; first += block) {
    const count = Math.min(block, n - first);
    const distances = tf.tidy(() => {
      const part = a.slice([first, 0], [count, size]); // [block, F]
      const products = tf.matMul(part, b, false, true); // [block, M]
      return part.square().sum(1, true).add(b.square().sum(1)).sub(products.mul(2)).relu();
    });
    const squares = await distances.data();
    distances.dispose();
    yield { first, count, squares };
  }
}

/** As tensors with the first cloud's mean at the origin, so that the squares lose few digits. */
function centered([real, fake]: [Rows, Rows]): [tf.Tensor2D, tf.Tensor2D] {
  const mean = new Float64Array(real.size);
  for (let i = 0; i < real.values.length; i++) mean[i % real.size] += real.values[i] / real.count;
  const shifted = ({ values, count, size }: Rows) =>
    tf.tensor2d(
      Float32Array.from({ length: values.length }, (_, i) => values[i] - mean[i % size]),
      [count, size],
    );
  return [shifted(real), shifted(fake)];
}

function share(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
}
