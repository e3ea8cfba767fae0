/**
 * Denoising diffusion implicit models: a trained DDPM sampled in few steps, and without noise on the way.
 * Song, Meng & Ermon (2020), arXiv:2010.02502; equation numbers are that paper's (its α is DDPM's ᾱ).
 *
 * Training is DDPM's. Only the marginals q(x_t|x_0) enter its loss, and a whole family of processes shares them: η = 1 is DDPM's,
 * η = 0 draws nothing after x_T, so that x_T becomes a code of the image.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { UserError } from '../errors';
import * as ddpm from './ddpm';
import { type LoopOptions, samplingLoop } from './sampling-loop';
import { expectSameShape } from './shapes';

export interface StepOptions extends Pick<ddpm.ReverseOptions, 'prediction' | 'clip'> {
  /** η of eq. 16: 0 (default) draws no noise, 1 as much as DDPM with the variance β̃. */
  readonly eta?: number;
}

/** σ of a step from t to `previous`, eq. 16. */
export function ddimSigma(t: number, previous: number, eta: number, { alphasCumprod }: ddpm.Schedule): number {
  const [left, before] = [alphasCumprod[t], alphasCumprod[previous]];
  return eta * Math.sqrt((1 - before) / (1 - left)) * Math.sqrt(1 - left / before);
}

/**
 * One step, eq. 12: x_s = √ᾱ_s x̂_0 + √(1−ᾱ_s−σ²) ε_θ + σ z, from step t to any earlier step s.
 * @param previous s, from 0 (the image) to t − 1
 * @param noise z ~ N(0, I), the shape of xt; not used where η = 0
 */
export function ddimStep<X extends tf.Tensor>(
  denoise: ddpm.Denoiser,
  xt: X,
  t: number,
  previous: number,
  noise: X | undefined,
  schedule: ddpm.Schedule,
  options: StepOptions = {},
): { readonly x: X; readonly predX0: X } {
  const { eta = 0, prediction = 'epsilon', clip } = options;
  if (!(previous >= 0 && previous < t)) {
    throw new UserError(`ddimStep: a step from t = ${t} leads to one of 0…${t - 1}, got ${previous}.`);
  }
  return tf.tidy(() => {
    const each = ddpm.everyone(xt, t);
    const answer = denoise(xt, ddpm.everyone(xt, schedule.timesteps[t])) as X;
    const { x0, epsilon } = ddpm.partsOf(prediction, answer, xt, each, schedule, clip);
    const sigma = ddimSigma(t, previous, eta, schedule);
    const before = schedule.alphasCumprod[previous];
    const mean = x0.mul(Math.sqrt(before)).add(epsilon.mul(Math.sqrt(Math.max(0, 1 - before - sigma ** 2))));
    if (sigma === 0) return { x: mean as X, predX0: x0 };
    if (!noise) throw new UserError('ddimStep: with η above 0 a step needs noise.');
    return { x: mean.add(noise.mul(sigma)) as X, predX0: x0 };
  });
}

export interface DdimOptions extends StepOptions, LoopOptions {
  /** Which of the steps 1…T are taken, in rising order; T last. Default: 50 (or all, if there are fewer), evenly. */
  readonly steps?: readonly number[];
  /** Where it ends: 0 (default) is the image, 1 leaves the noise of the first step in, as some published schedulers do. */
  readonly last?: 0 | 1;
  /** Gives the noise where η is above 0. */
  readonly random?: Random;
}

/** From x_T to x_0 over the steps chosen. `xT` stays the caller's. [B, …] -> [B, …] */
export function ddimSampleLoop<X extends tf.Tensor>(
  denoise: ddpm.Denoiser,
  xT: X,
  schedule: ddpm.Schedule,
  options: DdimOptions = {},
): Promise<X> {
  const { steps = defaultSteps(schedule), last = 0, random, eta = 0 } = options;
  if (eta > 0 && !random)
    throw new UserError('ddimSampleLoop: with η above 0 pass random, which the noise is drawn from.');
  return samplingLoop(xT.clone() as X, pairs(steps, last), options, (xt, { t, previous }) => {
    const noise = eta > 0 ? (random?.normal(xt.shape) as tf.Tensor as X) : undefined;
    return ddimStep(denoise, xt, t, previous, noise, schedule, options);
  });
}

/**
 * From an image to the x_T that leads back to it: the same ODE as at η = 0, eq. 14, the other way. More steps, less error. The
 * image itself is taken for x_1, which it nearly is.
 */
export function ddimEncode<X extends tf.Tensor>(
  denoise: ddpm.Denoiser,
  x0: X,
  schedule: ddpm.Schedule,
  options: Omit<DdimOptions, 'eta' | 'random' | 'last'> = {},
): Promise<X> {
  const { steps = defaultSteps(schedule), prediction = 'epsilon', clip } = options;
  const all = steps[0] === 1 ? steps : [1, ...steps];
  const moves = all.slice(1).map((next, i) => ({ t: all[i], next }));
  return samplingLoop(x0.clone() as X, moves, options, (xt, { t, next }) => {
    const answer = denoise(xt, ddpm.everyone(xt, schedule.timesteps[t])) as X;
    const parts = ddpm.partsOf(prediction, answer, xt, ddpm.everyone(xt, t), schedule, clip);
    return { x: ddpm.qSample(parts.x0, ddpm.everyone(xt, next), parts.epsilon, schedule), predX0: parts.x0 };
  });
}

/**
 * Spherical interpolation, appendix D.5: from a (share 0) to b (share 1) along the sphere that both lie near, as noise does. Straight
 * in between there is too little noise. Example by example, [B, …] -> [B, …]
 */
export function slerp<X extends tf.Tensor>(a: X, b: X, share: number): X {
  expectSameShape('slerp', { a, b });
  return tf.tidy(() => {
    const flat = (x: tf.Tensor) => x.reshape([x.shape[0], -1]);
    const length = (x: tf.Tensor) => flat(x).norm('euclidean', 1, true);
    const cosine = flat(a)
      .mul(flat(b))
      .sum(1, true)
      .div(length(a).mul(length(b)))
      .clipByValue(-1, 1);
    const angle = cosine.acos(); // [B, 1]
    const weight = (part: number) => {
      const exact = angle.mul(part).sin().div(angle.sin());
      return tf.where(angle.less(1e-4), tf.fill(angle.shape, part), exact); // nearly parallel: straight
    };
    const mixed = flat(a)
      .mul(weight(1 - share))
      .add(flat(b).mul(weight(share)));
    return mixed.reshape(a.shape) as X;
  });
}

export interface ModelSampleOptions extends ddpm.ModelSampleOptions, Pick<DdimOptions, 'eta' | 'steps'> {}

/** New examples of a trained DDPM, by default in 50 steps without noise: images in [0, 1], or points. -> [n, …] */
export function sample<X extends tf.Tensor>(
  model: ddpm.Ddpm,
  n: number,
  random: Random,
  { labels, weights, ...options }: ModelSampleOptions = {},
): Promise<X> {
  const { prediction, clip } = ddpm.reverseOptions(model);
  return ddpm.sampleWith(model, weights, async () => {
    const xT = random.normal([n, ...model.config.inputShape]) as tf.Tensor as X;
    const denoise = meanOf(model, ddpm.denoiserOf(model, labels));
    const x = await ddimSampleLoop(denoise, xT, model.schedule, { prediction, clip, random, ...options });
    xT.dispose();
    return x;
  });
}

/** Without the half of the answer that is about a learned variance, which these samplers do not use. */
export function meanOf({ config }: ddpm.Ddpm, denoise: ddpm.Denoiser): ddpm.Denoiser {
  if (config.variance !== 'learned') return denoise;
  return (xt, t) => tf.tidy(() => tf.split(denoise(xt, t), 2, -1)[0]);
}

/** Each step with the next earlier one, from T down. */
export function pairs(steps: readonly number[], last: number): { t: number; previous: number }[] {
  return steps
    .map((t, i) => ({ t, previous: steps[i - 1] ?? last }))
    .filter(({ t, previous }) => t > previous)
    .reverse();
}

function defaultSteps({ steps }: ddpm.Schedule): readonly number[] {
  return ddpm.stepSubsequence(steps, Math.min(50, steps));
}
