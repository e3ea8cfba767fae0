/** The parts of a U-Net for diffusion, Ho, Jain & Abbeel (2020), appendix B. Everything here works on symbolic tensors. */
import * as tf from '@tensorflow/tfjs';
import { MultiHeadAttention } from './attention';
import { GroupNorm, groupsFor } from './group-norm';
import type { Seeds } from './seeds';

type Symbolic = tf.SymbolicTensor;

/** What the parts of one network share. */
export interface BlockSettings {
  /** Groups of the group norms; fewer where the channels do not divide. */
  readonly groups: number;
  /** Of the attention. */
  readonly heads: number;
  readonly seeds: Seeds;
}

/** A seeded 3×3 (or 1×1) convolution. [B,H,W,C] -> [B, H/stride, W/stride, filters] */
export function convolution(
  x: Symbolic,
  filters: number,
  seeds: Seeds,
  { name, kernelSize = 3, strides = 1, zero = false }: ConvolutionOptions,
): Symbolic {
  const kernelInitializer = zero ? tf.initializers.zeros() : seeds.glorot();
  const layer = tf.layers.conv2d({ name, filters, kernelSize, strides, padding: 'same', kernelInitializer });
  return layer.apply(x) as Symbolic;
}

interface ConvolutionOptions {
  readonly name: string;
  readonly kernelSize?: number;
  readonly strides?: number;
  /** Starts at zero, so that what it is added to starts unchanged. */
  readonly zero?: boolean;
}

/** Group norm, with SiLU behind it unless told otherwise. [B,H,W,C] -> [B,H,W,C] */
export function normalized(
  x: Symbolic,
  { groups }: Pick<BlockSettings, 'groups'>,
  name: string,
  activation: 'silu' | 'linear' = 'silu',
): Symbolic {
  const channels = x.shape[x.shape.length - 1] as number;
  return new GroupNorm({ name, groups: groupsFor(channels, groups), activation }).apply(x) as Symbolic;
}

/**
 * Two convolutions, each behind norm and SiLU, with the time added between them, and a way around: x + f(x, time).
 * The second convolution starts at zero, so at first a block is the identity (or the 1×1 convolution of its way around).
 *
 * @param embedding the time (and class) as a vector that has been through SiLU, [B, E]; without it there is no time
 * @returns [B, H, W, channels]
 */
export function residualBlock(
  x: Symbolic,
  embedding: Symbolic | undefined,
  channels: number,
  settings: BlockSettings,
  name: string,
): Symbolic {
  const { seeds } = settings;
  let h = convolution(normalized(x, settings, `${name}_norm1`), channels, seeds, { name: `${name}_conv1` });
  if (embedding) {
    const kernelInitializer = seeds.glorot();
    const time = tf.layers.dense({ name: `${name}_time`, units: channels, kernelInitializer }).apply(embedding);
    const everywhere = tf.layers.reshape({ targetShape: [1, 1, channels] }).apply(time) as Symbolic;
    h = new AddToEach({ name: `${name}_add` }).apply([h, everywhere]) as Symbolic;
  }
  h = convolution(normalized(h, settings, `${name}_norm2`), channels, seeds, { name: `${name}_conv2`, zero: true });
  const isSame = x.shape[x.shape.length - 1] === channels;
  const around = isSame ? x : convolution(x, channels, seeds, { name: `${name}_skip`, kernelSize: 1 });
  return tf.layers.add().apply([around, h]) as Symbolic;
}

/**
 * x + attention(norm(x)); with a context then also + attention(norm(x), context), Rombach et al. (2022), arXiv:2112.10752,
 * §3.3. x: [B,H,W,C], context: [B,M,D] -> [B,H,W,C]
 */
export function attentionBlock(
  x: Symbolic,
  context: Symbolic | undefined,
  settings: BlockSettings,
  name: string,
): Symbolic {
  const attend = (h: Symbolic, other: Symbolic | undefined, part: string) => {
    const layer = new MultiHeadAttention({
      name: part,
      heads: settings.heads,
      seed: settings.seeds.next(),
      output: 'zero',
    });
    const norm = normalized(h, settings, `${part}_norm`, 'linear');
    return tf.layers.add().apply([h, layer.apply(other ? [norm, other] : norm) as Symbolic]) as Symbolic;
  };
  const own = attend(x, undefined, `${name}_self`);
  return context ? attend(own, context, `${name}_cross`) : own;
}

/** Half the side by a convolution with stride 2. [B,H,W,C] -> [B,H/2,W/2,C] */
export function downsample(x: Symbolic, seeds: Seeds, name: string): Symbolic {
  return convolution(x, x.shape[x.shape.length - 1] as number, seeds, { name, strides: 2 });
}

/** Each pixel four times, then a convolution: twice the side without a chequered pattern. [B,H,W,C] -> [B,2H,2W,C] */
export function upsample(x: Symbolic, seeds: Seeds, name: string): Symbolic {
  const larger = tf.layers.upSampling2d({ size: [2, 2] }).apply(x) as Symbolic;
  return convolution(larger, x.shape[x.shape.length - 1] as number, seeds, { name });
}

/** x + y where y has one pixel. The stock layer refuses to broadcast. [B,H,W,C], [B,1,1,C] -> [B,H,W,C] */
class AddToEach extends tf.layers.Layer {
  static readonly className: string = 'AddToEach';

  constructor(config: { name: string }) {
    super(config);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, y] = inputs as tf.Tensor[];
    return tf.add(x, y);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return (inputShape as tf.Shape[])[0];
  }
}
tf.serialization.registerClass(AddToEach);
