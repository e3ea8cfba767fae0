/**
 * From noise to data along the reverse of an SDE, or along the ODE that has the same marginals.
 * Song et al. (2020), arXiv:2011.13456. Equation numbers are that paper's.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import {
  normalLogProb,
  odeLogLikelihood,
  type OdeMethod,
  odeStep,
  timeGrid,
  unitProbes,
  type VectorField,
} from '../../nn';
import { type LoopOptions, samplingLoop } from '../sampling-loop';
import type { ScoreFn } from './matching';
import type { Sde } from './sde';

/** Where one step of a sampler leads: with its noise, and without (what is kept at the very end). */
export interface Moved {
  readonly x: Tensor;
  readonly mean: Tensor;
}

/** E[x(0) | x(t)] = (x + std² s)/mean (Tweedie's formula): the clean example that the score sees behind x. [B, …] -> [B, …] */
export function denoised(x: Tensor, score: Tensor, t: number, sde: Sde): Tensor {
  const { mean, std } = sde.marginalProb(t);
  return tf.tidy(() => x.add(score.mul(std ** 2)).div(mean));
}

/**
 * One Euler–Maruyama step of the reverse SDE dx = [f x − g² s] dt + g dw̄, eq. 6, from t down to t − dt.
 * @param dt above 0
 * @param noise z ~ N(0, I), the shape of x
 */
export function eulerMaruyamaStep(
  score: ScoreFn,
  x: Tensor,
  t: number,
  dt: number,
  noise: Tensor,
  sde: Sde,
): Moved & { readonly predX0: Tensor } {
  return tf.tidy(() => {
    const g = sde.diffusion(t);
    const found = score(x, everyone(x, t));
    const drift = x.mul(sde.drift(t)).sub(found.mul(g ** 2));
    const mean = x.sub(drift.mul(dt));
    return { mean, x: mean.add(noise.mul(g * Math.sqrt(dt))), predX0: denoised(x, found, t, sde) };
  });
}

/**
 * One Langevin step at a fixed time, algorithms 4 (VE) and 5 (VP), which puts right what a predictor's step got wrong. The step
 * size follows from the signal-to-noise ratio: ε = 2α (r ‖z‖/‖s‖)², norms averaged over the batch.
 * @param snr r; the paper's: 0.16 for VE, 0.01 for VP
 * @param noise z ~ N(0, I), the shape of x
 * @param alpha 1 for VE; 1 − β(t) dt, the share of the variance that a step leaves, for VP
 */
export function correctorStep(score: ScoreFn, x: Tensor, t: number, snr: number, noise: Tensor, alpha = 1): Moved {
  return tf.tidy(() => {
    const found = score(x, everyone(x, t));
    const stepSize = norm(noise)
      .div(norm(found))
      .mul(snr)
      .square()
      .mul(2 * alpha);
    const mean = x.add(found.mul(stepSize));
    return { mean, x: mean.add(noise.mul(stepSize.mul(2).sqrt())) };
  });
}

export interface SdeSamplingOptions extends LoopOptions {
  /** Default 500. */
  readonly steps?: number;
  /** Corrector steps before each predictor step; default 0. */
  readonly correctorSteps?: number;
  /** Signal-to-noise ratio of the corrector; default 0.16 for VE, 0.01 for VP. */
  readonly snr?: number;
}

/**
 * Predictor–corrector sampling, algorithm 1; without corrector steps, the reverse SDE alone. The last step adds no noise.
 * @returns a sample for each row of `shape`
 */
export function sampleSde(
  score: ScoreFn,
  shape: readonly number[],
  sde: Sde,
  random: Random,
  options: SdeSamplingOptions = {},
): Promise<Tensor> {
  const { steps = 500, correctorSteps = 0, snr = sde.kind === 'VE' ? 0.16 : 0.01, ...loop } = options;
  const times = timeGrid(1, sde.epsilon, steps);
  const start = tf.tidy(() => random.normal([...shape]).mul(sde.priorStd));
  return samplingLoop(start, times.slice(1), loop, (before, to, i) => {
    const from = times[i];
    let x = before;
    for (let k = 0; k < correctorSteps; k++) {
      const alpha = Math.exp(2 * sde.drift(from) * (from - to)); // 1 for VE; for VP 1 − β dt, or a product of such
      x = correctorStep(score, x, from, snr, random.normal(x.shape), alpha).x;
    }
    const moved = eulerMaruyamaStep(score, x, from, from - to, random.normal(x.shape), sde);
    return { x: i === steps - 1 ? moved.mean : moved.x, predX0: moved.predX0 };
  });
}

/** The probability-flow ODE dx/dt = f x − ½ g² s, eq. 13: no noise, and yet the same density at every time. */
export function probabilityFlow(score: ScoreFn, sde: Sde): VectorField {
  return (x, t) => tf.tidy(() => x.mul(sde.drift(t)).sub(score(x, everyone(x, t)).mul(sde.diffusion(t) ** 2 / 2)));
}

export interface OdeSamplingOptions extends LoopOptions {
  /** Default 50. */
  readonly steps?: number;
  /** Default `heun`. */
  readonly method?: OdeMethod;
}

/**
 * The probability flow from a point of the prior to data. The caller keeps `noise`, drawn from N(0, priorStd² I).
 * [B, …] -> [B, …]
 */
export function sampleOde(score: ScoreFn, noise: Tensor, sde: Sde, options: OdeSamplingOptions = {}): Promise<Tensor> {
  const { steps = 50, method = 'heun', ...loop } = options;
  const times = sampleTimes(sde, steps);
  const flow = probabilityFlow(score, sde);
  return samplingLoop(noise.clone(), times.slice(1), loop, (x, to, i) => {
    const [from, dt] = [times[i], to - times[i]];
    const moved = odeStep(flow, x, from, dt, method);
    // The score that this step as a whole stands for, read off eq. 13.
    const slope = moved.sub(x).div(dt);
    const found = x
      .mul(sde.drift(from))
      .sub(slope)
      .mul(2 / sde.diffusion(from) ** 2);
    return { x: moved, predX0: denoised(x, found, from, sde) };
  });
}

/**
 * log p(x) under the probability flow, eq. 39, in nats. [B, …] -> [B]
 * @param options.probes of `divergence`; default: every coordinate, exact and for few dimensions only
 */
export function logLikelihood(
  score: ScoreFn,
  x: Tensor,
  sde: Sde,
  options: { readonly steps?: number; readonly method?: OdeMethod; readonly probes?: readonly Tensor[] } = {},
): Tensor1D {
  const probes = options.probes ?? unitProbes(x.shape);
  const { logLikelihood: result, latent } = odeLogLikelihood(
    probabilityFlow(score, sde),
    x,
    sampleTimes(sde, options.steps ?? 50).reverse(),
    (z) => normalLogProb(z, sde.priorStd),
    probes,
    options.method,
  );
  latent.dispose();
  if (!options.probes) tf.dispose([...probes]);
  return result;
}

/**
 * Times from 1 to ε, closer together near the data, where the score changes fastest: VE's are even in log σ already, VP's are
 * even in √t.
 */
function sampleTimes(sde: Sde, steps: number): number[] {
  if (sde.kind === 'VE') return timeGrid(1, sde.epsilon, steps);
  return timeGrid(1, Math.sqrt(sde.epsilon), steps).map((root) => root ** 2);
}

function everyone(x: Tensor, t: number): number[] {
  return Array<number>(x.shape[0]).fill(t);
}

/** The norm of an example, averaged over the batch. */
function norm(x: Tensor): Tensor {
  return x.reshape([x.shape[0], -1]).square().sum(1).sqrt().mean();
}
