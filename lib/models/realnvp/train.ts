import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import { Random } from '../../engine';
import { stateOf } from '../../nn';
import { type History, train } from '../../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from '../data';
import { bitsPerDim, dequantize, logitForward, logitInverse } from './dequantize';
import { initialize, inverse, logProb, loss, networks, priorSample, type RealNvp, variables } from './flow';

/**
 * Grey levels as the flow wants them: dequantized, then the logit. `logDet` is of both, so `logProb(y) + logDet` is the
 * log-density of the dequantized image in [0, 1)ⁿ. [B,H,W,C], u [B,H,W,C] -> y [B,H,W,C], [B]
 */
export function toFlow(images: tf.Tensor, noise: tf.Tensor): { readonly y: tf.Tensor; readonly logDet: Tensor1D } {
  return tf.tidy(() => {
    const { y, logDet } = logitForward(dequantize(images, noise));
    return { y, logDet };
  });
}

/** New points, or images in [0, 1]. -> [n, …] */
export function sample<X extends tf.Tensor = tf.Tensor4D>(
  model: RealNvp,
  n: number,
  random: Random,
  options: { readonly temperature?: number } = {},
): X {
  return tf.tidy(() => {
    const x = inverse<X>(model, priorSample(model, n, random, options.temperature));
    return isImage(model) ? (logitInverse(x).clipByValue(0, 1) as X) : x;
  });
}

/** log p in nats of a whole example: of points as they are, of images dequantized with `noise`, a density on [0, 1)ⁿ. [B] */
export function logLikelihood(model: RealNvp, x: tf.Tensor, noise?: tf.Tensor): Tensor1D {
  if (!noise) return logProb(model, x);
  return tf.tidy(() => {
    const { y, logDet } = toFlow(x, noise);
    return logProb(model, y).add<Tensor1D>(logDet);
  });
}

/** Trains on points [N,n] or on images in [0, 1]; each time an image is seen, other noise fills its gaps. */
export async function trainRealNvp(
  model: RealNvp,
  data: ImageSplit | tf.Tensor,
  options: ImageTraining = {},
): Promise<History> {
  const split = asSplit(data);
  const image = isImage(model);
  const { epochs = 5, batchSize = image ? 64 : 256, seed = 0, schedule = 'cosine', ...rest } = options;
  const { learningRate = image ? 1e-3 : 5e-3 } = options;
  const batches = (epoch: number) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize });
  const prepared = (images: tf.Tensor, random: Random) =>
    image ? toFlow(images, random.uniform(images.shape)) : { y: images, logDet: tf.zeros([images.shape[0]]) };

  for (const { images, labels } of batches(1)) {
    tf.tidy(() => initialize(model, prepared(images, new Random(seed).fork('initialize')).y));
    tf.dispose([images, labels ?? []]);
    break;
  }
  const dims = model.config.inputShape.reduce((a, b) => a * b, 1);
  return train<ImageBatch>({
    name: 'RealNVP',
    variables: variables(model),
    state: stateOf(...Object.values(networks(model))),
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches,
    loss: ({ images }, random) => {
      const { y, logDet } = prepared(images, random);
      const nats = loss(model, y).sub(logDet.mean()); // of a whole example
      return image ? { loss: nats.div(dims * Math.LN2).add(8) } : nats;
    },
    learningRate,
    schedule,
    seed,
    ...rest,
  });
}

export interface Evaluation {
  /** −log p of an example, a mean over the data. Of images: of the dequantized density on [0, 1)ⁿ. */
  readonly nats: number;
  /** For images: bits for each of the 256-level numbers, an upper bound since it averages over the noise. */
  readonly bitsPerDim?: number;
}

/** Mean −log p over a split, in nats an example. */
export async function evaluate(
  model: RealNvp,
  data: ImageSplit | tf.Tensor,
  options: { readonly seed?: number; readonly batchSize?: number } = {},
): Promise<Evaluation> {
  const { seed = 0, batchSize = 200 } = options;
  const split = asSplit(data);
  const random = new Random(seed).fork('evaluate');
  let sum = 0;
  for (const { images, labels } of split.batches({ batchSize, seed: 0 })) {
    const total = tf.tidy(() =>
      logLikelihood(model, images, isImage(model) ? random.uniform(images.shape) : undefined).sum(),
    );
    sum += (await total.data())[0];
    tf.dispose([images, total, labels ?? []]);
  }
  const nats = -sum / split.size;
  const dims = model.config.inputShape.reduce((a, b) => a * b, 1);
  return isImage(model) ? { nats, bitsPerDim: bitsPerDim(nats, dims) } : { nats };
}

function isImage({ config }: RealNvp): boolean {
  return config.arch === 'conv';
}
