/**
 * Euler's and Heun's method for the probability-flow ODE in the noise level σ.
 * Karras, Aittala, Aila & Laine (2022), arXiv:2206.00364; equation and algorithm numbers are that paper's.
 *
 * Here x = x_0 + σ ε, not scaled down as in DDPM: x_t = x / √(1+σ²) with σ_t = √((1−ᾱ_t)/ᾱ_t). Any trained DDPM can be read so.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { UserError } from '../errors';
import { meanOf } from './ddim';
import * as ddpm from './ddpm';
import { type LoopOptions, samplingLoop } from './sampling-loop';

/** D(x; σ): the image expected behind x at the noise level σ. [B, …] -> [B, …] */
export type SigmaDenoiser = (x: tf.Tensor, sigma: number) => tf.Tensor;

/** Noise levels from high to low, with 0 at the end, for `count` steps; eq. 5: evenly in σ^(1/ρ). */
export function karrasSigmas(count: number, min: number, max: number, rho = 7): readonly number[] {
  if (!Number.isInteger(count) || count < 1) {
    throw new UserError(`karrasSigmas: count is a whole number from 1, got ${count}.`);
  }
  if (!(min > 0 && max > min)) throw new UserError(`karrasSigmas: 0 < min < max, got ${min} and ${max}.`);
  const [from, to] = [max ** (1 / rho), min ** (1 / rho)];
  const levels = Array.from({ length: count }, (_, i) => (from + ((to - from) * i) / Math.max(1, count - 1)) ** rho);
  return [...levels, 0];
}

/** σ_t = √((1−ᾱ_t)/ᾱ_t) of a step of DDPM. */
export function sigmaOf(t: number, { alphasCumprod }: ddpm.Schedule): number {
  return Math.sqrt((1 - alphasCumprod[t]) / alphasCumprod[t]);
}

/** The step, not a whole one, at which DDPM has the noise level σ: between two steps evenly in log σ. From 1 to T. */
export function timeOf(sigma: number, schedule: ddpm.Schedule): number {
  let [low, high] = [1, schedule.steps];
  if (sigma <= sigmaOf(low, schedule)) return low;
  if (sigma >= sigmaOf(high, schedule)) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sigmaOf(middle, schedule) <= sigma) low = middle;
    else high = middle;
  }
  const [a, b] = [Math.log(sigmaOf(low, schedule)), Math.log(sigmaOf(high, schedule))];
  return low + (Math.log(sigma) - a) / (b - a);
}

/** A DDPM's network as D(x; σ), appendix C.3.3: it is told the step of that noise level, and x scaled down to its x_t. */
export function sigmaDenoiser(
  denoise: ddpm.Denoiser,
  schedule: ddpm.Schedule,
  { prediction = 'epsilon', clip = false }: Pick<ddpm.ReverseOptions, 'prediction' | 'clip'> = {},
): SigmaDenoiser {
  return (x, sigma) =>
    tf.tidy(() => {
      const scale = Math.sqrt(1 + sigma ** 2);
      const t = timeOf(sigma, schedule);
      const [below, above] = [schedule.timesteps[Math.floor(t)], schedule.timesteps[Math.ceil(t)]];
      const told = below + (above - below) * (t % 1); // t itself, unless the schedule is respaced
      const answer = denoise(x.div(scale), ddpm.everyone(x, told));
      const x0 = {
        epsilon: () => x.sub(answer.mul(sigma)),
        x0: () => answer,
        v: () => x.div(scale ** 2).sub(answer.mul(sigma / scale)),
      }[prediction]();
      return clip ? x0.clipByValue(-1, 1) : x0.clone();
    });
}

/** dx/dσ = (x − D(x; σ)) / σ, eq. 3, by one Euler step from σ to `next`. */
export function eulerStep<X extends tf.Tensor>(x: X, denoised: tf.Tensor, sigma: number, next: number): X {
  return tf.tidy(() => x.add(x.sub(denoised).mul((next - sigma) / sigma)) as X);
}

/**
 * Algorithm 1, lines 4–8: an Euler step, then the slope at its end averaged in (twice the work, an order better); to σ = 0 the Euler
 * step alone.
 */
export function heunStep<X extends tf.Tensor>(
  denoiser: SigmaDenoiser,
  x: X,
  denoised: tf.Tensor,
  sigma: number,
  next: number,
): X {
  return tf.tidy(() => {
    const there = eulerStep(x, denoised, sigma, next);
    if (next === 0) return there;
    const slope = x.sub(denoised).div(sigma);
    const slopeThere = there.sub(denoiser(there, next)).div(next);
    return x.add(slope.add(slopeThere).mul((next - sigma) / 2)) as X;
  });
}

/** Euler steps through the noise levels. `x` ~ N(0, σ_max² I) stays the caller's. [B, …] -> [B, …] */
export function sampleEuler<X extends tf.Tensor>(
  denoiser: SigmaDenoiser,
  x: X,
  sigmas: readonly number[],
  options: LoopOptions = {},
): Promise<X> {
  return samplingLoop(x.clone() as X, levels(sigmas), options, (current, { sigma, next }) => {
    const predX0 = denoiser(current, sigma) as X;
    return { x: eulerStep(current, predX0, sigma, next), predX0 };
  });
}

/** Algorithm 1: Heun's second-order steps. `x` ~ N(0, σ_max² I) stays the caller's. [B, …] -> [B, …] */
export function sampleHeun<X extends tf.Tensor>(
  denoiser: SigmaDenoiser,
  x: X,
  sigmas: readonly number[],
  options: LoopOptions = {},
): Promise<X> {
  return samplingLoop(x.clone() as X, levels(sigmas), options, (current, { sigma, next }) => {
    const predX0 = denoiser(current, sigma) as X;
    return { x: heunStep(denoiser, current, predX0, sigma, next), predX0 };
  });
}

export interface ModelSampleOptions extends ddpm.ModelSampleOptions {
  /** Default `heun`, which asks the network twice a step. */
  readonly method?: 'euler' | 'heun';
  /** Number of steps; default 18, the paper's for small images. */
  readonly steps?: number;
}

/** New examples of a trained DDPM over Karras's noise levels: images in [0, 1], or points. -> [n, …] */
export function sample<X extends tf.Tensor>(
  model: ddpm.Ddpm,
  n: number,
  random: Random,
  { labels, weights, method = 'heun', steps = 18, ...options }: ModelSampleOptions = {},
): Promise<X> {
  const { schedule, config } = model;
  return ddpm.sampleWith(model, weights, async () => {
    const max = sigmaOf(schedule.steps, schedule);
    const sigmas = karrasSigmas(steps, sigmaOf(1, schedule), max);
    const start = tf.tidy(() => random.normal([n, ...config.inputShape]).mul(Math.hypot(1, max)) as tf.Tensor as X);
    const denoise = meanOf(model, ddpm.denoiserOf(model, labels));
    const denoiser = sigmaDenoiser(denoise, schedule, ddpm.reverseOptions(model));
    const x = await (method === 'euler' ? sampleEuler : sampleHeun)(denoiser, start, sigmas, options);
    start.dispose();
    return x;
  });
}

function levels(sigmas: readonly number[]): { sigma: number; next: number }[] {
  const falls = sigmas.length > 1 && sigmas.every((sigma, i) => i === 0 || (sigma < sigmas[i - 1] && sigma >= 0));
  if (!falls)
    throw new UserError(`sigmas are two or more noise levels that fall, the last may be 0; got [${String(sigmas)}].`);
  return sigmas.slice(1).map((next, i) => ({ sigma: sigmas[i], next }));
}
