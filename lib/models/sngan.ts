/**
 * Spectrally normalized GAN: each layer of the discriminator is divided by its largest singular value, so that the whole is
 * 1-Lipschitz without a penalty. The normalization itself is in `lib/nn/spectral-norm.ts`.
 * Miyato et al. (2018), arXiv:1802.05957; equation numbers are that paper's.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs';
import type { History } from '../training';
import {
  type AdversarialConfig,
  type AdversarialOptions,
  type AdversarialPair,
  type AdversarialTraining,
  buildPair,
  completeConfig,
  disposePair,
  trainPair,
} from './adversarial';
import type { ImageSplit } from './data';
import * as gan from './gan';
import { expectShape } from './shapes';
import { generatorLoss } from './wgan';

export { powerIteration, spectralValue } from '../nn';
export { discriminate, generate, sample } from './adversarial';
/** −E D(G(z)), eq. 17: the generator's side of the hinge loss is that of WGAN. */
export { generatorLoss } from './wgan';

const norms = { generator: 'batch', discriminator: 'spectral' } as const;
export const defaults: AdversarialConfig = completeConfig({}, norms);

/** @throws UserError when the shape and the layers do not fit together. */
export function buildSngan(config: AdversarialOptions = {}): AdversarialPair {
  return buildPair('buildSngan', completeConfig(config, norms));
}

/** E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))), eq. 16: scores beyond ±1 on the right side cost nothing. [B], [B] -> scalar */
export function hingeLoss(real: Tensor1D, fake: Tensor1D): Scalar {
  expectShape('hingeLoss', 'real', real, ['B']);
  expectShape('hingeLoss', 'fake', fake, ['B']);
  return tf.tidy(() => tf.sub(1, real).relu().mean<Scalar>().add<Scalar>(fake.add(1).relu().mean()));
}

export interface SnganTraining extends AdversarialTraining {
  /** `hinge` (eq. 16–17), or the losses of `gan` (non-saturating), which the paper uses on smaller images. Default `hinge`. */
  readonly loss?: 'hinge' | 'non-saturating';
}

/** Adam with learning rate 2e-4, β = (0, 0.9). `history.metrics` has `generator`, and `real` and `fake`, the mean scores. */
export function trainSngan(
  model: AdversarialPair,
  data: ImageSplit | tf.Tensor,
  { loss = 'hinge', ...options }: SnganTraining = {},
): Promise<History> {
  const isHinge = loss === 'hinge';
  const rules: Parameters<typeof trainPair>[2] = {
    name: 'SNGAN',
    discriminatorLoss(nets, realImages, fakeImages) {
      const [real, fake] = [nets.judge(realImages), nets.judge(fakeImages)];
      const value = isHinge ? hingeLoss(real, fake) : gan.discriminatorLoss(real, fake);
      return { loss: value, real: real.mean(), fake: fake.mean() };
    },
    generatorLoss: (fake) => (isHinge ? generatorLoss(fake) : gan.generatorLoss(fake)),
    defaults: { betas: [0, 0.9] },
  };
  return trainPair(model, data, rules, options);
}

/** Gives the memory of both networks back. */
export const dispose = disposePair;
