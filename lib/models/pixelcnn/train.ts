import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { type History, train } from '../../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from '../data';
import { logLikelihood, type PixelCnn, variables } from './network';

/** Grey levels in [0, 1] as one of K numbers, each an equal part of the 256. [B,H,W,1] -> [B,H,W], int32 */
export function toLevels(images: Tensor4D, levels: number): Tensor3D {
  return tf.tidy(() => {
    const bytes = images.mul(255).round().clipByValue(0, 255);
    return bytes
      .mul(levels / 256)
      .floor()
      .squeeze<Tensor3D>([3])
      .toInt();
  });
}

/** The other way, 0 black and K−1 white. [B,H,W] -> [B,H,W,1] in [0, 1] */
export function toImages(indices: Tensor3D, levels: number): Tensor4D {
  return tf.tidy(() =>
    indices
      .toFloat()
      .div(levels - 1)
      .expandDims<Tensor4D>(3),
  );
}

/** Bits for each number of a grid of `dims` numbers. Of K levels none costs more than log₂ K: compare at equal K only. */
export function bitsPerDim(nats: number, dims: number): number {
  return nats / (dims * Math.LN2);
}

/** What training minimizes: bits for each number, the mean of a batch. [B,H,W] -> a scalar */
export function loss(model: PixelCnn, indices: Tensor3D, labels?: Tensor1D): tf.Scalar {
  const [height, width] = model.config.size;
  return tf.tidy(() =>
    logLikelihood(model, indices, labels)
      .mean<tf.Scalar>()
      .div(-height * width * Math.LN2),
  );
}

/** Trains on images [N,H,W,1] in [0, 1], which it cuts into K levels, or on grids [N,H,W] of numbers 0 … K−1 as they are. */
export function trainPixelCnn(
  model: PixelCnn,
  data: ImageSplit | tf.Tensor,
  options: ImageTraining = {},
): Promise<History> {
  const split = asSplit(data);
  const { epochs = 5, batchSize = 64, learningRate = 2e-3, schedule = 'cosine', seed = 0, ...rest } = options;
  return train<ImageBatch>({
    name: 'PixelCNN',
    variables: variables(model),
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images, labels }) => loss(model, asGrid(model, images), labels),
    learningRate,
    schedule,
    seed,
    ...rest,
  });
}

export interface Evaluation {
  /** −log p of a grid, a mean over the data. */
  readonly nats: number;
  readonly bitsPerDim: number;
}

/** Mean −log p over a split, exact: nothing is drawn. */
export async function evaluate(
  model: PixelCnn,
  data: ImageSplit | tf.Tensor,
  options: { readonly batchSize?: number } = {},
): Promise<Evaluation> {
  const split = asSplit(data);
  const [height, width] = model.config.size;
  let sum = 0;
  for (const { images, labels } of split.batches({ batchSize: options.batchSize ?? 200, seed: 0 })) {
    const total = tf.tidy(() => logLikelihood(model, asGrid(model, images), labels).sum());
    sum += (await total.data())[0];
    tf.dispose([images, total, labels ?? []]);
  }
  const nats = -sum / split.size;
  return { nats, bitsPerDim: bitsPerDim(nats, height * width) };
}

function asGrid(model: PixelCnn, data: tf.Tensor): Tensor3D {
  return data.rank === 4 ? toLevels(data as Tensor4D, model.config.levels) : (data as Tensor3D);
}
