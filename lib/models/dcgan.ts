/**
 * Deep convolutional GAN: the architecture that made GANs work on images. No pooling and no hidden dense layers, strides instead;
 * batch norm but for the generator's output and the discriminator's input; ReLU in the generator, LeakyReLU in the discriminator.
 * Radford, Metz & Chintala (2015), arXiv:1511.06434. The losses are those of `gan`.
 */
import type * as tf from '@tensorflow/tfjs';
import type { History } from '../training';
import {
  type AdversarialConfig,
  type AdversarialOptions,
  type AdversarialPair,
  buildPair,
  completeConfig,
  disposePair,
  trainPair,
} from './adversarial';
import type { ImageSplit } from './data';
import { ganRules, type GanTraining } from './gan';

export { discriminate, generate, sample } from './adversarial';
export { discriminatorLoss, generatorLoss } from './gan';

const norms = { generator: 'batch', discriminator: 'batch' } as const;
export const defaults: AdversarialConfig = completeConfig({}, norms);

/**
 * Layers follow from the shape: maps of 7×7 and up for 28×28, of 4×4 and up for 32×32 and 64×64.
 * @throws UserError when the shape and the layers do not fit together.
 */
export function buildDcgan(config: AdversarialOptions = {}): AdversarialPair {
  return buildPair('buildDcgan', completeConfig(config, norms));
}

/** The paper's settings: Adam with learning rate 2e-4 and β₁ = 0.5. `history.metrics` as with `trainGan`. */
export function trainDcgan(
  model: AdversarialPair,
  data: ImageSplit | tf.Tensor,
  { generatorLoss, ...options }: GanTraining = {},
): Promise<History> {
  return trainPair(model, data, ganRules('DCGAN', generatorLoss), options);
}

/** Gives the memory of both networks back. */
export const dispose = disposePair;
