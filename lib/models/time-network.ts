/** What diffusion, score and flow models share: a network told the time, its averaged weights, and how it is trained. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { UserError } from '../errors';
import {
  buildMlpDenoiser,
  buildUnet,
  Ema,
  type MlpDenoiserConfig,
  mlpDenoiserDefaults,
  type UnetConfig,
  unetDefaults,
  variablesOf,
} from '../nn';
import { type History, type Loss, train } from '../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from './data';
import { expectShape } from './shapes';

export interface TimeNetworkConfig {
  /** [H, W, C] of an image, which gets a U-Net, or [n] of a point, which gets an MLP. */
  readonly inputShape: readonly number[];
  /** Number of classes, 0: none. Labels are left out at random in training, for classifier-free guidance. */
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

export interface TimeNetwork<C extends TimeNetworkConfig = TimeNetworkConfig> {
  readonly config: C;
  readonly network: tf.LayersModel; // [B, …], [B] (, [B]) -> [B, …], or several times the channels
  /** The average of the network's weights. */
  readonly ema: Ema;
}

export const timeNetworkDefaults: Readonly<Record<'images' | 'points', TimeNetworkConfig>> = {
  images: { inputShape: [28, 28, 1], classes: 0, emaDecay: 0.9999, seed: 0, unet: {}, mlp: {} },
  points: { inputShape: [2], classes: 0, emaDecay: 0.995, seed: 0, unet: {}, mlp: {} },
};

export interface TimeNetworkForm {
  /** What a time is multiplied by before its waves, which are made for steps up to some thousands. Default 1000, for t in [0, 1]. */
  readonly timeScale?: number;
  /** How many numbers the network answers for each one of x; default 1. */
  readonly answers?: number;
}

/** Untrained, it answers 0. @throws UserError when the shape and the network do not fit together. */
export function buildTimeNetwork<C extends TimeNetworkConfig>(
  config: C,
  { timeScale = 1000, answers = 1 }: TimeNetworkForm = {},
): TimeNetwork<C> {
  const { inputShape, classes, seed } = config;
  if (inputShape.length !== 1 && inputShape.length !== 3) {
    throw new UserError(`inputShape is [H, W, C] of an image or [n] of a point, got [${String(inputShape)}].`);
  }
  const shared = { classes, seed, timeScale };
  const width = inputShape[inputShape.length - 1] * answers;
  const network = isImage(config)
    ? buildUnet({ ...unetDefaults, ...shared, ...config.unet, inputShape, outChannels: width })
    : buildMlpDenoiser({ ...mlpDenoiserDefaults, ...shared, ...config.mlp, dims: inputShape[0], outDims: width });
  return { config, network, ema: new Ema(variablesOf(network), { decay: config.emaDecay }) };
}

/**
 * The network's answer for x at times t. [B, …], [B] -> [B, …], or as many times the channels as it gives answers
 * @param labels class of each example, [B]; the number `classes` stands for no class, which is also what none means
 */
export function answer(model: TimeNetwork, x: Tensor, t: readonly number[], labels?: Tensor1D): Tensor {
  const { inputShape, classes } = model.config;
  expectShape("the network's input", 'x', x, ['B', ...inputShape]);
  return tf.tidy(() => {
    const time = tf.tensor1d([...t], 'float32');
    if (classes === 0) return model.network.apply([x, time]) as Tensor;
    return model.network.apply([x, time, labels ?? tf.fill([t.length], classes)]) as Tensor;
  });
}

export interface TimeNetworkTraining extends ImageTraining {
  /** How often a label is left out, for classifier-free guidance; default 0.1, Ho & Salimans (2022). */
  readonly dropLabels?: number;
}

/**
 * Minimizes `loss` over a split, with the running average of the weights.
 * @param loss of examples as the network sees them (images in [−1, 1]); it draws its own times and noise
 */
export function trainTimeNetwork(
  model: TimeNetwork,
  name: string,
  data: ImageSplit | tf.Tensor,
  options: TimeNetworkTraining,
  loss: (x: Tensor, labels: Tensor1D | undefined, random: Random) => Loss,
): Promise<History> {
  const split = asSplit(data);
  const {
    epochs = 5,
    batchSize = 128,
    learningRate = isImage(model.config) ? 1e-3 : 2e-3,
    seed = 0,
    dropLabels = 0.1,
    onStep,
    ...rest
  } = options;
  const { classes } = model.config;
  return train<ImageBatch>({
    name,
    variables: model.ema.variables,
    state: model.ema.state,
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images, labels }, random) => {
      const told = classes > 0 ? withoutSome(labels, dropLabels, classes, random) : undefined;
      return loss(toModel(model, images), told, random);
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

/** Runs a sampler with the averaged (or the last) weights and gives images back in [0, 1]. */
export async function sampleWith<X extends Tensor>(
  model: TimeNetwork,
  weights: 'average' | 'last' = 'average',
  run: () => Promise<X>,
): Promise<X> {
  const x = await (weights === 'average' ? model.ema.during(run) : run());
  const result = fromModel(model, x);
  x.dispose();
  return result;
}

/** Gives the memory of the network and its average back. */
export function dispose(model: TimeNetwork): void {
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

/** Grey levels in [0, 1] to the [−1, 1] that the network works in; points as they are. */
export function toModel<X extends Tensor>({ config }: HasShape, x: X): X {
  return isImage(config) ? tf.tidy(() => x.mul(2).sub(1) as X) : (x.clone() as X);
}

/** Back to grey levels in [0, 1]. */
export function fromModel<X extends Tensor>({ config }: HasShape, x: X): X {
  return isImage(config) ? tf.tidy(() => x.add(1).div(2).clipByValue(0, 1) as X) : (x.clone() as X);
}

export function isImage({ inputShape }: HasShape['config']): boolean {
  return inputShape.length === 3;
}
