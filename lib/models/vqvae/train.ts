import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import { stateOf } from '../../nn';
import { type History, train } from '../../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from '../data';
import { codebookOf, encode, decode, logLikelihood, loss, quantize, variables, type VqVae, vqVaeTerms } from './model';
import { perplexity } from './codebook';

/**
 * Trains encoder, codebook and decoder together; `history.metrics` has `reconstruction` (−log p(x|z)), `commitment` and
 * `perplexity` (vectors in even use), step by step.
 */
export function trainVqVae(model: VqVae, data: ImageSplit | tf.Tensor, options: ImageTraining = {}): Promise<History> {
  const split = asSplit(data);
  const { epochs = 5, batchSize = 128, learningRate = 2e-3, schedule = 'cosine', seed = 0, ...rest } = options;
  const { update, codes, codeDim, decay, restart } = model.config;
  return train<ImageBatch>({
    name: 'VQ-VAE',
    variables: variables(model),
    state: stateOf(model.codebook),
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images }, random) => {
      const { z, indices, ...terms } = vqVaeTerms(model, images);
      if (update === 'ema') {
        // Here, where z is at hand: the vectors are no part of the gradient, and the next batch meets the new ones.
        const rows = z.reshape<Tensor2D>([-1, codeDim]);
        codebookOf(model).follow(rows, indices.flatten(), { decay, restart, random });
      }
      return {
        loss: loss(model, terms),
        reconstruction: terms.reconstruction.mean().neg(),
        commitment: terms.commitment.mean(),
        perplexity: perplexity(indices, codes),
      };
    },
    learningRate,
    schedule,
    seed,
    ...rest,
  });
}

/** Means over a split. */
export interface Evaluation {
  /** −log p(x|z), in nats of an image. */
  readonly reconstruction: number;
  /** ‖x − x̂‖² of an image, in squared grey levels. */
  readonly squaredError: number;
  /** −log p(x|z) + h·w·log K: the bound on −log p(x) under a uniform prior, which a learned one betters. */
  readonly negativeElbo: number;
  /** How many of the K vectors are in even use over the whole split. */
  readonly perplexity: number;
  /** How many are used at all. */
  readonly used: number;
}

/** Means over a split, and how much of the codebook it uses. */
export async function evaluate(
  model: VqVae,
  data: ImageSplit | tf.Tensor,
  options: { readonly batchSize?: number } = {},
): Promise<Evaluation> {
  const split = asSplit(data);
  const counts = new Float64Array(model.config.codes);
  const sums = [0, 0];
  for (const { images, labels } of split.batches({ batchSize: options.batchSize ?? 500, seed: 0 })) {
    const { totals, indices } = tf.tidy(() => {
      const code = quantize(model, encode(model, images));
      const xHat = decode(model, code.quantized);
      const error = images.sub(xHat).square().sum();
      return { totals: tf.stack([logLikelihood(model, images, xHat).sum(), error]), indices: code.indices };
    });
    (await totals.data()).forEach((value, i) => (sums[i] += value));
    (await indices.data()).forEach((code) => counts[code]++);
    tf.dispose([images, labels ?? [], totals, indices]);
  }
  const [likelihood, squaredError] = sums.map((sum) => sum / split.size);
  const shares = counts.map((count) => count / (split.size * model.grid[0] * model.grid[1]));
  const entropy = shares.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  return {
    reconstruction: -likelihood,
    squaredError,
    negativeElbo: model.grid[0] * model.grid[1] * Math.log(model.config.codes) - likelihood,
    perplexity: Math.exp(entropy),
    used: counts.filter((count) => count > 0).length,
  };
}
