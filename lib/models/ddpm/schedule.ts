/** How much noise at which step: the forward process's numbers, in float64. */
import { UserError } from '../../errors';

/**
 * A noise schedule, with one entry for each step 0…T. Entry 0 is the clean image (ᾱ_0 = 1), so that `[t]` reads as the
 * subscript t does in the paper.
 */
export interface Schedule {
  /** T. */
  readonly steps: number;
  /** β_t: variance of the noise that step t adds. */
  readonly betas: readonly number[];
  /** α_t = 1 − β_t. */
  readonly alphas: readonly number[];
  /** ᾱ_t = α_1 ⋯ α_t: what is left of the image's variance at step t. */
  readonly alphasCumprod: readonly number[];
  /** β̃_t of eq. 7: variance of q(x_{t−1}|x_t,x_0); 0 at t = 1. */
  readonly posteriorVariance: readonly number[];
  /** log β̃_t, at t = 1 that of β̃_2, because log 0 is none. */
  readonly posteriorLogVariance: readonly number[];
  /** Weight of x_0 in the mean of q(x_{t−1}|x_t,x_0), eq. 7. */
  readonly posteriorMeanCoef1: readonly number[];
  /** Weight of x_t in it. */
  readonly posteriorMeanCoef2: readonly number[];
  /** What the network is told at step t: t itself, or, in a respaced schedule, the step that it was trained with. */
  readonly timesteps: readonly number[];
}

/** With less than this of the image's variance left, x_T counts as noise. */
const maxSignal = 1e-3;

/**
 * The schedule of §4: β from 1e-4 to 0.02 over 1,000 steps. A shorter one is scaled by 1000/T, so that x_T is still noise:
 * unscaled, T = 50 would leave ᾱ_T at 0.60.
 * @param ends β_1 and β_T, used as they are
 * @throws UserError when a β would not lie in (0, 1), or when x_T would not be noise
 */
export function linearSchedule(steps: number, ends?: readonly [number, number]): Schedule {
  checkSteps('linearSchedule', steps);
  const scale = 1000 / steps;
  const [first, last] = ends ?? [1e-4 * scale, 0.02 * scale];
  if (!ends && last >= 1) {
    throw new UserError(`linearSchedule: ${steps} steps are too few, from 21 on every β stays below 1.`);
  }
  const betas = Array.from({ length: steps }, (_, i) => first + ((last - first) * i) / Math.max(1, steps - 1));
  return expectNoise(scheduleOf(betas), 'linearSchedule');
}

/**
 * Nichol & Dhariwal (2021), arXiv:2102.09672, eq. 17: ᾱ falls as a squared cosine, gently at both ends; small images keep
 * more of their signal for longer. β is at most 0.999.
 */
export function cosineSchedule(steps: number, offset = 0.008): Schedule {
  checkSteps('cosineSchedule', steps);
  const left = (t: number) => Math.cos(((t / steps + offset) / (1 + offset)) * (Math.PI / 2)) ** 2;
  const betas = Array.from({ length: steps }, (_, i) => Math.min(1 - left(i + 1) / left(i), 0.999));
  return expectNoise(scheduleOf(betas), 'cosineSchedule');
}

/**
 * The schedule of any β_1…β_T. Whether x_T is noise is not asked here: see `expectNoise`.
 * @param timesteps what the network is told at each step; default 1…T
 */
export function scheduleOf(betas: readonly number[], timesteps?: readonly number[]): Schedule {
  const steps = betas.length;
  checkSteps('scheduleOf', steps);
  const wrong = betas.findIndex((beta) => !(beta > 0 && beta < 1));
  if (wrong >= 0) throw new UserError(`scheduleOf: every β lies between 0 and 1, β_${wrong + 1} is ${betas[wrong]}.`);
  if (timesteps && timesteps.length !== steps) {
    throw new UserError(
      `scheduleOf: timesteps needs an entry for each of the ${steps} steps, got ${timesteps.length}.`,
    );
  }
  const all = [0, ...betas];
  const alphas = all.map((beta) => 1 - beta);
  let product = 1;
  const left = alphas.map((alpha) => (product *= alpha));
  const before = left.map((_, t) => left[t - 1] ?? 1);
  const posteriorVariance = all.map((beta, t) => (t > 1 ? (beta * (1 - before[t])) / (1 - left[t]) : 0));
  // With one step only there is no β̃_2; β_1 is then as good as any.
  const firstVariance = posteriorVariance[2] ?? all[1];
  return {
    steps,
    betas: all,
    alphas,
    alphasCumprod: left,
    posteriorVariance,
    posteriorLogVariance: posteriorVariance.map((variance, t) => Math.log(t > 1 ? variance : firstVariance)),
    posteriorMeanCoef1: all.map((beta, t) => (t > 0 ? (Math.sqrt(before[t]) * beta) / (1 - left[t]) : 1)),
    posteriorMeanCoef2: all.map((_, t) => (t > 0 ? (Math.sqrt(alphas[t]) * (1 - before[t])) / (1 - left[t]) : 0)),
    timesteps: timesteps ? [0, ...timesteps] : all.map((_, t) => t),
  };
}

/**
 * Sampling starts at pure noise, so x_T of the forward process must be that too.
 * @throws UserError when more than 1/1000 of the image's variance is left at T
 */
export function expectNoise(schedule: Schedule, where = 'expectNoise'): Schedule {
  const left = schedule.alphasCumprod[schedule.steps];
  if (left < maxSignal) return schedule;
  throw new UserError(
    `${where}: after ${schedule.steps} steps ᾱ_T is ${left.toPrecision(2)}, so the image still shows through x_T and sampling ` +
      `from pure noise would start at the wrong place. It must be below ${maxSignal}: take more steps or larger β.`,
  );
}

/**
 * The schedule of a subsequence of the steps, Nichol & Dhariwal (2021), §4: a model trained with T steps samples with fewer. The
 * ᾱ at the steps that stay are the same; the β between them grow accordingly.
 * @param steps which stay, in rising order, from 1…T; the last must be T
 */
export function respace(schedule: Schedule, steps: readonly number[]): Schedule {
  checkSubsequence('respace', steps, schedule.steps);
  const left = (i: number) => (i < 0 ? 1 : schedule.alphasCumprod[steps[i]]);
  return scheduleOf(
    steps.map((_, i) => 1 - left(i) / left(i - 1)),
    steps.map((t) => schedule.timesteps[t]),
  );
}

/**
 * `count` of the steps 1…T in rising order, T among them. Song, Meng & Ermon (2020), arXiv:2010.02502, appendix D.2: `linear`
 * takes them evenly, `quadratic` more densely where there is little noise.
 */
export function stepSubsequence(
  steps: number,
  count: number,
  spacing: 'linear' | 'quadratic' = 'linear',
): readonly number[] {
  if (!Number.isInteger(count) || count < 1 || count > steps) {
    throw new UserError(`stepSubsequence: of ${steps} steps between 1 and ${steps} can be taken, got ${count}.`);
  }
  const power = spacing === 'linear' ? 1 : 2;
  // Squares crowd together near 0, where whole steps run out: each is at least one above the last.
  let before = 0;
  return Array.from({ length: count }, (_, i) => {
    const wanted = Math.round(steps * ((i + 1) / count) ** power);
    before = Math.max(wanted, before + 1);
    return before;
  });
}

function checkSubsequence(where: string, chosen: readonly number[], steps: number): void {
  const rises = chosen.every((t, i) => Number.isInteger(t) && t > (chosen[i - 1] ?? 0));
  if (rises && chosen[chosen.length - 1] === steps) return;
  throw new UserError(
    `${where}: steps are whole numbers that rise from 1 and end with T = ${steps}, got [${String(chosen)}].`,
  );
}

function checkSteps(where: string, steps: number): void {
  if (Number.isInteger(steps) && steps > 0) return;
  throw new UserError(`${where}: the number of steps is a whole number from 1, got ${steps}.`);
}
