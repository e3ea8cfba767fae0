/**
 * Langevin dynamics: sampling with nothing but the score.
 * Song & Ermon (2019), Generative Modeling by Estimating Gradients of the Data Distribution, arXiv:1907.05600.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { UserError } from '../../errors';
import { langevinStep } from '../processes';
import type { ScoreFn } from './matching';

/** σ_1 > … > σ_L with one ratio between neighbours. -> L noise levels */
export function geometricSigmas(largest: number, smallest: number, levels: number): number[] {
  if (!(smallest > 0 && largest > smallest && Number.isInteger(levels) && levels >= 2)) {
    throw new UserError(
      `geometricSigmas: largest > smallest > 0 and at least 2 levels, got ${largest}, ${smallest} and ${levels}.`,
    );
  }
  return Array.from({ length: levels }, (_, i) => largest * (smallest / largest) ** (i / (levels - 1)));
}

export interface AnnealedLangevinOptions {
  /** T, steps at each noise level; default 100. */
  readonly stepsPerLevel?: number;
  /** ε: the step at the smallest noise level; default 2e-5, the paper's for images in [0, 1]. */
  readonly epsilon?: number;
  /** After each noise level; `x` is valid during the call. */
  readonly onLevel?: (info: { readonly level: number; readonly sigma: number; readonly x: Tensor }) => void;
}

/**
 * Algorithm 1: from strong noise, where the score is known everywhere, to weak noise, with α_i = ε σ_i²/σ_L².
 * @param score takes a noise level σ for each example
 * @param x where the walk starts, [B, …]; the caller keeps it. The end has the same shape.
 */
export function annealedLangevin(
  score: ScoreFn,
  x: Tensor,
  sigmas: readonly number[],
  random: Random,
  options: AnnealedLangevinOptions = {},
): Tensor {
  const { stepsPerLevel = 100, epsilon = 2e-5, onLevel } = options;
  const last = sigmas[sigmas.length - 1];
  let state = x.clone();
  for (const [level, sigma] of sigmas.entries()) {
    const stepSize = (epsilon * sigma ** 2) / last ** 2;
    const levels = Array<number>(x.shape[0]).fill(sigma);
    for (let step = 0; step < stepsPerLevel; step++) {
      const before = state;
      state = tf.tidy(() => langevinStep(before, score(before, levels), stepSize, random.normal(before.shape)));
      before.dispose();
    }
    onLevel?.({ level: level + 1, sigma, x: state });
  }
  return state;
}
