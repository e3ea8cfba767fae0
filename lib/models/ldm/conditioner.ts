/** Networks that turn what a latent diffusion model is told into vectors for cross-attention: τ_θ of Rombach et al. (2022), §3.3. */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../errors';
import { Seeds } from '../../nn';

export interface LayoutConfig {
  /** M, boxes of a layout at most; a box of zeros stands for none. */
  readonly boxes: number;
  /** Kinds of things that a box may hold. */
  readonly kinds: number;
  /** D, length of the vectors. */
  readonly dim: number;
  /** Of the first weights. */
  readonly seed: number;
}

/**
 * Layouts for cross-attention: a vector for each box, of its place and of what it holds. [B,M,4+kinds] -> [B,M,D]
 *
 * A box is [left, top, width, height, …one-hot of its kind], in fractions of the image: what `layoutOf` writes.
 */
export function buildLayoutConditioner(config: LayoutConfig): tf.LayersModel {
  const { boxes, kinds, dim, seed } = config;
  const seeds = new Seeds(seed);
  const input = tf.input({ shape: [boxes, 4 + kinds], name: 'boxes' });
  const dense = (name: string, activation?: 'swish') =>
    tf.layers.dense({ name, units: dim, activation, kernelInitializer: seeds.glorot() });
  const output = dense('box2').apply(dense('box1', 'swish').apply(input)) as tf.SymbolicTensor;
  return tf.model({ name: 'conditioner', inputs: input, outputs: output });
}

export interface Box {
  /** In fractions of the image, from the upper left. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** 0 … kinds − 1. */
  readonly kind: number;
}

/** Layouts as the conditioner takes them. -> [B,M,4+kinds] @throws UserError for too many boxes or an unknown kind */
export function layoutOf(layouts: readonly (readonly Box[])[], { boxes, kinds }: LayoutConfig): tf.Tensor3D {
  const rows = layouts.map((layout) => {
    if (layout.length > boxes)
      throw new UserError(`layoutOf: a layout has at most ${boxes} boxes, got ${layout.length}.`);
    return Array.from({ length: boxes }, (_, i) => boxRow(layout[i], kinds));
  });
  return tf.tensor3d(rows, [layouts.length, boxes, 4 + kinds]);
}

function boxRow(box: Box | undefined, kinds: number): number[] {
  const kind = new Array<number>(kinds).fill(0);
  if (!box) return [0, 0, 0, 0, ...kind];
  if (!(Number.isInteger(box.kind) && box.kind >= 0 && box.kind < kinds)) {
    throw new UserError(`layoutOf: kind is a whole number from 0 to ${kinds - 1}, got ${box.kind}.`);
  }
  kind[box.kind] = 1;
  return [box.left, box.top, box.width, box.height, ...kind];
}
