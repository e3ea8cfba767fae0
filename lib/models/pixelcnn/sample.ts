import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { UserError } from '../../errors';
import { asInput, fromAbove, type PixelCnn } from './network';

export interface SampleOptions {
  /** Of a conditional model: the class of each grid to draw, [n]. */
  readonly labels?: Tensor1D;
  /** Grids whose first rows are kept, and how many; the rest is drawn. [n,H,W] */
  readonly given?: { readonly indices: Tensor3D; readonly rows: number };
  /** Below 1: keeps to the likelier numbers (logits are divided by it). */
  readonly temperature?: number;
  /** After each row; `indices` [n,H,W], zeros where nothing is drawn yet, is valid until it returns. */
  readonly onRow?: (info: { readonly row: number; readonly indices: Tensor3D }) => void | Promise<void>;
}

/**
 * Draws grids number by number, row by row, each from its exact distribution given those before. -> [n,H,W], int32
 *
 * H·W steps cannot run side by side, but most work is not repeated: the vertical stack runs once a row, on the rows that it
 * can see, and the horizontal one once a number, on one row. A picture of 28×28 costs 28 of the first and 784 of the second,
 * which is about as much as 30 passes over a whole picture, where the plain way takes 784.
 */
export async function sample(
  model: PixelCnn,
  n: number,
  random: Random,
  options: SampleOptions = {},
): Promise<Tensor3D> {
  const { labels, given, temperature = 1, onRow } = options;
  const [height, width] = model.config.size;
  const values = new Int32Array(n * height * width);
  if (given) {
    if (String(given.indices.shape) !== String([n, height, width])) {
      throw new UserError(
        `sample: given.indices must be [${n}, ${height}, ${width}], got [${given.indices.shape.join(', ')}].`,
      );
    }
    values.set(await given.indices.toInt().data<'int32'>());
  }
  values.forEach((_, at) => {
    if (Math.floor(at / width) % height >= (given?.rows ?? 0)) values[at] = 0;
  });
  const rows = (from: number, to: number) =>
    tf.tensor3d(values, [n, height, width], 'int32').slice([0, from], [n, to - from]);

  for (let row = given?.rows ?? 0; row < height; row++) {
    const messages = tf.tidy(() => {
      const top = Math.max(0, row - rowsSeen(model));
      const seen = fromAbove(model, rows(top, row + 1), labels);
      return seen.map((message) => message.slice([0, row - top], [n, 1])); // of this row alone
    });
    for (let column = 0; column < width; column++) {
      const p = tf.tidy(() => {
        const raw = model.horizontal.apply([asInput(model, rows(row, row + 1)), ...messages]) as Tensor4D; // [n,1,W,K]
        return raw.slice([0, 0, column], [n, 1, 1]).reshape([n, -1]).div(temperature).softmax();
      });
      const probabilities = await p.data<'float32'>();
      p.dispose();
      const levels = probabilities.length / n;
      for (let i = 0; i < n; i++) {
        const own = probabilities.subarray(i * levels, (i + 1) * levels);
        values[(i * height + row) * width + column] = choose(own, random.next());
      }
    }
    tf.dispose(messages);
    if (!onRow) continue;
    const indices = tf.tensor3d(values.slice(), [n, height, width], 'int32');
    await onRow({ row, indices });
    indices.dispose();
  }
  return tf.tensor3d(values, [n, height, width], 'int32');
}

/** How many rows above its own a number depends on: what each layer of the vertical stack adds. */
export function rowsSeen({ config }: PixelCnn): number {
  const [first, other] = config.kernels;
  return (first - 1) / 2 + config.layers * ((other - 1) / 2);
}

/** The first place where the probabilities up to there exceed u, in [0, 1). */
function choose(probabilities: Float32Array, u: number): number {
  let sum = 0;
  for (let k = 0; k < probabilities.length - 1; k++) {
    sum += probabilities[k];
    if (u < sum) return k;
  }
  return probabilities.length - 1;
}
