/**
 * Least squares GAN: the discriminator regresses to one number for real and another for generated examples, so that an example
 * on the right side but far from the data still gets a gradient.
 * Mao et al. (2017), arXiv:1611.04076; equation numbers are that paper's.
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
import { expectShape } from './shapes';

export { discriminate, generate, sample } from './adversarial';

const norms = { generator: 'batch', discriminator: 'batch' } as const;
export const defaults: AdversarialConfig = completeConfig({}, norms);

/** @throws UserError when the shape and the layers do not fit together. */
export function buildLsgan(config: AdversarialOptions = {}): AdversarialPair {
  return buildPair('buildLsgan', completeConfig(config, norms));
}

/** Where the discriminator is drawn to: a for generated, b for real; c is where the generator wants its examples. */
export interface Targets {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Eq. 9, the labels 0 and 1. With a = −1, b = 1, c = 0 (eq. 8) the generator minimizes Pearson's χ² divergence. */
export const binaryTargets: Targets = { a: 0, b: 1, c: 1 };

/** ½ E (D(x) − b)² + ½ E (D(G(z)) − a)², eq. 2. [B], [B] -> scalar */
export function discriminatorLoss(real: Tensor1D, fake: Tensor1D, { a, b }: Targets = binaryTargets): Scalar {
  expectShape('discriminatorLoss', 'real', real, ['B']);
  expectShape('discriminatorLoss', 'fake', fake, ['B']);
  return tf.tidy(() => real.sub(b).square().mean<Scalar>().add<Scalar>(fake.sub(a).square().mean()).mul<Scalar>(0.5));
}

/** ½ E (D(G(z)) − c)², eq. 2. [B] -> scalar */
export function generatorLoss(fake: Tensor1D, { c }: Targets = binaryTargets): Scalar {
  expectShape('generatorLoss', 'fake', fake, ['B']);
  return tf.tidy(() => fake.sub(c).square().mean<Scalar>().mul<Scalar>(0.5));
}

export interface LsganTraining extends AdversarialTraining {
  readonly targets?: Targets;
}

/** `history.metrics` has `generator`, and `real` and `fake`, the mean scores. */
export function trainLsgan(
  model: AdversarialPair,
  data: ImageSplit | tf.Tensor,
  { targets, ...options }: LsganTraining = {},
): Promise<History> {
  const rules = {
    name: 'LSGAN',
    discriminatorLoss: (nets: Nets, realImages: tf.Tensor, fakeImages: tf.Tensor) => {
      const [real, fake] = [nets.judge(realImages), nets.judge(fakeImages)];
      return { loss: discriminatorLoss(real, fake, targets), real: real.mean(), fake: fake.mean() };
    },
    generatorLoss: (fake: Tensor1D) => generatorLoss(fake, targets),
    defaults: { betas: [0.5, 0.999] as const },
  };
  return trainPair(model, data, rules, options);
}

type Nets = Parameters<Parameters<typeof trainPair>[2]['discriminatorLoss']>[0];

/** Gives the memory of both networks back. */
export const dispose = disposePair;
