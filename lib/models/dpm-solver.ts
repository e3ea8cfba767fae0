/**
 * DPM-Solver++(2M): the ODE of DDIM, solved with two answers of the network at each step. As good as DDIM in half the steps or fewer.
 * Lu et al. (2022), arXiv:2211.01095; equation and algorithm numbers are that paper's (its α, σ are √ᾱ, √(1−ᾱ)).
 *
 * In λ = log(α/σ), half the log signal-to-noise ratio, the linear part of the ODE is solved exactly; what is left is an integral over
 * x̂_0, which changes slowly. Taking it as constant over a step gives DDIM; as a line through two steps, this.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { meanOf, pairs } from './ddim';
import * as ddpm from './ddpm';
import { type LoopOptions, samplingLoop } from './sampling-loop';

/** λ_t = log(√ᾱ_t / √(1−ᾱ_t)); infinite at t = 0. */
export function logSnr(t: number, { alphasCumprod }: ddpm.Schedule): number {
  return 0.5 * Math.log(alphasCumprod[t] / (1 - alphasCumprod[t]));
}

/**
 * `count` of the steps 1…T in rising order, as even in λ as whole steps allow, T among them: the spacing in which few steps do best
 * (§5.3 of the first DPM-Solver, arXiv:2206.00927).
 */
export function logSnrSteps(schedule: ddpm.Schedule, count: number): readonly number[] {
  ddpm.stepSubsequence(schedule.steps, count); // checks the count
  const [first, last] = [logSnr(1, schedule), logSnr(schedule.steps, schedule)];
  const chosen: number[] = [];
  for (let i = 0; i < count; i++) {
    const wanted = first + ((last - first) * (i + 1)) / count;
    let t = (chosen[i - 1] ?? 0) + 1;
    const latest = schedule.steps - (count - 1 - i); // leaves a step for each that is to come
    while (t < latest && Math.abs(logSnr(t + 1, schedule) - wanted) <= Math.abs(logSnr(t, schedule) - wanted)) t++;
    chosen.push(i === count - 1 ? schedule.steps : t);
  }
  return chosen;
}

/**
 * One step from t to `previous`, algorithm 2, line 8 (eq. 9 where there is no earlier answer):
 * x_s = (σ_s/σ_t) x_t − α_s (e^{−h} − 1) D with h = λ_s − λ_t.
 * @param x0 the network's x̂_0 at t
 * @param earlier its x̂_0 at the step before, and which step that was; left out, the step is of first order: DDIM's
 */
export function dpmSolverStep<X extends tf.Tensor>(
  xt: X,
  x0: X,
  t: number,
  previous: number,
  schedule: ddpm.Schedule,
  earlier?: { readonly x0: X; readonly t: number },
): X {
  return tf.tidy(() => {
    const left = schedule.alphasCumprod;
    const h = logSnr(previous, schedule) - logSnr(t, schedule);
    const shrink = Math.sqrt((1 - left[previous]) / (1 - left[t])); // σ_s / σ_t
    let d: tf.Tensor = x0;
    if (earlier) {
      const r = (logSnr(t, schedule) - logSnr(earlier.t, schedule)) / h;
      d = x0.mul(1 + 1 / (2 * r)).sub(earlier.x0.mul(1 / (2 * r)));
    }
    return xt.mul(shrink).sub(d.mul(Math.sqrt(left[previous]) * Math.expm1(-h))) as X;
  });
}

export interface DpmSolverOptions extends Pick<ddpm.ReverseOptions, 'prediction' | 'clip'>, LoopOptions {
  /** Which of the steps 1…T are taken, in rising order; T last. Default: 20 (or all, if there are fewer), evenly in λ. */
  readonly steps?: readonly number[];
  /** Where it ends: 0 (default) is the image, 1 leaves the noise of the first step in. */
  readonly last?: 0 | 1;
}

/**
 * Algorithm 2, from x_T to x_0. The last step is of first order where it leads to t = 0, at which λ is infinite, and with fewer than
 * 15 steps, for stability. `xT` stays the caller's. [B, …] -> [B, …]
 */
export async function dpmSolverSampleLoop<X extends tf.Tensor>(
  denoise: ddpm.Denoiser,
  xT: X,
  schedule: ddpm.Schedule,
  options: DpmSolverOptions = {},
): Promise<X> {
  const { steps = logSnrSteps(schedule, Math.min(20, schedule.steps)), last = 0 } = options;
  const { prediction = 'epsilon', clip } = options;
  const moves = pairs(steps, last);
  let earlier: { x0: X; t: number } | undefined;
  try {
    return await samplingLoop(xT.clone() as X, moves, options, (xt, { t, previous }, i) => {
      const answer = denoise(xt, ddpm.everyone(xt, schedule.timesteps[t])) as X;
      const { x0 } = ddpm.partsOf(prediction, answer, xt, ddpm.everyone(xt, t), schedule, clip);
      const isLast = i === moves.length - 1;
      const isFirstOrder = isLast && (previous === 0 || moves.length < 15);
      const x = dpmSolverStep(xt, x0, t, previous, schedule, isFirstOrder ? undefined : earlier);
      earlier?.x0.dispose();
      earlier = { x0: tf.keep(x0.clone() as X), t };
      return { x, predX0: x0 };
    });
  } finally {
    earlier?.x0.dispose();
  }
}

export interface ModelSampleOptions extends ddpm.ModelSampleOptions, Pick<DpmSolverOptions, 'steps'> {}

/** New examples of a trained DDPM, by default in 20 steps: images in [0, 1], or points. -> [n, …] */
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
    const x = await dpmSolverSampleLoop(denoise, xT, model.schedule, { prediction, clip, ...options });
    xT.dispose();
    return x;
  });
}
