/**
 * Generative adversarial networks: a generator makes examples from noise, a discriminator tells them from real ones.
 * Goodfellow et al. (2014), arXiv:1406.2661; equation numbers are that paper's.
 *
 * Losses are in nats and means over the batch. The discriminator gives logits, D = sigmoid(logit), so that log D and
 * log(1 − D) stay finite where D is 0 or 1 to the last digit.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs';
import { UserError } from '../errors';
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

const norms = { generator: 'none', discriminator: 'none' } as const;

/** As in the paper, dense layers for images too; `inputShape: [2]` makes it a network for points of the plane. */
export const defaults: AdversarialConfig = completeConfig(
  { generator: { arch: 'mlp' }, discriminator: { arch: 'mlp' } },
  norms,
);

/** @throws UserError when the shape and the layers do not fit together. */
export function buildGan(config: AdversarialOptions = {}): AdversarialPair {
  const mlp = { arch: 'mlp' } as const;
  const { generator, discriminator, ...rest } = config;
  const parts = { generator: { ...mlp, ...generator }, discriminator: { ...mlp, ...discriminator } };
  return buildPair('buildGan', completeConfig({ ...rest, ...parts }, norms));
}

/**
 * −E log D(x) − E log(1 − D(G(z))): what the discriminator minimizes, eq. 1 with its sign turned. [B], [B] -> scalar
 * @param real logits of real examples
 * @param fake logits of generated ones
 */
export function discriminatorLoss(real: Tensor1D, fake: Tensor1D): Scalar {
  expectShape('discriminatorLoss', 'real', real, ['B']);
  expectShape('discriminatorLoss', 'fake', fake, ['B']);
  // −log sigmoid(a) = softplus(−a) and −log(1 − sigmoid(a)) = softplus(a)
  return tf.tidy(() => real.neg().softplus().mean<Scalar>().add<Scalar>(fake.softplus().mean()));
}

/** How the generator's loss is written; see `generatorLoss`. */
export type GeneratorLoss = 'non-saturating' | 'minimax';

/**
 * What the generator minimizes. `minimax` is E log(1 − D(G(z))) of eq. 1, whose gradient vanishes while the discriminator wins;
 * `non-saturating` is −E log D(G(z)), §3, with the same fixed point and a gradient then that is large. [B] -> scalar
 * @param fake logits of generated examples
 */
export function generatorLoss(fake: Tensor1D, kind: GeneratorLoss = 'non-saturating'): Scalar {
  expectShape('generatorLoss', 'fake', fake, ['B']);
  return tf.tidy(() =>
    kind === 'minimax' ? fake.softplus().mean<Scalar>().neg() : fake.neg().softplus().mean<Scalar>(),
  );
}

/**
 * D* = p_data / (p_data + p_g), eq. 2: the best discriminator against a fixed generator. ½ where both densities are 0, where
 * nothing is ever seen.
 */
export function optimalDiscriminator(pData: ArrayLike<number>, pModel: ArrayLike<number>): number[] {
  expectSameLength('optimalDiscriminator', pData, pModel);
  return Array.from(pData, (p, i) => (p + pModel[i] > 0 ? p / (p + pModel[i]) : 0.5));
}

/**
 * V(G, D) = E_data log D + E_g log(1 − D), eq. 1, in nats, of distributions on the same cells.
 * @param pData probabilities (densities times the cells' width)
 * @param d D in each cell; a cell that a distribution never meets counts for nothing, whatever D is there
 */
export function valueFunction(pData: ArrayLike<number>, pModel: ArrayLike<number>, d: ArrayLike<number>): number {
  expectSameLength('valueFunction', pData, pModel);
  expectSameLength('valueFunction', pData, d);
  const term = (p: number, log: number) => (p > 0 ? p * log : 0);
  return Array.from(pData).reduce((sum, p, i) => sum + term(p, Math.log(d[i])) + term(pModel[i], Math.log1p(-d[i])), 0);
}

/**
 * V at the best discriminator, 2·JS(p_data ‖ p_g) − 2 log 2, eq. 6 (theorem 1): −2 log 2 when the distributions are the same, 0
 * when they never meet. In nats.
 */
export function valueAtOptimum(pData: ArrayLike<number>, pModel: ArrayLike<number>): number {
  return valueFunction(pData, pModel, optimalDiscriminator(pData, pModel));
}

export interface GanTraining extends AdversarialTraining {
  /** Default `non-saturating`. */
  readonly generatorLoss?: GeneratorLoss;
}

/**
 * Algorithm 1 with Adam. `history.metrics` has `generator`, and `real` and `fake`, the discriminator's mean probability for
 * real and for generated examples: both ½ at the equilibrium.
 */
export function trainGan(
  model: AdversarialPair,
  data: ImageSplit | tf.Tensor,
  { generatorLoss: kind, ...options }: GanTraining = {},
): Promise<History> {
  return trainPair(model, data, ganRules('GAN', kind), options);
}

/** The rules of this family, which DCGAN has too. */
export function ganRules(name: string, kind?: GeneratorLoss): Parameters<typeof trainPair>[2] {
  return {
    name,
    discriminatorLoss(nets, realImages, fakeImages) {
      const [real, fake] = [nets.judge(realImages), nets.judge(fakeImages)];
      return { loss: discriminatorLoss(real, fake), real: real.sigmoid().mean(), fake: fake.sigmoid().mean() };
    },
    generatorLoss: (fake) => generatorLoss(fake, kind),
    defaults: { betas: [0.5, 0.999] },
  };
}

/** Gives the memory of both networks back. */
export const dispose = disposePair;

function expectSameLength(where: string, a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) {
    throw new UserError(`${where}: all lists have one entry for each cell, got ${a.length} and ${b.length}.`);
  }
}
