/**
 * A classifier that reads noisy images, p(y|x_t): what classifier guidance needs. Dhariwal & Nichol (2021),
 * arXiv:2105.05233, §4.
 */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import {
  attentionBlock,
  buildMlpDenoiser,
  convolution,
  downsample,
  embeddings,
  normalized,
  residualBlock,
  Seeds,
  variablesOf,
} from '../nn';
import { type History, train } from '../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from './data';
import * as ddpm from './ddpm';
import type { Classifier } from './guidance';

type Symbolic = tf.SymbolicTensor;

export interface NoisyClassifierConfig {
  /** [H, W, C] of an image, or [n] of a point. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** Of the diffusion model that it is to guide. */
  readonly schedule: ddpm.Schedule;
  /** At full size, for images; width of the layers, for points. */
  readonly channels: number;
  /** Of the channels, level by level; each level after the first halves the side. For images. */
  readonly multipliers: readonly number[];
  /** Of the first weights. */
  readonly seed: number;
}

export interface NoisyClassifier {
  readonly config: NoisyClassifierConfig;
  readonly network: tf.LayersModel; // [B,H,W,C], [B] -> [B, classes]
}

/** For images the downward half of the U-Net, as in the paper, and a mean over all places; for points an MLP. */
export function buildNoisyClassifier(
  config: Pick<NoisyClassifierConfig, 'inputShape' | 'classes' | 'schedule'> & Partial<NoisyClassifierConfig>,
): NoisyClassifier {
  const full: NoisyClassifierConfig = { channels: 32, multipliers: [1, 2], seed: 0, ...config };
  const { inputShape, classes, channels, seed } = full;
  if (inputShape.length === 1) {
    const network = buildMlpDenoiser({ dims: inputShape[0], outDims: classes, width: channels, seed });
    return { config: full, network };
  }
  const seeds = new Seeds(seed);
  const settings = { groups: 8, heads: 4, seeds };
  const x = tf.input({ shape: [...inputShape], name: 'x' });
  const { inputs, embedding } = embeddings({ classes: 0, timeScale: 1 }, 4 * channels, seeds);
  let h = convolution(x, channels, seeds, { name: 'in' });
  full.multipliers.forEach((multiplier, level) => {
    if (level > 0) h = downsample(h, seeds, `down${level}_half`);
    h = residualBlock(h, embedding, channels * multiplier, settings, `down${level}_block1`);
  });
  h = normalized(attentionBlock(h, undefined, settings, 'attention'), settings, 'out_norm');
  const pooled = tf.layers.globalAveragePooling2d({}).apply(h) as Symbolic; // [B, ·]
  const logits = tf.layers.dense({ name: 'out', units: classes, kernelInitializer: seeds.glorot() }).apply(pooled);
  return {
    config: full,
    network: tf.model({ inputs: [x, ...inputs], outputs: logits as Symbolic, name: 'classifier' }),
  };
}

/** The network as a function of x_t and t, for `guidance`. */
export function classifierOf({ network }: NoisyClassifier): Classifier {
  return (xt, t) => tf.tidy(() => network.apply([xt, tf.tensor1d([...t], 'float32')]) as tf.Tensor2D);
}

/** Cross-entropy, in nats, on examples noised to steps drawn from 1…T; grey levels in [0, 1] are taken to [−1, 1] first. */
export function trainNoisyClassifier(
  model: NoisyClassifier,
  data: ImageSplit,
  options: ImageTraining = {},
): Promise<History> {
  const split = asSplit(data);
  const { schedule, inputShape, classes } = model.config;
  const { name = 'noisy classifier', epochs = 5, batchSize = 128, learningRate = 1e-3, seed = 0, ...rest } = options;
  return train<ImageBatch>({
    name,
    variables: variablesOf(model.network),
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images, labels }, random) => {
      if (!labels) throw new UserError('trainNoisyClassifier: train it on a split with labels.');
      const x0 = inputShape.length === 3 ? images.mul(2).sub(1) : images;
      const t = ddpm.drawSteps(x0.shape[0], schedule, random);
      const xt = ddpm.qSample(x0, t, random.normal(x0.shape), schedule);
      const logProbabilities = classifierOf(model)(xt, t).logSoftmax();
      return logProbabilities.mul(tf.oneHot(labels.toInt(), classes).toFloat()).sum(1).mean().neg();
    },
    learningRate,
    seed,
    ...rest,
  });
}

/** Gives the memory of the network back. */
export function dispose(model: NoisyClassifier): void {
  model.network.dispose();
}
