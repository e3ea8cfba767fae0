/**
 * Gated PixelCNN: the probability of a grid of numbers as a product, one number after another, each given those before.
 * Van den Oord et al. (2016), arXiv:1606.05328 (equations and figures are that paper's), after arXiv:1601.06759.
 *
 * Here a vertical stack sees all rows above, a horizontal one the row up to where it is; together nothing before a pixel is
 * hidden from it, and nothing behind it seen. The paper's vertical stack sees the own row too and is shifted down by one
 * before it is used: this one's first layer leaves the own row out, which is the same.
 *
 * A grid has one channel: grey levels, or the codes of a VQ-VAE. (The paper's colour channels, one after the other within a
 * pixel, are not here.)
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { UserError } from '../../errors';
import { convMask, GatedActivation, MaskedConv2D, type MaskShape, type MaskType, Seeds, variablesOf } from '../../nn';
import { expectShape } from '../shapes';

type Symbolic = tf.SymbolicTensor;

export interface PixelCnnConfig {
  /** Height and width of the grid. */
  readonly size: readonly [height: number, width: number];
  /** K: each number is one of 0 … K−1. 2 for black and white, 256 for all grey levels. */
  readonly levels: number;
  /** How the networks read a number: as a grey level from −1 to 1, or one-hot, for codes that have no order. */
  readonly input: 'grey' | 'one-hot';
  /** p: channels of each stack. */
  readonly channels: number;
  /** Gated layers with mask B; one with mask A comes before them. */
  readonly layers: number;
  /** Side of the kernels: of the first layer, and of the others. Odd. */
  readonly kernels: readonly [first: number, other: number];
  /** Channels of the layer before the logits. */
  readonly outputChannels: number;
  /** Number of classes for p(x|y), eq. 4; 0: labels are not used. */
  readonly classes: number;
  /** Of the first weights. */
  readonly seed: number;
}

/** Both stacks, apart so that sampling runs the vertical one once a row. Both take any number of rows. */
export interface PixelCnn {
  readonly config: PixelCnnConfig;
  readonly vertical: tf.LayersModel; // x [B,H,W,c] (, [B,classes]) -> what rows above say to each layer, [B,H,W,2p] each
  readonly horizontal: tf.LayersModel; // x [B,H,W,c], those -> logits [B,H,W,K]
}

/** For 28×28 pictures in four grey levels: enough to see what it learns, and a quarter of the work of 256. */
export const defaults: PixelCnnConfig = {
  size: [28, 28],
  levels: 4,
  input: 'grey',
  channels: 32,
  layers: 6,
  kernels: [7, 3],
  outputChannels: 64,
  classes: 0,
  seed: 0,
};

/** @throws UserError when a setting makes no sense. */
export function buildPixelCnn(config: Partial<PixelCnnConfig> = {}): PixelCnn {
  const full = { ...defaults, ...config };
  check(full);
  const { size, levels, channels, layers, kernels, outputChannels, classes } = full;
  const seeds = new Seeds(full.seed);
  const depth = full.input === 'one-hot' ? levels : 1;
  const gate = (x: Symbolic, name: string) => new GatedActivation({ name }).apply(x) as Symbolic;
  const masked = (x: Symbolic, name: string, shape: MaskShape, type: MaskType, kernel: number) => {
    const mask = convMask(kernel, type, shape);
    return new MaskedConv2D({ name, filters: 2 * channels, mask, seeds }).apply(x) as Symbolic;
  };
  const pointwise = (x: Symbolic, name: string, filters: number) =>
    tf.layers.conv2d({ name, filters, kernelSize: 1, kernelInitializer: seeds.glorot() }).apply(x) as Symbolic;
  const plus = (a: Symbolic, b: Symbolic) => tf.layers.add().apply([a, b]) as Symbolic;
  const each = Array.from({ length: layers + 1 }, (_, i) => ({
    i,
    type: (i === 0 ? 'A' : 'B') as MaskType,
    kernel: kernels[i === 0 ? 0 : 1],
  }));

  const x = tf.input({ shape: [null, size[1], depth], name: 'above' });
  const label = classes > 0 ? tf.input({ shape: [classes], name: 'label' }) : undefined;
  /** V·h of eq. 4, the same at every place, where there are labels. */
  const conditioned = (features: Symbolic, name: string) => {
    if (!label) return features;
    const units = 2 * channels;
    const bias = tf.layers.dense({ name, units, useBias: false, kernelInitializer: seeds.glorot() }).apply(label);
    return plus(features, tf.layers.reshape({ targetShape: [1, 1, units] }).apply(bias) as Symbolic);
  };
  let v = x;
  const messages = each.map(({ i, type, kernel }) => {
    const features = conditioned(masked(v, `vertical${i}`, 'vertical', type, kernel), `labelAbove${i}`); // [B,H,W,2p]
    if (i < layers) v = gate(features, `gate${i}`); // [B,H,W,p]
    return conditioned(pointwise(features, `down${i}`, 2 * channels), `labelLeft${i}`); // fig. 2: from above to the left
  });
  const vertical = tf.model({ inputs: label ? [x, label] : x, outputs: messages, name: 'vertical' });

  const left = tf.input({ shape: [null, size[1], depth], name: 'left' });
  const heard = messages.map((_, i) => tf.input({ shape: [null, size[1], 2 * channels], name: `message${i}` }));
  let h = left;
  for (const { i, type, kernel } of each) {
    const features = plus(masked(h, `horizontal${i}`, 'horizontal', type, kernel), heard[i]);
    const out = pointwise(gate(features, `gate${i}`), `out${i}`, channels);
    h = i === 0 ? out : plus(h, out); // no way around the first layer: it would show the pixel itself
  }
  const relu = (features: Symbolic) => tf.layers.reLU().apply(features) as Symbolic;
  const logits = pointwise(relu(pointwise(relu(h), 'hidden', outputChannels)), 'logits', levels);
  return {
    config: full,
    vertical,
    horizontal: tf.model({ inputs: [left, ...heard], outputs: logits, name: 'horizontal' }),
  };
}

/** What the networks read: grey levels from −1 to 1, or one-hot. [B,H,W] -> [B,H,W,c] */
export function asInput({ config }: PixelCnn, indices: Tensor3D): Tensor4D {
  const { levels, input } = config;
  return tf.tidy(() => {
    if (input === 'one-hot') return tf.oneHot(indices.toInt(), levels).toFloat() as Tensor4D;
    return indices
      .toFloat()
      .mul(2 / (levels - 1))
      .sub(1)
      .expandDims<Tensor4D>(3);
  });
}

/** What the vertical stack tells each layer of the horizontal one. [B,rows,W] -> [B,rows,W,2p] each */
export function fromAbove(model: PixelCnn, indices: Tensor3D, labels?: Tensor1D): Tensor4D[] {
  const { classes } = model.config;
  if (classes > 0 && !labels)
    throw new UserError('This PixelCNN is conditional: pass the labels too, one for each grid.');
  if (labels && classes > 0) expectShape('PixelCNN', 'labels', labels, [indices.shape[0]]);
  return tf.tidy(() => {
    const x = asInput(model, indices);
    const inputs = classes > 0 ? [x, tf.oneHot((labels as Tensor1D).toInt(), classes).toFloat()] : x;
    const messages = model.vertical.apply(inputs) as Tensor4D | Tensor4D[];
    return Array.isArray(messages) ? messages : [messages];
  });
}

/** The logits of each number given those before it. [B,H,W] of 0 … K−1 -> [B,H,W,K] */
export function logits(model: PixelCnn, indices: Tensor3D, labels?: Tensor1D): Tensor4D {
  expectShape('logits', 'indices', indices, ['B', ...model.config.size]);
  return tf.tidy(
    () => model.horizontal.apply([asInput(model, indices), ...fromAbove(model, indices, labels)]) as Tensor4D,
  );
}

/** log p(x) = Σ log p(x_i | x_1 … x_{i−1}), eq. 1, exactly, in nats of a whole grid. [B,H,W] -> [B] */
export function logLikelihood(model: PixelCnn, indices: Tensor3D, labels?: Tensor1D): Tensor1D {
  return tf.tidy(() => {
    const raw = logits(model, indices, labels); // [B,H,W,K]
    const chosen = raw.mul(tf.oneHot(indices.toInt(), model.config.levels)).sum(3);
    return chosen.sub(raw.logSumExp(3)).sum<Tensor1D>([1, 2]);
  });
}

/** All trainable variables, vertical stack first. */
export function variables(model: PixelCnn): tf.Variable[] {
  return variablesOf(model.vertical, model.horizontal);
}

/** Gives the memory of both stacks back. */
export function dispose(model: PixelCnn): void {
  model.vertical.dispose();
  model.horizontal.dispose();
}

function check({ size, levels, kernels, layers, channels }: PixelCnnConfig): void {
  const whole = (value: number, from: number) => Number.isInteger(value) && value >= from;
  if (size.length !== 2 || !size.every((side) => whole(side, 1))) {
    throw new UserError(`buildPixelCnn: size is [height, width], got [${String(size)}].`);
  }
  if (!whole(levels, 2)) throw new UserError(`buildPixelCnn: levels is a whole number from 2, got ${levels}.`);
  if (!kernels.every((side) => whole(side, 3) && side % 2 === 1)) {
    throw new UserError(`buildPixelCnn: kernels are odd numbers from 3, got [${String(kernels)}].`);
  }
  if (!whole(layers, 0) || !whole(channels, 1)) {
    throw new UserError(
      `buildPixelCnn: layers (from 0) and channels (from 1) are whole numbers, got ${layers} and ${channels}.`,
    );
  }
}
