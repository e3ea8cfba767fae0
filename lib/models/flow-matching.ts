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
  buildMlpDenoiser,
  buildUnet,
  type MlpDenoiserConfig,
  normalLogProb,
  odeLogLikelihood,
  type OdeMethod,
  odeSolve,
  odeStep,
  timeGrid,
  type UnetConfig,
  unitProbes,
  type VectorField,
  variablesOf,
} from '../nn';
import { type History, train } from '../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from './data';
import { expectSameShape, expectShape } from './shapes';

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

export interface FlowConfig {
  /** Of one example: [H, W, C] of an image, which gets a U-Net, or [n] of a point, which gets an MLP. */
  readonly inputShape: readonly number[];
  /** Width of each path's end, eq. 20. */
  readonly sigmaMin: number;
  /** Number of classes, 0: none. Label number `classes` then says "no class". */
  readonly classes: number;
  /** What the U-Net should have different from its defaults. */
  readonly unet: Partial<Omit<UnetConfig, 'inputShape' | 'classes' | 'seed' | 'timeScale'>>;
  /** What the MLP should have different from its defaults. */
  readonly mlp: Partial<Pick<MlpDenoiserConfig, 'width' | 'layers'>>;
  /** Of the first weights. */
  readonly seed: number;
}

export interface FlowModel {
  readonly config: FlowConfig;
  readonly network: tf.LayersModel; // [B, …], [B] (, [B]) -> [B, …]
}

/** For 28×28 grey images scaled to [−1, 1]. */
export const defaults: FlowConfig = { inputShape: [28, 28, 1], sigmaMin: 0, classes: 0, unet: {}, mlp: {}, seed: 0 };

/** @throws UserError when the shape and the network do not fit together. */
export function buildFlow(config: Partial<FlowConfig> = {}): FlowModel {
  const full: FlowConfig = { ...defaults, ...config };
  const { inputShape, classes, seed } = full;
  const shared = { classes, seed, timeScale: 1000 }; // t in [0, 1]
  const network =
    inputShape.length === 1
      ? buildMlpDenoiser({ ...full.mlp, ...shared, dims: inputShape[0] })
      : buildUnet({ ...full.unet, ...shared, inputShape });
  return { config: full, network };
}

/** The network as a velocity. @param labels of a conditional model, one for each example */
export function velocityOf(model: FlowModel, labels?: Tensor1D): Velocity {
  const { network, config } = model;
  if (config.classes > 0 && !labels) throw new UserError('This flow is conditional: pass the labels too.');
  return (x, t) => {
    expectShape('velocityOf', 'x', x, ['B', ...config.inputShape]);
    return tf.tidy(() => {
      const inputs = [x, tf.tensor1d([...t]), ...(config.classes > 0 && labels ? [labels] : [])];
      return network.apply(inputs) as Tensor; // [B, …]
    });
  };
}

export interface FlowTraining extends ImageTraining {
  /** Default `uniform`. */
  readonly times?: TimeSampling;
}

/** Trains by conditional flow matching. Images are expected in [−1, 1]. */
export function trainFlow(
  model: FlowModel,
  data: ImageSplit | tf.Tensor,
  options: FlowTraining = {},
): Promise<History> {
  const split = asSplit(data);
  const { epochs = 5, batchSize = 128, learningRate = 2e-3, schedule = 'cosine', seed = 0, times, ...rest } = options;
  return train<ImageBatch>({
    name: 'flow matching',
    variables: variablesOf(model.network),
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images, labels }, random) => {
      const t = drawTimes(images.shape[0], random, times);
      const noise = random.normal(images.shape);
      return flowMatchingLoss(velocityOf(model, labels), images, t, noise, model.config.sigmaMin);
    },
    learningRate,
    schedule,
    seed,
    ...rest,
  });
}

export interface FlowSampling {
  /** Default 20. */
  readonly steps?: number;
  /** Default `euler`; `heun` costs two evaluations a step. */
  readonly method?: OdeMethod;
  readonly labels?: Tensor1D;
  /** After each step; `x` is valid during the call. */
  readonly onStep?: (info: { readonly step: number; readonly t: number; readonly x: Tensor }) => void;
}

/** Draws noise and follows the velocity from t = 0 to 1. -> [n, …] */
export function sample(model: FlowModel, n: number, random: Random, options: FlowSampling = {}): Tensor {
  const { steps = 20, method = 'euler', labels, onStep } = options;
  const noise = random.normal([n, ...model.config.inputShape]);
  const x = odeSolve(asField(velocityOf(model, labels)), noise, timeGrid(0, 1, steps), { method, onStep });
  noise.dispose();
  return x;
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

/** Gives the network's memory back. */
export function dispose(model: FlowModel): void {
  model.network.dispose();
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
