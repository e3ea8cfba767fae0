import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../errors';
import { type Arch, InstanceNorm, patchBody, Seeds } from '../../nn';
import { ImagePool } from './pool';

type Symbolic = tf.SymbolicTensor;

export interface CycleGanConfig {
  /** Of one example of either domain: [H, W, C] of an image, or [n] of a point. */
  readonly inputShape: readonly number[];
  readonly arch: Arch;
  /** Channels of the first convolution (the paper: 64), or units of the dense layers. */
  readonly width: number;
  /** Residual blocks of a generator; the paper has 6 for 128×128. With `mlp`, dense layers. */
  readonly blocks: number;
  /** Convolutions that halve the side, in the generator and in the discriminator. */
  readonly halvings: number;
  /** Generated examples that a discriminator is shown again; the paper: 50. */
  readonly poolSize: number;
  /** Of the first weights. */
  readonly seed: number;
}

export type CycleGanOptions = Partial<CycleGanConfig>;

export interface CycleGan {
  readonly config: CycleGanConfig;
  /** G: X → Y. */
  readonly generatorXY: tf.LayersModel; // [B, …] -> [B, …]
  /** F: Y → X. */
  readonly generatorYX: tf.LayersModel;
  /** Tells real examples of X from translated ones, patch by patch. */
  readonly discriminatorX: tf.LayersModel; // [B,H,W,C] -> [B,h,w,1]; points: [B,n] -> [B,1]
  readonly discriminatorY: tf.LayersModel;
  readonly poolX: ImagePool;
  readonly poolY: ImagePool;
}

const common = { poolSize: 50, seed: 0 } as const;

/** Small enough to train on a laptop: 32×32 in colour; points of the plane. */
export const defaults: Readonly<Record<Arch, CycleGanConfig>> = {
  conv: { ...common, inputShape: [32, 32, 3], arch: 'conv', width: 32, blocks: 3, halvings: 2 },
  mlp: { ...common, inputShape: [2], arch: 'mlp', width: 64, blocks: 2, halvings: 0 },
};

/** @throws UserError when the shape and the layers do not fit together. */
export function buildCycleGan(options: CycleGanOptions = {}): CycleGan {
  const arch = options.arch ?? ((options.inputShape ?? [0, 0, 0]).length === 3 ? 'conv' : 'mlp');
  const config: CycleGanConfig = { ...defaults[arch], ...options, arch };
  check(config);
  const seeds = new Seeds(config.seed);
  const { inputShape, poolSize } = config;
  const [generator, discriminator] = arch === 'conv' ? [resnet, patchBody] : [mapping, points];
  const network = (name: string, body: typeof resnet) => {
    const x = tf.input({ shape: [...inputShape], name: 'x' });
    return tf.model({ name, inputs: x, outputs: body(x, config, seeds) });
  };
  return {
    config,
    generatorXY: network('generatorXY', generator),
    generatorYX: network('generatorYX', generator),
    discriminatorX: network('discriminatorX', discriminator),
    discriminatorY: network('discriminatorY', discriminator),
    poolX: new ImagePool(poolSize, inputShape),
    poolY: new ImagePool(poolSize, inputShape),
  };
}

/** Gives the memory of all four networks and of the pools back. */
export function dispose(model: CycleGan): void {
  const { generatorXY, generatorYX, discriminatorX, discriminatorY, poolX, poolY } = model;
  for (const part of [generatorXY, generatorYX, discriminatorX, discriminatorY, poolX, poolY]) part.dispose();
}

/**
 * §4 and appendix 7.2: a 7×7 convolution, convolutions of stride 2, residual blocks, and transposed convolutions back, each behind
 * instance norm and ReLU. Edges are padded with zeros, not mirrored. [B,H,W,C] -> [B,H,W,C] in [−1, 1]
 */
function resnet(x: Symbolic, { width, blocks, halvings, inputShape }: CycleGanConfig, seeds: Seeds): Symbolic {
  const settings = (name: string, filters: number, kernelSize: number, strides = 1) => {
    return { name, filters, kernelSize, strides, padding: 'same' as const, kernelInitializer: seeds.normal(0.02) };
  };
  const norm = (h: Symbolic, name: string) => new InstanceNorm({ name: `${name}_norm` }).apply(h) as Symbolic;
  const active = (h: Symbolic, name: string) =>
    tf.layers.reLU({ name: `${name}_relu` }).apply(norm(h, name)) as Symbolic;
  const conv = (h: Symbolic, ...args: Parameters<typeof settings>) =>
    tf.layers.conv2d(settings(...args)).apply(h) as Symbolic;
  let h = active(conv(x, 'in', width, 7), 'in');
  let channels = width;
  for (let i = 1; i <= halvings; i++) {
    channels *= 2;
    h = active(conv(h, `down${i}`, channels, 3, 2), `down${i}`);
  }
  for (let i = 1; i <= blocks; i++) {
    const first = active(conv(h, `block${i}a`, channels, 3), `block${i}a`);
    const second = norm(conv(first, `block${i}b`, channels, 3), `block${i}b`);
    h = tf.layers.add({ name: `block${i}` }).apply([h, second]) as Symbolic;
  }
  for (let i = 1; i <= halvings; i++) {
    channels /= 2;
    const layer = tf.layers.conv2dTranspose(settings(`up${i}`, channels, 3, 2));
    h = active(layer.apply(h) as Symbolic, `up${i}`);
  }
  const last = conv(h, 'out', inputShape[2], 7);
  return tf.layers.activation({ name: 'tanh', activation: 'tanh' }).apply(last) as Symbolic;
}

/** The generator for points. Nothing in it keeps the input: that is left to the losses. [B,n] -> [B,n] */
function mapping(x: Symbolic, { width, blocks, inputShape }: CycleGanConfig, seeds: Seeds): Symbolic {
  const last = tf.layers.dense({ name: 'out', units: inputShape[0], kernelInitializer: seeds.glorot() });
  return last.apply(dense(x, width, blocks, seeds)) as Symbolic;
}

/** The discriminator for points. [B,n] -> [B,1] */
function points(x: Symbolic, { width, blocks }: CycleGanConfig, seeds: Seeds): Symbolic {
  const score = tf.layers.dense({ name: 'score', units: 1, kernelInitializer: seeds.glorot() });
  return score.apply(dense(x, width, blocks, seeds)) as Symbolic;
}

function dense(x: Symbolic, units: number, count: number, seeds: Seeds): Symbolic {
  let h = x;
  for (let i = 1; i <= count; i++) {
    h = tf.layers.dense({ name: `hidden${i}`, units, kernelInitializer: seeds.he() }).apply(h) as Symbolic;
    h = tf.layers.leakyReLU({ name: `hidden${i}_lrelu`, alpha: 0.2 }).apply(h) as Symbolic;
  }
  return h;
}

function check({ inputShape, arch, width, blocks, halvings }: CycleGanConfig): void {
  const rank = arch === 'conv' ? 3 : 1;
  if (inputShape.length !== rank || !inputShape.every((n) => Number.isInteger(n) && n > 0)) {
    const expected = arch === 'conv' ? '[height, width, channels]' : '[n]';
    throw new UserError(`buildCycleGan: inputShape must be ${expected}, got [${String(inputShape)}].`);
  }
  for (const [name, value, least] of [
    ['width', width, 1] as const,
    ['blocks', blocks, 1] as const,
    ['halvings', halvings, 0] as const,
  ]) {
    if (!Number.isInteger(value) || value < least) {
      throw new UserError(`buildCycleGan: ${name} must be a whole number from ${least}, got ${value}.`);
    }
  }
  const scale = 2 ** halvings;
  if (arch === 'conv' && (inputShape[0] % scale !== 0 || inputShape[1] % scale !== 0)) {
    throw new UserError(
      `buildCycleGan: ${halvings} halvings need sides that ${scale} divides, got ${inputShape[0]}×${inputShape[1]}.`,
    );
  }
}
