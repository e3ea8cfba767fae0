/** Generators and discriminators that the adversarial models share. Everything here works on symbolic tensors. */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import { BatchNorm } from './batch-norm';
import type { Arch } from './blocks';
import type { Seeds } from './seeds';
import { SpectralConv2d, SpectralDense } from './spectral-norm';

type Symbolic = tf.SymbolicTensor;

export interface GeneratorConfig {
  readonly arch: Arch;
  /** Units a layer (`mlp`), or channels of the feature maps from the smallest one (`conv`); each map doubles the side. */
  readonly hidden: readonly number[];
  readonly norm: 'batch' | 'none';
}

export interface DiscriminatorConfig {
  readonly arch: Arch;
  /** Units a layer (`mlp`), or channels of convolutions that each halve the side (`conv`). */
  readonly hidden: readonly number[];
  readonly norm: 'batch' | 'spectral' | 'none';
}

/** How a condition enters the discriminator: its features beside the image's, or by their product (Miyato & Koyama 2018). */
export type Conditioning = 'concat' | 'projection';

/**
 * z, with a condition beside it where there is one, as an image or a point. With `conv`: Radford, Metz & Chintala (2015),
 * arXiv:1511.06434, a dense layer and transposed convolutions of 4×4 with stride 2, each behind norm and ReLU. [B,k] -> [B, …]
 * @param output `tanh` for images in [−1, 1], `linear` for points
 */
export function generatorBody(
  z: Symbolic,
  condition: Symbolic | undefined,
  shape: readonly number[],
  { arch, hidden, norm }: GeneratorConfig,
  output: 'tanh' | 'linear',
  seeds: Seeds,
): Symbolic {
  const first = condition
    ? (tf.layers.concatenate({ name: 'latent_and_condition' }).apply([z, condition]) as Symbolic)
    : z;
  const weights = () => (norm === 'batch' ? seeds.normal(0.02) : seeds.he());
  const lastWeights = () => (norm === 'batch' ? seeds.normal(0.02) : seeds.glorot());
  const dense = (h: Symbolic, units: number, name: string) =>
    tf.layers.dense({ name, units, kernelInitializer: weights() }).apply(h) as Symbolic;
  const active = (h: Symbolic, name: string) =>
    tf.layers.reLU({ name: `${name}_relu` }).apply(norm === 'batch' ? batchNorm(h, name) : h) as Symbolic;
  if (arch === 'mlp') {
    const h = hidden.reduce((h, units, i) => active(dense(h, units, `hidden${i + 1}`), `hidden${i + 1}`), first);
    const units = shape.reduce((a, b) => a * b, 1);
    const layer = tf.layers.dense({ name: 'output', units, kernelInitializer: lastWeights(), activation: output });
    return reshape(layer.apply(h) as Symbolic, shape);
  }
  const [height, width, channels] = shape;
  const scale = 2 ** hidden.length;
  const base = [height / scale, width / scale, hidden[0]];
  let h = reshape(dense(first, base[0] * base[1] * base[2], 'base'), base);
  h = active(h, 'base');
  [...hidden.slice(1), channels].forEach((filters, i, all) => {
    const isLast = i === all.length - 1;
    const name = isLast ? 'output' : `up${i + 1}`;
    const layer = tf.layers.conv2dTranspose({
      name,
      filters,
      kernelSize: 4,
      strides: 2,
      padding: 'same',
      kernelInitializer: isLast ? lastWeights() : weights(),
      activation: isLast ? output : undefined,
    });
    h = layer.apply(h) as Symbolic; // [B, 2H, 2W, filters]
    if (!isLast) h = active(h, name);
  });
  return h;
}

/**
 * One number for each example, without a squashing function: a logit for a discriminator, a score for a critic. Convolutions of
 * 4×4 with stride 2 and LeakyReLU(0.2); under `batch` the first layer has no norm (Radford et al. 2015). [B, …] -> [B,1]
 */
export function discriminatorBody(
  x: Symbolic,
  condition: Symbolic | undefined,
  { arch, hidden, norm }: DiscriminatorConfig,
  conditioning: Conditioning,
  seeds: Seeds,
): Symbolic {
  const isConv = arch === 'conv';
  const batch = norm === 'batch';
  const dense = (h: Symbolic, units: number, name: string, offset: 'bias' | 'none' = 'bias', isLast = false) => {
    if (norm === 'spectral') return new SpectralDense({ name, units, offset, seed: seeds.next() }).apply(h) as Symbolic;
    const kernelInitializer = batch ? seeds.normal(0.02) : isLast ? seeds.glorot() : seeds.he();
    return tf.layers.dense({ name, units, useBias: offset === 'bias', kernelInitializer }).apply(h) as Symbolic;
  };
  const conv = (h: Symbolic, filters: number, name: string, kernelSize = 4, strides = 2) => {
    if (norm === 'spectral') {
      return new SpectralConv2d({ name, filters, kernelSize, strides, seed: seeds.next() }).apply(h) as Symbolic;
    }
    const kernelInitializer = batch ? seeds.normal(0.02) : seeds.he();
    const layer = tf.layers.conv2d({ name, filters, kernelSize, strides, padding: 'same', kernelInitializer });
    return layer.apply(h) as Symbolic;
  };
  const active = (h: Symbolic, name: string, isFirst = false) => {
    const next = batch && !isFirst ? batchNorm(h, name) : h;
    return tf.layers.leakyReLU({ name: `${name}_lrelu`, alpha: 0.2 }).apply(next) as Symbolic;
  };
  const beside = condition && conditioning === 'concat' ? condition : undefined;

  let h = isConv ? x : flatten(x);
  if (beside && !isConv) h = tf.layers.concatenate({ name: 'x_and_condition' }).apply([h, beside]) as Symbolic;
  hidden.forEach((width, i) => {
    const name = isConv ? `down${i + 1}` : `hidden${i + 1}`;
    h = active(isConv ? conv(h, width, name) : dense(h, width, name), name, i === 0);
  });
  if (beside && isConv) {
    // Reed et al. (2016), §4.2: the condition at every place of the last feature map, then a 1×1 convolution.
    const width = hidden[hidden.length - 1];
    const code = active(dense(beside, width, 'condition'), 'condition', true);
    h = tf.layers.concatenate({ name: 'map_and_condition' }).apply([h, everywhere(code, h)]) as Symbolic;
    h = active(conv(h, width, 'joint', 1, 1), 'joint', true);
  }
  if (condition && conditioning === 'projection') {
    // Eq. 3 of the paper: D(x, y) = ψ(φ(x)) + yᵀ V φ(x), with φ summed over the places.
    const features = isConv ? (new SumOverPlaces({ name: 'features' }).apply(h) as Symbolic) : h; // φ(x), [B, n]
    const own = dense(features, 1, 'score', 'bias', true);
    const code = dense(condition, features.shape[1] as number, 'projection', 'none', true); // V y, [B, n]
    const product = tf.layers.dot({ name: 'match', axes: 1 }).apply([features, code]) as Symbolic; // [B, 1]
    return tf.layers.add({ name: 'total' }).apply([own, product]) as Symbolic;
  }
  return dense(flatten(h), 1, 'score', 'bias', true);
}

/** @throws UserError when layers and image do not fit together. */
export function checkGanNet(
  { arch, hidden }: Pick<GeneratorConfig, 'arch' | 'hidden'>,
  shape: readonly number[],
  where: string,
): void {
  const whole = (n: number) => Number.isInteger(n) && n > 0;
  if (!shape.every(whole) || shape.length === 0 || (arch === 'conv' && shape.length !== 3)) {
    const expected =
      arch === 'conv' ? '[height, width, channels]' : 'a list of whole numbers such as [2] or [28, 28, 1]';
    throw new UserError(`${where}: inputShape must be ${expected}, got [${String(shape)}].`);
  }
  if (!hidden.every(whole) || (arch === 'conv' && hidden.length === 0)) {
    throw new UserError(`${where}: hidden lists the width of each hidden layer, got [${String(hidden)}].`);
  }
  const scale = 2 ** hidden.length;
  if (arch === 'conv' && (shape[0] % scale !== 0 || shape[1] % scale !== 0)) {
    throw new UserError(
      `${where}: ${hidden.length} entries in hidden mean ${hidden.length} halvings, and ${shape[0]}×${shape[1]} cannot be ` +
        `divided by ${scale}. Use fewer entries.`,
    );
  }
}

function batchNorm(h: Symbolic, name: string): Symbolic {
  return new BatchNorm({ name: `${name}_norm` }).apply(h) as Symbolic;
}

function flatten(x: Symbolic): Symbolic {
  return x.shape.length > 2 ? (tf.layers.flatten().apply(x) as Symbolic) : x;
}

function reshape(x: Symbolic, shape: readonly number[]): Symbolic {
  return shape.length > 1 ? (tf.layers.reshape({ targetShape: [...shape] }).apply(x) as Symbolic) : x;
}

/** The same vector at every place of a map: [B, n], [B, H, W, C] -> [B, H, W, n] */
function everywhere(code: Symbolic, map: Symbolic): Symbolic {
  const [, height, width] = map.shape as number[];
  const units = code.shape[1] as number;
  const copies = tf.layers.repeatVector({ n: height * width }).apply(code) as Symbolic; // [B, HW, n]
  return reshape(copies, [height, width, units]);
}

/** [B, H, W, C] -> [B, C] */
class SumOverPlaces extends tf.layers.Layer {
  static readonly className: string = 'SumOverPlaces';

  constructor(config: { name: string }) {
    super(config);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    return x.sum([1, 2]);
  }

  override computeOutputShape([batch, , , channels]: tf.Shape): tf.Shape {
    return [batch, channels];
  }
}
tf.serialization.registerClass(SumOverPlaces);
