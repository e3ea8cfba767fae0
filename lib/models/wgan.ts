/**
 * Wasserstein GAN with weight clipping: a critic's scores estimate the earth mover's distance, which falls smoothly as the
 * generator nears the data where the Jensen–Shannon divergence stays at log 2.
 * Arjovsky, Chintala & Bottou (2017), arXiv:1701.07875; equation numbers are that paper's. The pair's `discriminator` is the critic.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs';
import { UserError } from '../errors';
import { variablesOf } from '../nn';
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

const norms = { generator: 'batch', discriminator: 'none' } as const;
export const defaults: AdversarialConfig = completeConfig({}, norms);

/** @throws UserError when the shape and the layers do not fit together. */
export function buildWgan(config: AdversarialOptions = {}): AdversarialPair {
  return buildPair('buildWgan', completeConfig(config, norms));
}

/**
 * E f(G(z)) − E f(x), what the critic minimizes: eq. 3 with its sign turned. If f is the best 1-Lipschitz function it is
 * −W₁(p_data, p_g), by the Kantorovich–Rubinstein duality (eq. 2). [B], [B] -> scalar
 */
export function criticLoss(real: Tensor1D, fake: Tensor1D): Scalar {
  expectShape('criticLoss', 'real', real, ['B']);
  expectShape('criticLoss', 'fake', fake, ['B']);
  return tf.tidy(() => fake.mean<Scalar>().sub<Scalar>(real.mean()));
}

/** −E f(G(z)), what the generator minimizes. [B] -> scalar */
export function generatorLoss(fake: Tensor1D): Scalar {
  expectShape('generatorLoss', 'fake', fake, ['B']);
  return tf.tidy(() => fake.mean<Scalar>().neg());
}

/** w ← clip(w, −c, c), Algorithm 1 line 7: f stays K-Lipschitz, for a K that nobody chose. Changes the variables in place. */
export function clipWeights(variables: readonly tf.Variable[], c: number): void {
  if (!(c > 0)) throw new UserError(`clipWeights: c must be above 0, got ${c}.`);
  tf.tidy(() => variables.forEach((variable) => variable.assign(variable.clipByValue(-c, c))));
}

export interface WganTraining extends Omit<AdversarialTraining, 'betas'> {
  /** Bound of the critic's weights, default 0.01. */
  readonly clip?: number;
}

/**
 * Algorithm 1: RMSProp with learning rate 5e-5, five steps of the critic for one of the generator. `history.metrics.distance`
 * is E f(x) − E f(G(z)), which follows W₁ up to the factor K.
 */
export function trainWgan(
  model: AdversarialPair,
  data: ImageSplit | tf.Tensor,
  { clip = 0.01, ...options }: WganTraining = {},
): Promise<History> {
  const weights = variablesOf(model.discriminator);
  const rules: Parameters<typeof trainPair>[2] = {
    name: 'WGAN',
    discriminatorName: 'critic',
    discriminatorLoss(nets, real, fake) {
      const loss = criticLoss(nets.judge(real), nets.judge(fake));
      return { loss, distance: loss.neg() };
    },
    generatorLoss,
    defaults: { learningRate: 5e-5, discriminatorSteps: 5 },
    optimizer: (rate) => tf.train.rmsprop(rate),
    onUpdate: () => clipWeights(weights, clip),
  };
  return trainPair(model, data, rules, options);
}

/** Gives the memory of both networks back. */
export const dispose = disposePair;
