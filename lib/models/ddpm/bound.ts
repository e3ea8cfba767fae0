/**
 * The losses: L_simple, and the variational bound taken apart as in Ho, Jain & Abbeel (2020), eq. 5, in bits for each number of an
 * image. The hybrid of both: Nichol & Dhariwal (2021), eq. 16.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs';
import { UserError } from '../../errors';
import { type Random, stopGradient } from '../../engine';
import { expectSameShape } from '../shapes';
import { type Gaussian, qPosterior, qSample, targetOf } from './forward';
import { type Denoiser, everyone, readAnswer, type ReverseOptions } from './reverse';
import type { Schedule } from './schedule';

/**
 * L_simple, eq. 14: mean squared error between what the network should say (the noise, unless `prediction` says otherwise) and
 * what it says. A scalar.
 * @param t a step for each example, each of 1…T equally likely
 */
export function ddpmLoss(
  denoise: Denoiser,
  x0: tf.Tensor,
  t: readonly number[],
  noise: tf.Tensor,
  schedule: Schedule,
  { prediction = 'epsilon' }: Pick<ReverseOptions, 'prediction'> = {},
): Scalar {
  return tf.tidy(() => {
    const xt = qSample(x0, t, noise, schedule);
    const answer = denoise(
      xt,
      t.map((step) => schedule.timesteps[step]),
    );
    return answer
      .sub(targetOf(prediction, x0, t, noise, schedule))
      .square()
      .mean();
  });
}

/** Steps of a batch, each of 1…T equally likely (algorithm 1, line 3): not 2…T, and not 0. */
export function drawSteps(count: number, schedule: Schedule, random: Random): number[] {
  return Array.from({ length: count }, () => 1 + random.int(schedule.steps));
}

/** What p(x_0|x_1) is a distribution of: pictures in 256 grey levels (§3.3), or points, which have a density. */
export type Decoder = 'pixels' | 'density';

export interface BoundOptions extends ReverseOptions {
  /** Default `pixels`. */
  readonly decoder?: Decoder;
}

/**
 * L_{t−1} = KL(q(x_{t−1}|x_t,x_0) ‖ p_θ(x_{t−1}|x_t)) at t > 1, and L_0 = −log p_θ(x_0|x_1) at t = 1; eq. 5, in bits for each number
 * of an image. [B, …] -> [B]
 */
export function boundTerms(
  denoise: Denoiser,
  x0: tf.Tensor,
  t: readonly number[],
  noise: tf.Tensor,
  schedule: Schedule,
  options: BoundOptions = {},
): Tensor1D {
  return tf.tidy(() => {
    const xt = qSample(x0, t, noise, schedule);
    const answer = denoise(
      xt,
      t.map((step) => schedule.timesteps[step]),
    );
    return termsOf(answer, x0, xt, t, schedule, options);
  });
}

/**
 * L_hybrid = L_simple + λ T L_vlb, Nichol & Dhariwal, eq. 16. The bound teaches the variance alone: no gradient of it reaches the
 * mean, for which L_simple is the better teacher (§3.1). A scalar.
 * @param options.weight λ; the paper's 0.001
 */
export function hybridLoss(
  denoise: Denoiser,
  x0: tf.Tensor,
  t: readonly number[],
  noise: tf.Tensor,
  schedule: Schedule,
  options: BoundOptions & { readonly weight?: number } = {},
): { readonly loss: Scalar; readonly simple: Scalar; readonly bound: Scalar } {
  const { prediction = 'epsilon', weight = 1e-3 } = options;
  return tf.tidy(() => {
    const xt = qSample(x0, t, noise, schedule);
    const answer = denoise(
      xt,
      t.map((step) => schedule.timesteps[step]),
    );
    const [said, share] = tf.split(answer, 2, -1);
    const simple: Scalar = said
      .sub(targetOf(prediction, x0, t, noise, schedule))
      .square()
      .mean();
    const frozen = tf.concat([stopGradient(said), share], -1);
    const bound: Scalar = termsOf(frozen, x0, xt, t, schedule, { ...options, variance: 'learned' }).mean();
    return { loss: simple.add<Scalar>(bound.mul(weight * schedule.steps)), simple, bound };
  });
}

/** L_T = KL(q(x_T|x_0) ‖ N(0, I)), which no training changes, in bits for each number of an image. [B, …] -> [B] */
export function priorTerm(x0: tf.Tensor, schedule: Schedule): Tensor1D {
  return tf.tidy(() => {
    const left = schedule.alphasCumprod[schedule.steps];
    const end = { mean: x0.mul(Math.sqrt(left)), logVariance: tf.scalar(Math.log(1 - left)) };
    return inBits(gaussianKl(end, { mean: tf.zerosLike(x0), logVariance: tf.scalar(0) }));
  });
}

export interface VariationalBound {
  /** L_T + Σ_t L_{t−1} + L_0: at least −log₂ p(x_0) for each number of an image. [B] */
  readonly total: Tensor1D;
  /** L_0, L_1, …, L_{T−1}: entry t−1 belongs to step t. [B, T] */
  readonly terms: tf.Tensor2D;
  /** L_T. [B] */
  readonly prior: Tensor1D;
}

/** The whole bound of eq. 5, one x_t for each step. T evaluations of the network. */
export async function variationalBound(
  denoise: Denoiser,
  x0: tf.Tensor,
  random: Random,
  schedule: Schedule,
  options: BoundOptions = {},
): Promise<VariationalBound> {
  const columns: Tensor1D[] = [];
  for (let t = 1; t <= schedule.steps; t++) {
    const column = tf.tidy(() => boundTerms(denoise, x0, everyone(x0, t), random.normal(x0.shape), schedule, options));
    columns.push(column);
    await column.data(); // so that an engine that works ahead does not pile up T steps
  }
  const result = tf.tidy(() => {
    const terms = tf.stack(columns, 1) as tf.Tensor2D;
    const prior = priorTerm(x0, schedule);
    return { total: terms.sum<Tensor1D>(1).add<Tensor1D>(prior), terms, prior };
  });
  tf.dispose(columns);
  return result;
}

/** KL(a ‖ b) of two Gaussians, number by number, in nats: of the shape that the means have. */
export function gaussianKl(a: Gaussian, b: Gaussian): tf.Tensor {
  return tf.tidy(() => {
    const shift = a.mean.sub(b.mean).square().mul(b.logVariance.neg().exp());
    const spread = a.logVariance.sub(b.logVariance);
    return shift.add(spread.exp()).sub(1).sub(spread).mul(0.5);
  });
}

/**
 * log p(x_0|x_1) of §3.3, eq. 13, number by number, in nats: the Gaussian's mass over the width of one of 256 grey levels, scaled to
 * [−1, 1]; the first and the last reach to infinity.
 * @param x0 values k/127.5 − 1
 */
export function discretizedLogLikelihood(x0: tf.Tensor, { mean, logVariance }: Gaussian): tf.Tensor {
  expectSameShape('discretizedLogLikelihood', { x0, mean });
  return tf.tidy(() => {
    const sharpness = logVariance.mul(-0.5).exp();
    const below = (edge: number) => normalCdf(x0.sub(mean).add(edge).mul(sharpness));
    const [upper, lower] = [below(1 / 255), below(-1 / 255)];
    const isFirst = x0.less(-0.999);
    const isLast = x0.greater(0.999);
    const mass = tf.where(isFirst, upper, tf.where(isLast, tf.sub(1, lower), upper.sub(lower)));
    return mass.maximum(1e-12).log();
  });
}

function termsOf(
  answer: tf.Tensor,
  x0: tf.Tensor,
  xt: tf.Tensor,
  t: readonly number[],
  schedule: Schedule,
  { decoder = 'pixels', ...options }: BoundOptions,
): Tensor1D {
  if (options.variance === undefined) {
    throw new UserError(
      "The variational bound depends on p's variance: say variance: 'fixedSmall', 'fixedLarge' or 'learned'.",
    );
  }
  const p = readAnswer(answer, xt, t, schedule, options);
  const kl = inBits(gaussianKl(qPosterior(x0, xt, t, schedule), p)); // L_{t−1}
  if (!t.includes(1)) return kl;
  const logLikelihood = decoder === 'pixels' ? discretizedLogLikelihood(x0, p) : logDensity(x0, p);
  const isFirst = tf.tensor1d(t.map((step) => step === 1)).cast('bool');
  return tf.where(isFirst, inBits(logLikelihood.neg()), kl); // L_0 where t = 1
}

function logDensity(x: tf.Tensor, { mean, logVariance }: Gaussian): tf.Tensor {
  const squares = x.sub(mean).square().mul(logVariance.neg().exp());
  return squares
    .add(logVariance)
    .add(Math.log(2 * Math.PI))
    .mul(-0.5);
}

/** The mean over an example's numbers, from nats to bits. [B, …] -> [B] */
function inBits(nats: tf.Tensor): Tensor1D {
  return nats.reshape([nats.shape[0], -1]).mean<Tensor1D>(1).div<Tensor1D>(Math.LN2);
}

function normalCdf(x: tf.Tensor): tf.Tensor {
  return x.mul(Math.SQRT1_2).erf().add(1).div(2);
}
