/**
 * The forward process q, which takes an image apart, and what is known of the way back when the image is known.
 * Ho, Jain & Abbeel (2020), arXiv:2006.11239; equation numbers are that paper's.
 */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../errors';
import { expectSameShape } from '../shapes';
import type { Schedule } from './schedule';

/** x_t = √ᾱ_t x_0 + √(1−ᾱ_t) ε, eq. 4: t noising steps in one. `t` has a step 1…T for each example. [B, …] -> [B, …] */
export function qSample<X extends tf.Tensor>(x0: X, t: readonly number[], noise: X, schedule: Schedule): X {
  expectSameShape('qSample', { x0, noise });
  return tf.tidy(() => {
    const signal = perExample(x0, t, (s) => Math.sqrt(schedule.alphasCumprod[s]), schedule); // [B, 1, …]
    const spread = perExample(x0, t, (s) => Math.sqrt(1 - schedule.alphasCumprod[s]), schedule);
    return x0.mul(signal).add(noise.mul(spread)) as X;
  });
}

/** Mean and log variance of a Gaussian for each number; the variance may be one for each example, [B, 1, …]. */
export interface Gaussian<X extends tf.Tensor = tf.Tensor> {
  readonly mean: X;
  readonly logVariance: tf.Tensor;
}

/** q(x_{t−1} | x_t, x_0), eq. 6 and 7: where x_t came from, given the image. At t = 1 the mean is x_0. */
export function qPosterior<X extends tf.Tensor>(x0: X, xt: X, t: readonly number[], schedule: Schedule): Gaussian<X> {
  expectSameShape('qPosterior', { x0, xt });
  return tf.tidy(() => {
    const ofX0 = perExample(x0, t, (s) => schedule.posteriorMeanCoef1[s], schedule);
    const ofXt = perExample(x0, t, (s) => schedule.posteriorMeanCoef2[s], schedule);
    const logVariance = perExample(x0, t, (s) => schedule.posteriorLogVariance[s], schedule);
    return { mean: x0.mul(ofX0).add(xt.mul(ofXt)) as X, logVariance };
  });
}

/**
 * What the network is asked for: the noise ε, the image x_0, or the velocity v = √ᾱ_t ε − √(1−ᾱ_t) x_0 of Salimans & Ho (2022),
 * arXiv:2202.00512, appendix D. From any of them follow the others.
 */
export type Prediction = 'epsilon' | 'x0' | 'v';

/** x_0 and ε behind x_t, as one answer of the network has them: x_t = √ᾱ_t x_0 + √(1−ᾱ_t) ε. */
export interface Parts<X extends tf.Tensor = tf.Tensor> {
  readonly x0: X;
  readonly epsilon: X;
}

/** x_0 = (x_t − √(1−ᾱ_t) ε) / √ᾱ_t, eq. 4 turned round. */
export function predictStartFromNoise<X extends tf.Tensor>(
  xt: X,
  t: readonly number[],
  noise: X,
  schedule: Schedule,
): X {
  expectSameShape('predictStartFromNoise', { xt, noise });
  return tf.tidy(() => {
    const spread = perExample(xt, t, (s) => Math.sqrt(1 - schedule.alphasCumprod[s]), schedule);
    const signal = perExample(xt, t, (s) => Math.sqrt(schedule.alphasCumprod[s]), schedule);
    return xt.sub(noise.mul(spread)).div(signal) as X;
  });
}

/** ε = (x_t − √ᾱ_t x_0) / √(1−ᾱ_t), eq. 4 turned round. */
export function predictNoiseFromStart<X extends tf.Tensor>(xt: X, t: readonly number[], x0: X, schedule: Schedule): X {
  expectSameShape('predictNoiseFromStart', { xt, x0 });
  return tf.tidy(() => {
    const signal = perExample(xt, t, (s) => Math.sqrt(schedule.alphasCumprod[s]), schedule);
    const spread = perExample(xt, t, (s) => Math.sqrt(1 - schedule.alphasCumprod[s]), schedule);
    return xt.sub(x0.mul(signal)).div(spread) as X;
  });
}

/** v = √ᾱ_t ε − √(1−ᾱ_t) x_0. */
export function velocity<X extends tf.Tensor>(x0: X, t: readonly number[], noise: X, schedule: Schedule): X {
  expectSameShape('velocity', { x0, noise });
  return tf.tidy(() => {
    const signal = perExample(x0, t, (s) => Math.sqrt(schedule.alphasCumprod[s]), schedule);
    const spread = perExample(x0, t, (s) => Math.sqrt(1 - schedule.alphasCumprod[s]), schedule);
    return noise.mul(signal).sub(x0.mul(spread)) as X;
  });
}

/** x_0 = √ᾱ_t x_t − √(1−ᾱ_t) v. */
export function predictStartFromV<X extends tf.Tensor>(xt: X, t: readonly number[], v: X, schedule: Schedule): X {
  expectSameShape('predictStartFromV', { xt, v });
  return tf.tidy(() => {
    const signal = perExample(xt, t, (s) => Math.sqrt(schedule.alphasCumprod[s]), schedule);
    const spread = perExample(xt, t, (s) => Math.sqrt(1 - schedule.alphasCumprod[s]), schedule);
    return xt.mul(signal).sub(v.mul(spread)) as X;
  });
}

/** What the network should answer at x_t. */
export function targetOf<X extends tf.Tensor>(
  prediction: Prediction,
  x0: X,
  t: readonly number[],
  noise: X,
  schedule: Schedule,
): X {
  if (prediction === 'epsilon') return noise.clone();
  return prediction === 'x0' ? x0.clone() : velocity(x0, t, noise, schedule);
}

/**
 * Reads the network's answer as x_0 and ε.
 * @param clip keeps x_0 in [−1, 1], where images are; ε is then what fits that x_0
 */
export function partsOf<X extends tf.Tensor>(
  prediction: Prediction,
  answer: X,
  xt: X,
  t: readonly number[],
  schedule: Schedule,
  clip = false,
): Parts<X> {
  return tf.tidy(() => {
    const raw = startOf(prediction, answer, xt, t, schedule);
    const x0 = clip ? (raw.clipByValue(-1, 1) as X) : raw;
    const isGiven = prediction === 'epsilon' && !clip;
    return { x0, epsilon: isGiven ? answer.clone() : predictNoiseFromStart(xt, t, x0, schedule) };
  });
}

function startOf<X extends tf.Tensor>(
  prediction: Prediction,
  answer: X,
  xt: X,
  t: readonly number[],
  schedule: Schedule,
): X {
  if (prediction === 'epsilon') return predictStartFromNoise(xt, t, answer, schedule);
  return prediction === 'x0' ? answer.clone() : predictStartFromV(xt, t, answer, schedule);
}

/**
 * A number for each example, shaped to scale a batch. [B, 1, …]
 * @throws UserError when t is not one step 1…T for each example
 */
export function perExample(
  x: tf.Tensor,
  t: readonly number[],
  value: (step: number) => number,
  { steps }: Pick<Schedule, 'steps'>,
): tf.Tensor {
  if (t.length !== x.shape[0]) {
    throw new UserError(`t needs a step for each of the ${x.shape[0]} examples, got ${t.length}.`);
  }
  const wrong = t.find((step) => !Number.isInteger(step) || step < 1 || step > steps);
  if (wrong !== undefined) throw new UserError(`t counts the steps from 1 to ${steps}, got ${wrong}.`);
  return tf.tensor(t.map(value), [t.length, ...x.shape.slice(1).map(() => 1)]);
}
