/**
 * Flow matching: a velocity field that carries noise to data, learned by regression.
 * Lipman et al. (2022), Flow Matching for Generative Modeling, arXiv:2210.02747; equation numbers are that paper's. Straight
 * paths also: Liu, Gong & Liu (2022), Rectified Flow, arXiv:2209.03003. Times near the middle: Esser et al. (2024),
 * arXiv:2403.03206.
 *
 * Time runs from 0 (noise) to 1 (data), against diffusion's.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { UserError } from '../errors';
import {
  normalLogProb,
  odeLogLikelihood,
  type OdeMethod,
  odeStep,
  timeGrid,
  unitProbes,
  type VectorField,
} from '../nn';
import type { History } from '../training';
import type { ImageSplit } from './data';
import { type LoopOptions, samplingLoop } from './sampling-loop';
import { expectSameShape } from './shapes';
import {
  answer,
  buildTimeNetwork,
  sampleWith,
  type TimeNetwork,
  type TimeNetworkConfig,
  timeNetworkDefaults,
  type TimeNetworkTraining,
  trainTimeNetwork,
} from './time-network';

export { dispose } from './time-network';

/** Where points of time t are heading, a time for each. [B, …], [B] -> [B, …] */
export type Velocity = (x: Tensor, t: readonly number[]) => Tensor;

/** x_t = (1 − (1 − σ_min) t) x_0 + t x_1, eq. 22: the straight path from noise x_0 to an example x_1. [B, …] -> [B, …] */
export function interpolate(noise: Tensor, x1: Tensor, t: readonly number[], sigmaMin = 0): Tensor {
  expectSameShape('interpolate', { x1, noise });
  expectTimes('interpolate', t, x1);
  return tf.tidy(() => {
    const time = perExample(t, x1); // [B, 1, …]
    return noise.mul(tf.sub(1, time.mul(1 - sigmaMin))).add(x1.mul(time));
  });
}

/** u = x_1 − (1 − σ_min) x_0, eq. 23: the path's velocity, the same all along it. [B, …] -> [B, …] */
export function targetVelocity(noise: Tensor, x1: Tensor, sigmaMin = 0): Tensor {
  expectSameShape('targetVelocity', { x1, noise });
  return tf.tidy(() => x1.sub(noise.mul(1 - sigmaMin)));
}

/**
 * Conditional flow matching, eq. 23: E ‖v(x_t, t) − (x_1 − (1 − σ_min) x_0)‖², mean over all numbers. A scalar.
 *
 * The paths of single pairs cross; a network that sees only (x_t, t) learns the mean velocity there, and following that gives
 * the same densities (theorem 2).
 */
export function flowMatchingLoss(
  velocity: Velocity,
  x1: Tensor,
  t: readonly number[],
  noise: Tensor,
  sigmaMin = 0,
): Scalar {
  return tf.tidy(() =>
    velocity(interpolate(noise, x1, t, sigmaMin), t)
      .sub(targetVelocity(noise, x1, sigmaMin))
      .square()
      .mean(),
  );
}

/** One step of size dt along the velocity; Euler's is x + dt v(x, t). [B, …] -> [B, …] */
export function flowStep(velocity: Velocity, x: Tensor, t: number, dt: number, method: OdeMethod = 'euler'): Tensor {
  return odeStep(asField(velocity), x, t, dt, method);
}

/** How t is drawn in training: evenly, or with most in the middle, where the velocity is hardest to tell (Esser et al.). */
export type TimeSampling = 'uniform' | 'logit-normal';

/** Times of a batch, each in (0, 1). */
export function drawTimes(count: number, random: Random, sampling: TimeSampling = 'uniform'): number[] {
  if (sampling === 'uniform') return Array.from({ length: count }, () => random.next());
  // In plain numbers (Box and Muller): reading them back from a GPU would make each step wait.
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Array.from({ length: count }, () => 1 / (1 + Math.exp(-normal())));
}

export interface FlowConfig extends TimeNetworkConfig {
  /** Width of each path's end, eq. 20. */
  readonly sigmaMin: number;
}

export type FlowModel = TimeNetwork<FlowConfig>;

/** For 28×28 grey images, and for points of the plane. */
export const defaults: Readonly<Record<'images' | 'points', FlowConfig>> = {
  images: { ...timeNetworkDefaults.images, sigmaMin: 0 },
  points: { ...timeNetworkDefaults.points, sigmaMin: 0 },
};

/** A U-Net for [H, W, C], an MLP for [n]; untrained, they answer 0. */
export function buildFlow(config: Partial<FlowConfig> = {}): FlowModel {
  return buildTimeNetwork({ ...defaults[config.inputShape?.length === 1 ? 'points' : 'images'], ...config });
}

/** The network as a velocity. @param labels class of each example, [B]; none means no class */
export function velocityOf(model: FlowModel, labels?: Tensor1D): Velocity {
  return (x, t) => answer(model, x, t, labels);
}

export interface FlowTraining extends TimeNetworkTraining {
  /** Default `uniform`. */
  readonly times?: TimeSampling;
}

/** Minimizes the flow-matching loss with Adam and keeps the running average of the weights. */
export function trainFlow(
  model: FlowModel,
  data: ImageSplit | tf.Tensor,
  { times, ...options }: FlowTraining = {},
): Promise<History> {
  return trainTimeNetwork(model, 'flow matching', data, options, (x1, labels, random) => {
    const t = drawTimes(x1.shape[0], random, times);
    return flowMatchingLoss(velocityOf(model, labels), x1, t, random.normal(x1.shape), model.config.sigmaMin);
  });
}

export interface FlowSampling extends LoopOptions {
  /** Default 20. */
  readonly steps?: number;
  /** Default `euler`; `heun` costs two evaluations a step. */
  readonly method?: OdeMethod;
}

/** Follows a velocity from noise at t = 0 to data at t = 1. The caller keeps `noise`. [B, …] -> [B, …] */
export function flowLoop<X extends Tensor>(velocity: Velocity, noise: X, options: FlowSampling = {}): Promise<X> {
  const { steps = 20, method = 'euler', ...loop } = options;
  const times = timeGrid(0, 1, steps);
  return samplingLoop(noise.clone() as X, times.slice(1), loop, (x, to, i) => {
    const dt = to - times[i];
    const moved = flowStep(velocity, x, times[i], dt, method) as X;
    // Straight on with this step's velocity to t = 1.
    return { x: moved, predX0: x.add(moved.sub(x).mul((1 - times[i]) / dt)) as X };
  });
}

export interface ModelFlowSampling extends FlowSampling {
  /** Class of each sample, [n]. */
  readonly labels?: Tensor1D;
  /** `average` (default) or the weights as the last step left them. */
  readonly weights?: 'average' | 'last';
}

/** Draws noise and follows the model's velocity: images in [0, 1], or points. -> [n, …] */
export async function sample(
  model: FlowModel,
  n: number,
  random: Random,
  { labels, weights = 'average', ...options }: ModelFlowSampling = {},
): Promise<Tensor> {
  const noise = random.normal([n, ...model.config.inputShape]);
  try {
    return await sampleWith(model, weights, () => flowLoop(velocityOf(model, labels), noise, options));
  } finally {
    noise.dispose();
  }
}

/**
 * log p(x_1) of the flow, appendix C eq. 27 to 30, in nats. [B, …] -> [B]
 * @param options.probes of `divergence`; default: every coordinate, exact and for few dimensions only
 */
export function logLikelihood(
  velocity: Velocity,
  x1: Tensor,
  options: { readonly steps?: number; readonly method?: OdeMethod; readonly probes?: readonly Tensor[] } = {},
): Tensor1D {
  const probes = options.probes ?? unitProbes(x1.shape);
  const times = timeGrid(1, 0, options.steps ?? 20);
  const result = odeLogLikelihood(asField(velocity), x1, times, normalLogProb, probes, options.method);
  result.latent.dispose();
  if (!options.probes) tf.dispose([...probes]);
  return result.logLikelihood;
}

/** One time for the whole batch, as ODE solvers have it. */
function asField(velocity: Velocity): VectorField {
  return (x, t) => velocity(x, Array<number>(x.shape[0]).fill(t));
}

/** A number for each example, shaped to scale a batch. */
function perExample(values: readonly number[], like: Tensor): Tensor {
  return tf.tensor([...values], [values.length, ...like.shape.slice(1).map(() => 1)]);
}

function expectTimes(where: string, t: readonly number[], x: Tensor): void {
  if (t.length !== x.shape[0]) {
    throw new UserError(`${where}: t has a number for each of the ${x.shape[0]} examples, got ${t.length}.`);
  }
}
