/**
 * Wasserstein GAN with gradient penalty: instead of clipping weights, the critic's slope between real and generated examples is
 * drawn to 1, where the best critic has it.
 * Gulrajani et al. (2017), arXiv:1704.00028; equation numbers are that paper's. The pair's `discriminator` is the critic.
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
import { expectSameShape, expectShape } from './shapes';
import { criticLoss, generatorLoss } from './wgan';

export { discriminate, generate, sample } from './adversarial';
export { criticLoss, generatorLoss } from './wgan';

const norms = { generator: 'batch', discriminator: 'none' } as const;
export const defaults: AdversarialConfig = completeConfig({}, norms);

/**
 * @throws UserError when the critic has batch norm: each example's score would depend on its neighbours, and the penalty, which
 * is on each example's own gradient, would mean nothing (§4, "No critic batch normalization").
 */
export function buildWganGp(config: AdversarialOptions = {}): AdversarialPair {
  if (config.discriminator?.norm === 'batch') {
    throw new UserError(
      "buildWganGp: discriminator.norm must be 'none' or 'spectral', got 'batch'. The gradient penalty is on each example's own " +
        'gradient, and batch norm mixes the examples.',
    );
  }
  return buildPair('buildWganGp', completeConfig(config, norms));
}

/**
 * x̂ = α x + (1 − α) G(z), Algorithm 1 line 6: a point of the straight line between a real example and a generated one.
 * @param alpha uniform in [0, 1], one for each example, [B]: not normal, and not one for all of the batch
 * @returns the shape of real
 */
export function interpolate<X extends tf.Tensor>(real: X, fake: X, alpha: Tensor1D): X {
  expectSameShape('interpolate', { real, fake });
  expectShape('interpolate', 'alpha', alpha, [real.shape[0]]);
  return tf.tidy(() => {
    const share = alpha.reshape([-1, ...Array(real.rank - 1).fill(1)]); // [B,1,…,1]
    return real.mul(share).add<X>(fake.mul(tf.sub(1, share)));
  });
}

/** ‖∇f(x)‖₂ of each example, over all its pixels. It can be differentiated by the critic's weights. [B, …] -> [B] */
export function gradientNorm(critic: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): Tensor1D {
  return tf.tidy(() => {
    const gradient = tf.grad((x) => critic(x).sum())(x); // [B, …]
    const squares = gradient.reshape([x.shape[0], -1]).square().sum<Tensor1D>(1);
    return squares.add<Tensor1D>(1e-12).sqrt(); // the root has no slope at 0
  });
}

/**
 * E (‖∇f(x̂)‖₂ − 1)², eq. 3 without its λ: two-sided and squared, so that a slope below 1 costs too. A scalar.
 * @param critic scores of examples, [B, …] -> [B]
 * @param between what `interpolate` gave
 */
export function gradientPenalty(critic: (x: tf.Tensor) => tf.Tensor, between: tf.Tensor): Scalar {
  return tf.tidy(() => gradientNorm(critic, between).sub(1).square().mean<Scalar>());
}

export interface WganGpTraining extends AdversarialTraining {
  /** λ, the penalty's weight; default 10. */
  readonly penaltyWeight?: number;
}

/**
 * Algorithm 1: Adam with learning rate 1e-4, β = (0, 0.9), five steps of the critic for one of the generator.
 * `history.metrics` has `generator`, `distance` (E f(x) − E f(G(z)), an estimate of W₁) and `penalty` without λ.
 */
export function trainWganGp(
  model: AdversarialPair,
  data: ImageSplit | tf.Tensor,
  { penaltyWeight = 10, ...options }: WganGpTraining = {},
): Promise<History> {
  const rules: Parameters<typeof trainPair>[2] = {
    name: 'WGAN-GP',
    discriminatorName: 'critic',
    discriminatorLoss(nets, real, fake, random) {
      const distance = criticLoss(nets.judge(real), nets.judge(fake)).neg();
      const alpha = random.fork('alpha').uniform<tf.Rank.R1>([real.shape[0]]);
      const penalty = gradientPenalty((x) => nets.judge(x), interpolate(real, fake, alpha));
      return { loss: penalty.mul(penaltyWeight).sub(distance), distance, penalty };
    },
    generatorLoss,
    defaults: { learningRate: 1e-4, discriminatorSteps: 5, betas: [0, 0.9] },
  };
  return trainPair(model, data, rules, options);
}

/** Gives the memory of both networks back. */
export const dispose = disposePair;
