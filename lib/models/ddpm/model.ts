import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import { Random } from '../../engine';
import { UserError } from '../../errors';
import {
  buildMlpDenoiser,
  buildUnet,
  Ema,
  type MlpDenoiserConfig,
  mlpDenoiserDefaults,
  type UnetConfig,
  unetDefaults,
  variablesOf,
} from '../../nn';
import { type History, train } from '../../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from '../data';
import type { LoopOptions } from '../sampling-loop';
import { ddpmLoss, drawSteps, hybridLoss } from './bound';
import type { Prediction } from './forward';
import { type Denoiser, pSampleLoop, type ReverseOptions, type Variance } from './reverse';
import { cosineSchedule, linearSchedule, type Schedule } from './schedule';

export interface DdpmConfig {
  /** [H, W, C] of an image, or [n] of a point. */
  readonly inputShape: readonly number[];
  /** T. */
  readonly steps: number;
  readonly schedule: 'linear' | 'cosine';
  /** What the network is asked for. */
  readonly prediction: Prediction;
  readonly variance: Variance;
  /** Number of classes, 0: unconditional. Labels are left out at random in training, for classifier-free guidance. */
  readonly classes: number;
  /** Of the running average of the weights that samples are made with. */
  readonly emaDecay: number;
  /** Of the first weights. */
  readonly seed: number;
  /** Of the U-Net, for images. */
  readonly unet: Partial<UnetConfig>;
  /** Of the network for points. */
  readonly mlp: Partial<MlpDenoiserConfig>;
}

export interface Ddpm {
  readonly config: DdpmConfig;
  readonly schedule: Schedule;
  readonly network: tf.LayersModel; // [B,H,W,C], [B] (, [B]) -> [B,H,W,C], or twice the channels
  /** The average of the network's weights. */
  readonly ema: Ema;
}

const common = {
  schedule: 'linear',
  prediction: 'epsilon',
  variance: 'fixedLarge',
  classes: 0,
  seed: 0,
  unet: {},
  mlp: {},
} as const;

/** `images` as in the paper, with a U-Net for 28×28 grey images; `points` for the plane, where a tenth of the steps will do. */
export const defaults: Readonly<Record<'images' | 'points', DdpmConfig>> = {
  images: { ...common, inputShape: [28, 28, 1], steps: 1000, emaDecay: 0.9999 },
  points: { ...common, inputShape: [2], steps: 100, emaDecay: 0.995 },
};

/** A U-Net for [H, W, C], an MLP for [n]; untrained, they answer 0. */
export function buildDdpm(config: Partial<DdpmConfig> = {}): Ddpm {
  const base = config.inputShape?.length === 1 ? defaults.points : defaults.images;
  const full: DdpmConfig = { ...base, ...config };
  const { inputShape, classes, seed } = full;
  if (inputShape.length !== 1 && inputShape.length !== 3) {
    throw new UserError(
      `buildDdpm: inputShape is [H, W, C] of an image or [n] of a point, got [${String(inputShape)}].`,
    );
  }
  const schedule = full.schedule === 'linear' ? linearSchedule(full.steps) : cosineSchedule(full.steps);
  const width = inputShape[inputShape.length - 1] * (full.variance === 'learned' ? 2 : 1);
  const shared = { classes, seed };
  const network = isImage(full)
    ? buildUnet({ ...unetDefaults, ...shared, ...full.unet, inputShape, outChannels: width })
    : buildMlpDenoiser({ ...mlpDenoiserDefaults, ...shared, ...full.mlp, dims: inputShape[0], outDims: width });
  return { config: full, schedule, network, ema: new Ema(variablesOf(network), { decay: full.emaDecay }) };
}

/**
 * The network as a function of x_t and t.
 * @param labels class of each example, [B]; the number `classes` stands for no class, which is also what none means
 */
export function denoiserOf({ network, config }: Ddpm, labels?: Tensor1D): Denoiser {
  return (xt, t) =>
    tf.tidy(() => {
      const time = tf.tensor1d([...t], 'float32');
      if (config.classes === 0) return network.apply([xt, time]) as tf.Tensor;
      return network.apply([xt, time, labels ?? tf.fill([t.length], config.classes)]) as tf.Tensor;
    });
}

/** How the reverse process of this model is read. Images stay in [−1, 1]. */
export function reverseOptions({ config }: Ddpm): Required<ReverseOptions> {
  return { prediction: config.prediction, variance: config.variance, clip: isImage(config) };
}

/** Grey levels in [0, 1] to the [−1, 1] that the network works in; points as they are. */
export function toModel<X extends tf.Tensor>({ config }: HasShape, x: X): X {
  return isImage(config) ? tf.tidy(() => x.mul(2).sub(1) as X) : (x.clone() as X);
}

/** Back to grey levels in [0, 1]. */
export function fromModel<X extends tf.Tensor>({ config }: HasShape, x: X): X {
  return isImage(config) ? tf.tidy(() => x.add(1).div(2).clipByValue(0, 1) as X) : (x.clone() as X);
}

export interface ModelSampleOptions extends LoopOptions {
  /** Class of each sample, [n]. */
  readonly labels?: Tensor1D;
  /** `average` (default) or the weights as the last step left them. */
  readonly weights?: 'average' | 'last';
}

/** New examples by algorithm 2: images in [0, 1], or points. -> [n, …] */
export function sample<X extends tf.Tensor>(
  model: Ddpm,
  n: number,
  random: Random,
  { labels, weights, ...loop }: ModelSampleOptions = {},
): Promise<X> {
  const shape = [n, ...model.config.inputShape];
  const options = { ...reverseOptions(model), ...loop };
  const run = () => pSampleLoop<X>(denoiserOf(model, labels), shape, random, model.schedule, options);
  return withWeights(model, weights, run);
}

/** What a sampler makes of the average of the weights (or the weights themselves), in grey levels in [0, 1] where images. */
export async function withWeights<X extends tf.Tensor>(
  model: Ddpm,
  weights: ModelSampleOptions['weights'] = 'average',
  run: () => Promise<X>,
): Promise<X> {
  const x = await (weights === 'average' ? model.ema.during(run) : run());
  const result = fromModel(model, x);
  x.dispose();
  return result;
}

export interface DdpmTraining extends ImageTraining {
  /** How often a label is left out, for classifier-free guidance; default 0.1, Ho & Salimans (2022). */
  readonly dropLabels?: number;
}

/** Algorithm 1, with Adam and the running average. A learned variance is trained by the hybrid loss. */
export function trainDdpm(model: Ddpm, data: ImageSplit | tf.Tensor, options: DdpmTraining = {}): Promise<History> {
  const split = asSplit(data);
  const { config, schedule } = model;
  const image = isImage(config);
  const {
    name = 'DDPM',
    epochs = 5,
    batchSize = 128,
    learningRate = image ? 1e-3 : 2e-3,
    seed = 0,
    dropLabels = 0.1,
    onStep,
    ...rest
  } = options;
  return train<ImageBatch>({
    name,
    variables: model.ema.variables,
    state: model.ema.state,
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images, labels }, random) => {
      const x0 = toModel(model, images);
      const t = drawSteps(x0.shape[0], schedule, random);
      const noise = random.normal(x0.shape);
      const told = config.classes > 0 ? withoutSome(labels, dropLabels, config.classes, random) : undefined;
      const denoise = denoiserOf(model, told);
      if (config.variance !== 'learned') return ddpmLoss(denoise, x0, t, noise, schedule, config);
      const decoder = image ? 'pixels' : 'density';
      return { ...hybridLoss(denoise, x0, t, noise, schedule, { prediction: config.prediction, decoder }) };
    },
    learningRate,
    seed,
    onStep: async (info) => {
      model.ema.update();
      await onStep?.(info);
    },
    ...rest,
  });
}

/** Gives the memory of the network and its average back. */
export function dispose(model: Ddpm): void {
  model.ema.dispose();
  model.network.dispose();
}

/** Labels with some replaced by the number `classes`: "no class told". [B] -> [B] */
export function withoutSome(labels: Tensor1D | undefined, share: number, classes: number, random: Random): Tensor1D {
  if (!labels) throw new UserError('This model is conditional: train it on a split with labels.');
  return tf.tidy(() => {
    const drop = random.bernoulli<tf.Rank.R1>(labels.shape, share);
    return labels.toFloat().mul(tf.sub(1, drop)).add(drop.mul(classes)) as Tensor1D;
  });
}

/** What the way to the network's grey levels and back must know of a model. */
interface HasShape {
  readonly config: { readonly inputShape: readonly number[] };
}

function isImage({ inputShape }: HasShape['config']): boolean {
  return inputShape.length === 3;
}
