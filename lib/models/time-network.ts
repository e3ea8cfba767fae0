/** What models in continuous time share: a network told a time between 0 and 1, its averaged weights, and how it is trained. */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';
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
import { type History, train } from '../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from './data';
import { fromModel, toModel, withoutSome } from './ddpm/model';
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
  readonly network: tf.LayersModel; // [B, …], [B] (, [B]) -> [B, …]
  /** The average of the network's weights. */
  readonly ema: Ema;
}

export const timeNetworkDefaults: Readonly<Record<'images' | 'points', TimeNetworkConfig>> = {
  images: { inputShape: [28, 28, 1], classes: 0, emaDecay: 0.9999, seed: 0, unet: {}, mlp: {} },
  points: { inputShape: [2], classes: 0, emaDecay: 0.995, seed: 0, unet: {}, mlp: {} },
};

/** @throws UserError when the shape and the network do not fit together. */
export function buildTimeNetwork<C extends TimeNetworkConfig>(config: C): TimeNetwork<C> {
  const { inputShape, classes, seed } = config;
  if (inputShape.length !== 1 && inputShape.length !== 3) {
    throw new UserError(`inputShape is [H, W, C] of an image or [n] of a point, got [${String(inputShape)}].`);
  }
  const shared = { classes, seed, timeScale: 1000 };
  const network =
    inputShape.length === 3
      ? buildUnet({ ...unetDefaults, ...shared, ...config.unet, inputShape })
      : buildMlpDenoiser({ ...mlpDenoiserDefaults, ...shared, ...config.mlp, dims: inputShape[0] });
  return { config, network, ema: new Ema(variablesOf(network), { decay: config.emaDecay }) };
}

/**
 * The network's answer for x at times t. [B, …], [B] -> [B, …]
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
  /** How often a label is left out, for classifier-free guidance; default 0.1. */
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
  loss: (x: Tensor, labels: Tensor1D | undefined, random: Random) => Scalar,
): Promise<History> {
  const split = asSplit(data);
  const {
    epochs = 5,
    batchSize = 128,
    learningRate = model.config.inputShape.length === 3 ? 1e-3 : 2e-3,
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
export async function sampleWith(
  model: TimeNetwork,
  weights: 'average' | 'last',
  run: () => Promise<Tensor>,
): Promise<Tensor> {
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
