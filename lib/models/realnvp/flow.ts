/**
 * RealNVP: couplings stacked into one invertible map between images and noise of equal dimension.
 * Dinh, Sohl-Dickstein & Bengio (2017), arXiv:1605.08803; equation and section numbers are that paper's.
 *
 * log p(x) = log N(z; 0, I) + log|det ∂z/∂x|, eq. 2 and 3: exact, in nats of a whole example.
 *
 * Where this differs from the paper: activation normalization (Glow, arXiv:1807.03039) takes the place of the batch-norm
 * steps of §3.7, which are not invertible one by one while they train and go wrong on small batches; the residual networks
 * have no normalization inside, and their last layers start at zero, as Glow's do.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { UserError } from '../../errors';
import { type Arch, Seeds, variablesOf } from '../../nn';
import { expectShape } from '../shapes';
import { actNorm } from './actnorm';
import type { Bijection, Moved } from './bijection';
import { alternatingMask, channelMask, checkerboardMask, coupling } from './coupling';
import { denseNetwork, residualNetwork } from './networks';
import { squeezing } from './squeeze';

export interface RealNvpConfig {
  /** Of one example: [n] of a point (`mlp`), [H, W, C] of an image (`conv`). */
  readonly inputShape: readonly number[];
  readonly arch: Arch;
  /** `mlp`: number of couplings, each the other way round than the one before. */
  readonly couplings: number;
  /** `mlp`: units of the hidden layers of each coupling's network. */
  readonly hidden: readonly number[];
  /** `conv`: each scale but the last halves the image and lets half of its numbers go. */
  readonly scales: number;
  /** `conv`: of each coupling's residual network, at the first scale; doubled at each further scale. */
  readonly channels: number;
  /** `conv`: residual blocks of each coupling's network. */
  readonly blocks: number;
  /** Of the first weights. */
  readonly seed: number;
}

/** The steps of one scale. Behind all scales but the last, half of the channels are finished (§3.6). */
export interface Scale {
  readonly steps: readonly Bijection[];
  /** What leaves the steps. */
  readonly outputShape: readonly number[];
}

export interface RealNvp {
  readonly config: RealNvpConfig;
  readonly scales: readonly Scale[];
}

const common = { couplings: 8, hidden: [64, 64], scales: 3, channels: 32, blocks: 2, seed: 0 } as const;

export const defaults: Readonly<Record<Arch, RealNvpConfig>> = {
  mlp: { ...common, inputShape: [2], arch: 'mlp' },
  conv: { ...common, inputShape: [28, 28, 1], arch: 'conv' },
};

/** @throws UserError when the shape and the scales do not fit together. */
export function buildRealNvp(config: Partial<RealNvpConfig> = {}): RealNvp {
  const full: RealNvpConfig = { ...defaults[config.arch ?? 'conv'], ...config };
  check(full);
  const seeds = new Seeds(full.seed);
  return { config: full, scales: full.arch === 'mlp' ? [pointScale(full, seeds)] : imageScales(full, seeds) };
}

/** x -> z ~ N(0, I), and the log-determinant on the way: eq. 3, 13 to 16. [B, …] -> [B,n], [B] */
export function forward(model: RealNvp, x: tf.Tensor): { readonly z: Tensor2D; readonly logDet: Tensor1D } {
  expectShape('forward', 'x', x, ['B', ...model.config.inputShape]);
  return tf.tidy(() => {
    const { parts, logDets } = walk(model, x, (step, h) => step.forward(h));
    return { z: tf.concat(parts, 1), logDet: tf.addN(logDets) };
  });
}

/** z -> x, every step undone in reverse. [B,n] -> [B, …] */
export function inverse<X extends tf.Tensor = tf.Tensor4D>(model: RealNvp, z: Tensor2D): X {
  const { scales, config } = model;
  expectShape('inverse', 'z', z, ['B', sizeOf(config.inputShape)]);
  return tf.tidy(() => {
    const shapes = scales.map(({ outputShape }, i) => (i < scales.length - 1 ? half(outputShape) : outputShape));
    const parts = tf.split(z, shapes.map(sizeOf), 1);
    let h: tf.Tensor | undefined;
    for (let i = scales.length - 1; i >= 0; i--) {
      const finished = parts[i].reshape([z.shape[0], ...shapes[i]]);
      h = h ? tf.concat([finished, h], 3) : finished;
      for (const step of [...scales[i].steps].reverse()) h = step.inverse(h);
    }
    return h as X;
  });
}

/** log p(x), eq. 2, in nats. For images: of what `toFlow` made of them. [B, …] -> [B] */
export function logProb(model: RealNvp, x: tf.Tensor): Tensor1D {
  return tf.tidy(() => {
    const { z, logDet } = forward(model, x);
    return standardNormal(z).add<Tensor1D>(logDet);
  });
}

/** The negative mean of log p(x): what training minimizes. [B, …] -> a scalar */
export function loss(model: RealNvp, x: tf.Tensor): tf.Scalar {
  return tf.tidy(() => logProb(model, x).mean<tf.Scalar>().neg());
}

/**
 * Lets the normalizations set their first weights by this batch, one after another (Glow, §3.1). Does nothing to a model that
 * has seen data, or whose weights were loaded.
 */
export function initialize(model: RealNvp, x: tf.Tensor): void {
  tf.tidy(() => {
    walk(model, x, (step, h) => {
      step.initialize?.(h);
      return step.forward(h);
    });
  });
}

/** Noise z, times `temperature`, which below 1 keeps to the likelier part. -> [n,D] */
export function priorSample(model: RealNvp, n: number, random: Random, temperature = 1): Tensor2D {
  return random.normal<tf.Rank.R2>([n, sizeOf(model.config.inputShape)], 0, temperature);
}

/** What it learns, by name: `scale1.checkerboard1`, … For `saveWeights` and tables. */
export function networks(model: RealNvp): Record<string, tf.LayersModel> {
  const steps = model.scales.flatMap((scale) => scale.steps);
  return Object.fromEntries(steps.flatMap(({ name, network }) => (network ? [[name, network]] : [])));
}

/** All trainable variables, in the order of the steps. */
export function variables(model: RealNvp): tf.Variable[] {
  return variablesOf(...Object.values(networks(model)));
}

/** Gives the memory of all networks back. */
export function dispose(model: RealNvp): void {
  Object.values(networks(model)).forEach((network) => network.dispose());
}

/** Through all scales; what is finished at each, flat, and every step's log-determinant. */
function walk(model: RealNvp, x: tf.Tensor, move: (step: Bijection, h: tf.Tensor) => Moved) {
  const parts: Tensor2D[] = [];
  const logDets: Tensor1D[] = [];
  let h = x;
  model.scales.forEach((scale, i) => {
    for (const step of scale.steps) {
      const { y, logDet } = move(step, h);
      h = y;
      logDets.push(logDet);
    }
    let finished = h;
    if (i < model.scales.length - 1) [finished, h] = tf.split(h, 2, 3); // eq. 14
    parts.push(finished.reshape([x.shape[0], -1]));
  });
  return { parts, logDets };
}

function standardNormal(z: Tensor2D): Tensor1D {
  const constant = z.shape[1] * Math.log(2 * Math.PI);
  return tf.tidy(() => z.square().sum<Tensor1D>(1).add(constant).mul(-0.5));
}

function pointScale({ inputShape, couplings, hidden }: RealNvpConfig, seeds: Seeds): Scale {
  const size = inputShape[0];
  const steps = Array.from({ length: couplings }, (_, i) => [
    coupling(
      `coupling${i + 1}`,
      alternatingMask(size, i % 2 === 1),
      denseNetwork(`coupling${i + 1}`, size, hidden, seeds),
    ),
    actNorm(`norm${i + 1}`, inputShape),
  ]);
  return { steps: steps.flat(), outputShape: inputShape };
}

/** §4.1: at each scale three couplings with checkerboards, a squeeze, three by channels; at the last, four checkerboards. */
function imageScales({ inputShape, scales, channels, blocks }: RealNvpConfig, seeds: Seeds): Scale[] {
  let shape = inputShape as readonly [number, number, number];
  return Array.from({ length: scales }, (_, level) => {
    const isLast = level === scales - 1;
    const width = { channels: channels * 2 ** level, blocks };
    const couplings = (kind: 'checkerboard' | 'channel', count: number) =>
      Array.from({ length: count }, (_, i) => {
        const name = `scale${level + 1}.${kind}${i + 1}`;
        const mask = (kind === 'channel' ? channelMask : checkerboardMask)(shape, i % 2 === 1);
        const network = residualNetwork(name, shape, width, seeds);
        return [coupling(name, mask, network), actNorm(`${name}.norm`, shape)];
      }).flat();
    if (isLast) return { steps: couplings('checkerboard', 4), outputShape: shape };
    const before = couplings('checkerboard', 3);
    shape = [shape[0] / 2, shape[1] / 2, shape[2] * 4];
    const steps = [...before, squeezing(`scale${level + 1}.squeeze`), ...couplings('channel', 3)];
    const outputShape = shape;
    shape = [shape[0], shape[1], shape[2] / 2];
    return { steps, outputShape };
  });
}

function half([height, width, channels]: readonly number[]): number[] {
  return [height, width, channels / 2];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function check({ inputShape, arch, scales, couplings }: RealNvpConfig): void {
  const fits = arch === 'mlp' ? inputShape.length === 1 && inputShape[0] >= 2 : inputShape.length === 3;
  if (!fits) {
    const expected = arch === 'mlp' ? '[n] with n of 2 or more' : '[height, width, channels]';
    throw new UserError(`buildRealNvp: inputShape is ${expected} for arch '${arch}', got [${String(inputShape)}].`);
  }
  const count = arch === 'mlp' ? couplings : scales;
  if (!Number.isInteger(count) || count < 1) {
    throw new UserError(
      `buildRealNvp: ${arch === 'mlp' ? 'couplings' : 'scales'} is a whole number from 1, got ${count}.`,
    );
  }
  const factor = 2 ** (scales - 1);
  if (arch === 'conv' && (inputShape[0] % factor || inputShape[1] % factor)) {
    throw new UserError(
      `buildRealNvp: ${scales} scales halve the image ${scales - 1} times, and ${inputShape[0]}×${inputShape[1]} ` +
        `cannot be divided by ${factor}. Use fewer scales.`,
    );
  }
}
