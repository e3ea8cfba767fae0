/**
 * The second stage, §3.2: a PixelCNN learns which numbers go together, and new images are what the decoder makes of grids that
 * it draws. DALL·E (Ramesh et al. 2021, arXiv:2102.12092) is this with a transformer that reads a caption first.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import type { History } from '../../training';
import { asSplit, type ImageSplit, type ImageTraining } from '../data';
import * as pixelcnn from '../pixelcnn';
import { decodeIndices, encodeToIndices, type VqVae } from './model';
import { evaluate } from './train';

/** A gated PixelCNN for the code of this model: its grid, its K, read one-hot. */
export function buildPrior(
  model: VqVae,
  config: Partial<Omit<pixelcnn.PixelCnnConfig, 'size' | 'levels' | 'input'>> = {},
): pixelcnn.PixelCnn {
  const rest = { kernels: [5, 3], layers: 4, channels: 48, ...config } as const;
  return pixelcnn.buildPixelCnn({ ...rest, size: model.grid, levels: model.config.codes, input: 'one-hot' });
}

/** A split of images as a split of their codes, [B,h,w] under `images`; labels stay. */
export function codesOf(model: VqVae, data: ImageSplit | tf.Tensor): ImageSplit {
  const split = asSplit(data);
  return {
    size: split.size,
    *batches(options) {
      for (const { images, labels } of split.batches(options)) {
        const indices = encodeToIndices(model, images);
        images.dispose();
        yield { images: indices, labels };
      }
    },
  };
}

/** Trains a prior on the codes of images; the VQ-VAE stays as it is. */
export function trainPrior(
  model: VqVae,
  prior: pixelcnn.PixelCnn,
  data: ImageSplit | tf.Tensor,
  options: ImageTraining = {},
): Promise<History> {
  return pixelcnn.trainPixelCnn(prior, codesOf(model, data), { name: 'prior', ...options });
}

/** Draws grids from the prior, number by number, and decodes them. -> [n,H,W,C] */
export async function sampleWithPrior<X extends tf.Tensor = Tensor4D>(
  model: VqVae,
  prior: pixelcnn.PixelCnn,
  n: number,
  random: Random,
  options: pixelcnn.SampleOptions = {},
): Promise<X> {
  const indices = await pixelcnn.sample(prior, n, random, options);
  const images = decodeIndices<X>(model, indices);
  indices.dispose();
  return images;
}

/** −log p(x|z) and −log p(z), z the code of x, in nats of an image: together a bound on −log p(x), §3.1. */
export async function evaluateWithPrior(
  model: VqVae,
  prior: pixelcnn.PixelCnn,
  data: ImageSplit | tf.Tensor,
): Promise<{ readonly negativeElbo: number; readonly reconstruction: number; readonly code: number }> {
  const { reconstruction } = await evaluate(model, data);
  const { nats: code } = await pixelcnn.evaluate(prior, codesOf(model, data));
  return { negativeElbo: reconstruction + code, reconstruction, code };
}
