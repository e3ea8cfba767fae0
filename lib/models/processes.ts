/**
 * Random processes that diffusion models are made of: the drunkard's walk, Brownian motion, Markov chains, Langevin dynamics.
 * Plain numbers in float64, except for Langevin's step, which moves tensors.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { UserError } from '../errors';
import { expectSameShape } from './shapes';

/**
 * The drunkard's walk: from 0, each step one to the right with probability p, else one to the left. After n steps the mean is
 * n(2p − 1) and the variance 4np(1 − p).
 * @returns the places at times 0…steps
 */
export function randomWalk(steps: number, random: Random, p = 0.5): Float64Array {
  checkSteps('randomWalk', steps);
  if (!(p >= 0 && p <= 1)) throw new UserError(`randomWalk: p is a probability, got ${p}.`);
  const places = new Float64Array(steps + 1);
  for (let i = 1; i <= steps; i++) places[i] = places[i - 1] + (random.next() < p ? 1 : -1);
  return places;
}

/**
 * Brownian motion, Wiener (1923): independent increments W(t + dt) − W(t) ~ N(0, dt). What the walk becomes when its steps shrink as
 * the root of the time between them.
 * @returns W at the times 0, duration/steps, …, duration
 */
export function brownianMotion(steps: number, duration: number, random: Random): Float64Array {
  checkSteps('brownianMotion', steps);
  if (!(duration > 0)) throw new UserError(`brownianMotion: duration is above 0, got ${duration}.`);
  const increments = tf.tidy(() => random.normal([steps], 0, Math.sqrt(duration / steps)).dataSync());
  const path = new Float64Array(steps + 1);
  increments.forEach((increment, i) => (path[i + 1] = path[i] + increment));
  return path;
}

/** Row i: the probabilities of going from state i to each state. */
export type TransitionMatrix = readonly (readonly number[])[];

/** Follows a Markov chain: the next state depends on this one alone. -> the states at times 0…steps */
export function simulateChain(matrix: TransitionMatrix, start: number, steps: number, random: Random): Int32Array {
  checkMatrix('simulateChain', matrix);
  checkSteps('simulateChain', steps);
  if (!(start in matrix)) throw new UserError(`simulateChain: start is a state 0…${matrix.length - 1}, got ${start}.`);
  const states = Int32Array.of(start, ...new Array<number>(steps).fill(0));
  for (let i = 1; i <= steps; i++) states[i] = draw(matrix[states[i - 1]], random);
  return states;
}

/** p P: where a chain is after one step, if it is now distributed as p. [n] -> [n] */
export function chainStep(distribution: readonly number[], matrix: TransitionMatrix): number[] {
  checkMatrix('chainStep', matrix);
  if (distribution.length !== matrix.length) {
    throw new UserError(`chainStep: one probability for each of ${matrix.length} states, got ${distribution.length}.`);
  }
  return matrix.map((_, to) => distribution.reduce((sum, p, from) => sum + p * matrix[from][to], 0));
}

/**
 * The distribution that a step leaves as it is, π = π P with Σ π = 1, by Gaussian elimination: also of chains that go round in circles
 * and never settle.
 * @throws UserError when there is more than one, because some states cannot be reached from others
 */
export function stationaryDistribution(matrix: TransitionMatrix): number[] {
  checkMatrix('stationaryDistribution', matrix);
  const n = matrix.length;
  // (Pᵀ − I) π = 0; the equations depend on one another, so the last gives way to Σ π = 1.
  const rows = matrix.map((_, i) =>
    i < n - 1 ? [...matrix.map((row, j) => row[i] - (i === j ? 1 : 0)), 0] : [...new Array<number>(n).fill(1), 1],
  );
  for (let k = 0; k < n; k++) {
    const size = (i: number) => Math.abs(rows[i][k]);
    const pivot = rows.reduce((best, _, i) => (i >= k && (best < k || size(i) > size(best)) ? i : best), -1);
    if (size(pivot) < 1e-12) {
      throw new UserError(
        'stationaryDistribution: this chain has more than one, because it falls apart into groups of states that it does not leave.',
      );
    }
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      rows[i] = rows[i].map((value, j) => value - factor * rows[k][j]);
    }
  }
  return rows.map((row, i) => Math.max(0, row[n] / row[i])); // rounding may leave −1e-17
}

/** How often each of n states was visited, as shares that add up to 1. */
export function visits(states: ArrayLike<number>, n: number): number[] {
  const counts = new Array<number>(n).fill(0);
  for (let i = 0; i < states.length; i++) counts[states[i]]++;
  return counts.map((count) => count / states.length);
}

/**
 * One step of Langevin dynamics, Langevin (1908), as Song & Ermon (2019), arXiv:1907.05600, eq. 4, use it: x ← x + (ε/2) ∇ log p(x) + √ε z.
 * For small ε, and after many steps, x is a draw from p, wherever it started. [B, …] -> [B, …]
 * @param score ∇ log p at x
 * @param noise z ~ N(0, I), the shape of x
 */
export function langevinStep<X extends tf.Tensor>(x: X, score: X, stepSize: number, noise: X): X {
  expectSameShape('langevinStep', { x, score, noise });
  if (!(stepSize > 0)) throw new UserError(`langevinStep: stepSize is above 0, got ${stepSize}.`);
  return tf.tidy(() => x.add(score.mul(stepSize / 2)).add(noise.mul(Math.sqrt(stepSize))) as X);
}

function draw(probabilities: readonly number[], random: Random): number {
  let left = random.next();
  const found = probabilities.findIndex((p) => (left -= p) < 0);
  if (found >= 0) return found;
  // The probabilities may add up to a little less than 1.
  return probabilities.reduce((last, p, i) => (p > 0 ? i : last), 0);
}

function checkMatrix(where: string, matrix: TransitionMatrix): void {
  matrix.forEach((row, i) => {
    const total = row.reduce((a, b) => a + b, 0);
    if (row.length === matrix.length && row.every((p) => p >= 0) && Math.abs(total - 1) < 1e-6) return;
    throw new UserError(
      `${where}: each row has a probability for each of the ${matrix.length} states, and they add up to 1; row ${i} is ` +
        `[${String(row)}].`,
    );
  });
}

function checkSteps(where: string, steps: number): void {
  if (Number.isInteger(steps) && steps > 0) return;
  throw new UserError(`${where}: steps is a whole number from 1, got ${steps}.`);
}
