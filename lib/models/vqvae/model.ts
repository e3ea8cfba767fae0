/**
 * VQ-VAE: an autoencoder whose code is a grid of numbers, each the name of one of K learned vectors.
 * Van den Oord, Vinyals & Kavukcuoglu (2017), arXiv:1711.00937; equation numbers are that paper's.
 *
 * Its discrete code has a prior that is learned afterwards (prior.ts); until then it is uniform, and the KL of eq. 2 is the
 * constant log K a number. Every term is of a whole image: summed, never averaged.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { UserError } from '../../errors';
import { type Activation, type Arch, checkBody, decoderBody, dense, encoderBody, Seeds, variablesOf } from '../../nn';
import { expectShape } from '../shapes';
import { gaussianLogLikelihood } from '../vae';
import { Codebook, nearest, straightThrough, vqTerms } from './codebook';

type Symbolic = tf.SymbolicTensor;

export interface VqVaeConfig {
  /** Of one example: [H, W, C] of an image, or [n] of a point (`mlp`). */
  readonly inputShape: readonly number[];
  readonly arch: Arch;
  /** Units (`mlp`, whose code is a single number) or channels (`conv`, each halves the image) of the encoder's layers. */
  readonly hidden: readonly number[];
  /** Of the hidden layers of `mlp`. */
  readonly activation: Activation;
  /** `conv`: residual blocks at the lowest resolution, on each side. */
  readonly blocks: number;
  /** K, the number of vectors. */
  readonly codes: number;
  /** D, their length. */
  readonly codeDim: number;
  /** β of eq. 3. */
  readonly beta: number;
  /** How the vectors are learned: by the second term of eq. 3, or by moving averages (appendix A.1). */
  readonly update: 'gradient' | 'ema';
  /** γ of the moving averages. */
  readonly decay: number;
  /** Of moving averages: how rarely chosen, as a fraction of the average, a vector must be to start again; 0: never. */
  readonly restart: number;
  /** Standard deviation of the Gaussian p(x|z), in grey levels: what a wrong pixel weighs against a far vector. */
  readonly sigma: number;
  /** Of the first weights. */
  readonly seed: number;
}

export interface VqVae {
  readonly config: VqVaeConfig;
  /** [h, w] of the code. */
  readonly grid: readonly [height: number, width: number];
  readonly encoder: tf.LayersModel; // [B,H,W,C] -> z_e [B,h,w,D]
  readonly codebook: tf.LayersModel; // [B,h,w] of 0 … K−1 -> e [B,h,w,D]
  readonly decoder: tf.LayersModel; // [B,h,w,D] -> x̂ [B,H,W,C]
}

/** Eq. 3 taken apart, each [B], in nats or squared distances of a whole image. */
export interface VqTerms {
  /** log p(x|z_q). */
  readonly reconstruction: Tensor1D;
  /** ‖sg[z_e] − e‖². */
  readonly codebook: Tensor1D;
  /** ‖z_e − sg[e]‖², without β. */
  readonly commitment: Tensor1D;
}

const common = {
  inputShape: [28, 28, 1],
  activation: 'relu',
  blocks: 2,
  codes: 128,
  codeDim: 16,
  beta: 0.25,
  update: 'ema',
  decay: 0.99,
  restart: 0.05,
  sigma: 0.1,
  seed: 0,
} as const;

/** `conv` makes a 7×7 grid of a 28×28 image, as small as the paper's are beside theirs. */
export const defaults: Readonly<Record<Arch, VqVaeConfig>> = {
  mlp: { ...common, hidden: [128], arch: 'mlp' },
  conv: { ...common, hidden: [32, 64], arch: 'conv' },
};

/** @throws UserError when the shape and the layers do not fit together. */
export function buildVqVae(config: Partial<VqVaeConfig> = {}): VqVae {
  const full: VqVaeConfig = { ...defaults[config.arch ?? 'conv'], ...config };
  check(full);
  const { inputShape, arch, hidden, codes, codeDim, update } = full;
  const scale = arch === 'conv' ? 2 ** hidden.length : Infinity;
  const grid = arch === 'conv' ? ([inputShape[0] / scale, inputShape[1] / scale] as const) : ([1, 1] as const);
  const seeds = new Seeds(full.seed);

  const x = tf.input({ shape: [...inputShape], name: 'image' });
  const encoder = tf.model({ inputs: x, outputs: encoderOf(x, full, grid, seeds), name: 'encoder' });

  const indices = tf.input({ shape: [...grid], name: 'indices' });
  const vectors = new Codebook({ codes, dims: codeDim, update, seeds }).apply(indices) as Symbolic;
  const codebook = tf.model({ inputs: indices, outputs: vectors, name: 'codebook' });

  const z = tf.input({ shape: [...grid, codeDim], name: 'quantized' });
  const decoder = tf.model({ inputs: z, outputs: decoderOf(z, full, seeds), name: 'decoder' });
  return { config: full, grid, encoder, codebook, decoder };
}

/** The layer behind `model.codebook`, for its vectors and their usage. */
export function codebookOf(model: VqVae): Codebook {
  return model.codebook.getLayer('codebook') as Codebook;
}

/** z_e(x), before quantization. [B,H,W,C] -> [B,h,w,D] */
export function encode(model: VqVae, x: tf.Tensor): Tensor4D {
  expectShape('encode', 'x', x, ['B', ...model.config.inputShape]);
  return tf.tidy(() => model.encoder.apply(x) as Tensor4D);
}

/** The nearest vector at each place, eq. 1 and 2. [B,h,w,D] -> numbers [B,h,w] int32, z_q [B,h,w,D] */
export function quantize(model: VqVae, z: Tensor4D): { readonly indices: Tensor3D; readonly quantized: Tensor4D } {
  const { codeDim } = model.config;
  expectShape('quantize', 'z', z, ['B', ...model.grid, codeDim]);
  return tf.tidy(() => {
    const flat = nearest(z.reshape([-1, codeDim]), codebookOf(model).vectors());
    const indices = flat.reshape<Tensor3D>([z.shape[0], ...model.grid]);
    return { indices, quantized: model.codebook.apply(indices) as Tensor4D };
  });
}

/** Images to the numbers that stand for them. [B,H,W,C] -> [B,h,w], int32 */
export function encodeToIndices(model: VqVae, x: tf.Tensor): Tensor3D {
  return tf.tidy(() => quantize(model, encode(model, x)).indices);
}

/** The mean of p(x|z). [B,h,w,D] -> [B,H,W,C] */
export function decode<X extends tf.Tensor = Tensor4D>(model: VqVae, quantized: Tensor4D): X {
  expectShape('decode', 'quantized', quantized, ['B', ...model.grid, model.config.codeDim]);
  return tf.tidy(() => model.decoder.apply(quantized) as X);
}

/** Numbers to images. [B,h,w] -> [B,H,W,C] */
export function decodeIndices<X extends tf.Tensor = Tensor4D>(model: VqVae, indices: Tensor3D): X {
  expectShape('decodeIndices', 'indices', indices, ['B', ...model.grid]);
  return tf.tidy(() => decode<X>(model, model.codebook.apply(indices) as Tensor4D));
}

/** Through the code and back. [B,H,W,C] -> [B,H,W,C] */
export function reconstruct<X extends tf.Tensor>(model: VqVae, x: X): X {
  return tf.tidy(() => decodeIndices<X>(model, encodeToIndices(model, x)));
}

/** The three terms of eq. 3, each a scalar, and on the way what the encoder said and what was chosen. [B,H,W,C] */
export function vqVaeTerms(model: VqVae, x: tf.Tensor): VqTerms & { readonly z: Tensor4D; readonly indices: Tensor3D } {
  return tf.tidy(() => {
    const z = encode(model, x); // [B,h,w,D]
    const { indices, quantized } = quantize(model, z);
    const reconstruction = logLikelihood(model, x, decode(model, straightThrough(z, quantized)));
    const rows = (t: Tensor4D) => t.reshape<Tensor2D>([-1, model.config.codeDim]);
    const { codebook, commitment } = vqTerms(rows(z), rows(quantized)); // [B·h·w]
    const ofImage = (each: Tensor1D) => each.reshape([x.shape[0], -1]).sum<Tensor1D>(1);
    return { reconstruction, codebook: ofImage(codebook), commitment: ofImage(commitment), z, indices };
  });
}

/** Eq. 3, negated: the mean of −log p(x|z_q) + ‖sg[z] − e‖² + β‖z − sg[e]‖²; moving averages do without the second term. */
export function loss(model: VqVae, { reconstruction, codebook, commitment }: VqTerms): tf.Scalar {
  const { beta, update } = model.config;
  return tf.tidy(() => {
    const kept = commitment.mul(beta).sub(reconstruction);
    return (update === 'gradient' ? kept.add(codebook) : kept).mean<tf.Scalar>();
  });
}

/** log N(x; x̂, σ²), in nats of a whole image. [B, …], [B, …] -> [B] */
export function logLikelihood(model: VqVae, x: tf.Tensor, xHat: tf.Tensor): Tensor1D {
  return gaussianLogLikelihood(x, xHat, 2 * Math.log(model.config.sigma));
}

/** What gradients train: not the vectors, when they follow by moving averages. */
export function variables(model: VqVae): tf.Variable[] {
  return variablesOf(model.encoder, model.codebook, model.decoder);
}

/** Gives the memory of all three networks back. */
export function dispose(model: VqVae): void {
  for (const network of [model.encoder, model.codebook, model.decoder]) network.dispose();
}

/** §4.1: strided convolutions of 4×4, then residual blocks. [B,H,W,C] -> [B,h,w,D] */
function encoderOf(x: Symbolic, config: VqVaeConfig, grid: readonly number[], seeds: Seeds): Symbolic {
  const { arch, hidden, blocks, codeDim } = config;
  if (arch === 'mlp') {
    const code = dense(encoderBody(x, undefined, config, seeds), codeDim, seeds, { name: 'code' });
    return tf.layers.reshape({ targetShape: [...grid, codeDim] }).apply(code) as Symbolic;
  }
  let h = x;
  hidden.forEach((filters, i) => {
    const options = { filters, kernelSize: 4, strides: 2, padding: 'same', activation: 'relu' } as const;
    h = tf.layers.conv2d({ name: `down${i + 1}`, ...options, kernelInitializer: seeds.he() }).apply(h) as Symbolic;
  });
  h = residual(h, hidden[hidden.length - 1], blocks, seeds);
  return convolution(h, 'code', codeDim, 1, seeds.glorot());
}

/** The way back. [B,h,w,D] -> [B,H,W,C] */
function decoderOf(z: Symbolic, config: VqVaeConfig, seeds: Seeds): Symbolic {
  const { inputShape, arch, hidden, blocks } = config;
  if (arch === 'mlp') {
    return decoderBody(tf.layers.flatten().apply(z) as Symbolic, undefined, config, seeds, 'linear');
  }
  const widest = hidden[hidden.length - 1];
  let h = residual(convolution(z, 'first', widest, 3, seeds.he()), widest, blocks, seeds);
  const filters = [...[...hidden].reverse().slice(1), inputShape[2]];
  filters.forEach((channels, i) => {
    const isLast = i === filters.length - 1;
    const layer = tf.layers.conv2dTranspose({
      ...{ name: isLast ? 'pixels' : `up${i + 1}`, filters: channels, kernelSize: 4, strides: 2, padding: 'same' },
      activation: isLast ? 'linear' : 'relu',
      kernelInitializer: isLast ? seeds.glorot() : seeds.he(),
    });
    h = layer.apply(h) as Symbolic;
  });
  return h;
}

/** Blocks x + conv₁(relu(conv₃(relu(x)))), and a ReLU behind the last. */
function residual(x: Symbolic, channels: number, blocks: number, seeds: Seeds): Symbolic {
  const relu = (h: Symbolic) => tf.layers.reLU().apply(h) as Symbolic;
  const zeros = tf.initializers.zeros(); // each block begins as the identity
  let h = x;
  for (let i = 1; i <= blocks; i++) {
    const inner = convolution(relu(h), `block${i}a`, channels, 3, seeds.he());
    h = tf.layers.add().apply([h, convolution(relu(inner), `block${i}b`, channels, 1, zeros)]) as Symbolic;
  }
  return relu(h);
}

function convolution(
  x: Symbolic,
  name: string,
  filters: number,
  kernelSize: number,
  kernelInitializer: ReturnType<typeof tf.initializers.zeros>,
): Symbolic {
  const layer = tf.layers.conv2d({ name, filters, kernelSize, padding: 'same', kernelInitializer });
  return layer.apply(x) as Symbolic;
}

function check(config: VqVaeConfig): void {
  checkBody(config, 'buildVqVae');
  const { codes, codeDim, decay } = config;
  for (const [name, value] of Object.entries({ codes, codeDim })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new UserError(`buildVqVae: ${name} is a whole number from 1, got ${value}.`);
    }
  }
  if (!(decay >= 0 && decay < 1)) throw new UserError(`buildVqVae: decay is at least 0 and below 1, got ${decay}.`);
}
