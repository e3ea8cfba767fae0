/**
 * The reverse process p_θ, which makes images out of noise, step by step.
 * Ho, Jain & Abbeel (2020), arXiv:2006.11239; equation numbers are that paper's. Learned variance: Nichol & Dhariwal (2021),
 * arXiv:2102.09672.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { expectShape } from '../shapes';
import { type LoopOptions, samplingLoop } from '../sampling-loop';
import { type Gaussian, partsOf, perExample, type Prediction, qPosterior } from './forward';
import type { Schedule } from './schedule';

/**
 * The network: answers for x_t at the steps t with what `Prediction` says. With a learned variance its last axis is twice as
 * long, the second half for the variance. [B, …], [B] -> [B, …]
 */
export type Denoiser = (xt: tf.Tensor, t: readonly number[]) => tf.Tensor;

/**
 * σ_t² of p_θ(x_{t−1}|x_t): `fixedLarge` is β_t, right where the data are N(0, I); `fixedSmall` is β̃_t, right where they are one
 * point (§3.2); `learned` lies between the two as the network says.
 */
export type Variance = 'fixedSmall' | 'fixedLarge' | 'learned';

export interface ReverseOptions {
  /** Default `epsilon`. */
  readonly prediction?: Prediction;
  /** Default `fixedLarge`. */
  readonly variance?: Variance;
  /** Keeps the x_0 behind each step in [−1, 1]; for images. Default no. */
  readonly clip?: boolean;
}

export interface ReverseStep<X extends tf.Tensor = tf.Tensor> extends Gaussian<X> {
  /** The image that the network sees behind x_t. */
  readonly predX0: X;
}

/** p_θ(x_{t−1} | x_t): q's posterior with the network's x_0 in place of the true one, which for ε is eq. 11. */
export function pMeanVariance<X extends tf.Tensor>(
  denoise: Denoiser,
  xt: X,
  t: readonly number[],
  schedule: Schedule,
  options: ReverseOptions = {},
): ReverseStep<X> {
  return tf.tidy(() => {
    const answer = denoise(
      xt,
      t.map((step) => schedule.timesteps[step]),
    );
    return { ...readAnswer(answer, xt, t, schedule, options) };
  });
}

/** `pMeanVariance` of an answer that is already there. */
export function readAnswer<X extends tf.Tensor>(
  answer: tf.Tensor,
  xt: X,
  t: readonly number[],
  schedule: Schedule,
  { prediction = 'epsilon', variance = 'fixedLarge', clip }: ReverseOptions,
): ReverseStep<X> {
  return tf.tidy(() => {
    const isLearned = variance === 'learned';
    const shape = isLearned ? [...xt.shape.slice(0, -1), 2 * xt.shape[xt.rank - 1]] : xt.shape;
    expectShape('pMeanVariance', "the network's answer", answer, shape);
    const [said, share] = isLearned ? tf.split(answer, 2, -1) : [answer];
    const { x0 } = partsOf(prediction, said as X, xt, t, schedule, clip);
    const posterior = qPosterior(x0, xt, t, schedule);
    const large = () => perExample(xt, t, (s) => Math.log(schedule.betas[s]), schedule);
    const logVariance = {
      fixedSmall: () => posterior.logVariance,
      fixedLarge: large,
      learned: () => learnedLogVariance(share, large(), posterior.logVariance),
    };
    return { mean: posterior.mean, logVariance: logVariance[variance](), predX0: x0 };
  });
}

/** Nichol & Dhariwal, eq. 15: log σ² = v log β + (1 − v) log β̃, where the network's −1 stands for v = 0 and 1 for v = 1. */
function learnedLogVariance(share: tf.Tensor, large: tf.Tensor, small: tf.Tensor): tf.Tensor {
  const v = share.add(1).div(2);
  return v.mul(large).add(tf.sub(1, v).mul(small));
}

/**
 * One reverse step, algorithm 2, line 4: x_t -> x_{t−1} = μ_θ + σ_t z.
 * @param noise z ~ N(0, I), the shape of xt; not used at t = 1, where the paper sets z = 0
 */
export function pSample<X extends tf.Tensor>(
  denoise: Denoiser,
  xt: X,
  t: number,
  noise: X,
  schedule: Schedule,
  options: ReverseOptions = {},
): X {
  return tf.tidy(() => noisy(pMeanVariance(denoise, xt, everyone(xt, t), schedule, options), t, noise));
}

/** μ + σ z, and μ alone at the last step. */
function noisy<X extends tf.Tensor>({ mean, logVariance }: Gaussian<X>, t: number, noise: X): X {
  return t === 1 ? mean : (mean.add(logVariance.mul(0.5).exp().mul(noise)) as X);
}

export interface SampleOptions extends ReverseOptions, LoopOptions {
  /** Moves the mean of each step, as guidance by a classifier does. */
  readonly guide?: Guide;
}

/** Gives the mean of p(x_{t−1} | x_t) that is to be used in place of the network's. */
export type Guide = (step: ReverseStep, xt: tf.Tensor, t: readonly number[]) => tf.Tensor;

/**
 * Algorithm 2: from noise x_T to x_0, one step after the other.
 * @param shape of what is made, [B, …]
 * @param random gives x_T, then z of each step
 */
export function pSampleLoop<X extends tf.Tensor>(
  denoise: Denoiser,
  shape: readonly number[],
  random: Random,
  schedule: Schedule,
  options: SampleOptions = {},
): Promise<X> {
  const steps = Array.from({ length: schedule.steps }, (_, i) => schedule.steps - i); // T … 1
  return samplingLoop<X, number>(random.normal([...shape]) as tf.Tensor as X, steps, options, (xt, t) => {
    const each = everyone(xt, t);
    const step = pMeanVariance(denoise, xt, each, schedule, options);
    const mean = options.guide ? (options.guide(step, xt, each) as X) : step.mean;
    const noise = t > 1 ? (random.normal(xt.shape) as tf.Tensor as X) : mean;
    return { x: noisy({ ...step, mean }, t, noise), predX0: step.predX0 };
  });
}

/** The same step for each example. */
export function everyone(x: tf.Tensor, t: number): readonly number[] {
  return new Array<number>(x.shape[0]).fill(t);
}
