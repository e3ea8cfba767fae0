/**
 * Ordinary differential equations dx/dt = v(x, t) of a whole batch, and what they do to its density.
 * Instantaneous change of variables: Chen et al. (2018), arXiv:1806.07366, theorem 1; the trace estimator: Hutchinson
 * (1990), used as in Grathwohl et al. (2018), arXiv:1810.01367.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { UserError } from '../errors';

/** Where each point of the batch is heading at time t. [B, …] -> [B, …] */
export type VectorField = (x: Tensor, t: number) => Tensor;

/** Runge–Kutta methods by order: 1, 2 and 4, with as many evaluations of the field a step. */
export type OdeMethod = 'euler' | 'heun' | 'rk4';

/** Butcher tableaus: stage i looks at x + dt Σ_j a[i][j] k_j at time t + c[i] dt; the step is dt Σ b[i] k_i. */
const tableaus: Readonly<Record<OdeMethod, { a: readonly number[][]; b: readonly number[]; c: readonly number[] }>> = {
  euler: { a: [[]], b: [1], c: [0] },
  heun: { a: [[], [1]], b: [1 / 2, 1 / 2], c: [0, 1] },
  rk4: { a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]], b: [1 / 6, 1 / 3, 1 / 3, 1 / 6], c: [0, 1 / 2, 1 / 2, 1] },
};

/** How often a step asks for the field: what it costs, and what samplers should be compared at. */
export function evaluationsPerStep(method: OdeMethod): number {
  return tableaus[method].b.length;
}

/** `steps` equal steps from one time to another. -> steps + 1 times */
export function timeGrid(from: number, to: number, steps: number): number[] {
  if (!Number.isInteger(steps) || steps < 1) throw new UserError(`steps is a whole number from 1, got ${steps}.`);
  return Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps);
}

/** One step x(t) -> x(t + dt); dt may be negative. [B, …] -> [B, …] */
export function odeStep(field: VectorField, x: Tensor, t: number, dt: number, method: OdeMethod = 'heun'): Tensor {
  return rungeKutta(([state], time) => [field(state, time)], [x], t, dt, method)[0];
}

export interface OdeOptions {
  /** Default `heun`. */
  readonly method?: OdeMethod;
  /** After each step; `x` is valid during the call. */
  readonly onStep?: (info: { readonly step: number; readonly t: number; readonly x: Tensor }) => void;
}

/** Follows the field through all of `times`, in order. The caller keeps `x`. [B, …] -> [B, …] */
export function odeSolve(field: VectorField, x: Tensor, times: readonly number[], options: OdeOptions = {}): Tensor {
  const { method = 'heun', onStep } = options;
  let state = x.clone();
  for (let i = 1; i < times.length; i++) {
    const before = state;
    state = odeStep(field, before, times[i - 1], times[i] - times[i - 1], method);
    before.dispose();
    onStep?.({ step: i, t: times[i], x: state });
  }
  return state;
}

/**
 * The divergence ∇·v = tr ∂v/∂x of each example, as Σ εᵀ(∂v/∂x)ε over probes: exact with `unitProbes`, and without bias with
 * the mean of `randomProbes`. One gradient for each probe. [B, …], probes of that shape -> [B]
 */
export function divergence(field: VectorField, x: Tensor, t: number, probes: readonly Tensor[]): Tensor1D {
  return tf.tidy(() => {
    const along = probes.map((probe) => {
      const product = tf.grad((y) => field(y, t).mul(probe).sum())(x); // (∂v/∂x)ᵀ ε
      return product.mul(probe).reshape([x.shape[0], -1]).sum<Tensor1D>(1); // [B]
    });
    return tf.addN(along);
  });
}

/**
 * Each coordinate in turn: the exact divergence, at a gradient for each dimension. Good for two dimensions.
 * @param shape of x, [B, …]; each probe has it
 */
export function unitProbes(shape: readonly number[]): Tensor[] {
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  return Array.from({ length: size }, (_, coordinate) => {
    const values = new Float32Array(shape[0] * size);
    for (let i = coordinate; i < values.length; i += size) values[i] = 1;
    return tf.tensor(values, [...shape]);
  });
}

/**
 * Random signs (Rademacher), scaled so that their sum over `count` probes is Hutchinson's estimate.
 * @param shape of x, [B, …]; each probe has it
 */
export function randomProbes(shape: readonly number[], count: number, random: Random): Tensor[] {
  return Array.from({ length: count }, () =>
    tf.tidy(() =>
      random
        .uniform([...shape])
        .greater(0.5)
        .toFloat()
        .mul(2)
        .sub(1)
        .div(Math.sqrt(count)),
    ),
  );
}

/**
 * log p(x) at `times[0]` of points whose density at the last time is known: follows the points there and adds up
 * ∫ ∇·v dt on the way, theorem 1. In nats. [B, …] -> [B]
 *
 * @param logPrior log-density at the last time, [B, …] -> [B]
 * @param probes of `divergence`
 */
export function odeLogLikelihood(
  field: VectorField,
  x: Tensor,
  times: readonly number[],
  logPrior: (x: Tensor) => Tensor1D,
  probes: readonly Tensor[],
  method: OdeMethod = 'rk4',
): { readonly logLikelihood: Tensor1D; readonly latent: Tensor } {
  const augmented = ([state]: readonly Tensor[], t: number) => [field(state, t), divergence(field, state, t, probes)];
  let [state, change]: Tensor[] = [x.clone(), tf.zeros([x.shape[0]])];
  for (let i = 1; i < times.length; i++) {
    const before = [state, change];
    [state, change] = rungeKutta(augmented, before, times[i - 1], times[i] - times[i - 1], method);
    tf.dispose(before);
  }
  const logLikelihood = tf.tidy(() => logPrior(state).add<Tensor1D>(change));
  change.dispose();
  return { logLikelihood, latent: state };
}

/** log N(x; 0, σ²I) of each example, in nats. [B, …] -> [B] */
export function normalLogProb(x: Tensor, std = 1): Tensor1D {
  return tf.tidy(() => {
    const flat = x.reshape([x.shape[0], -1]); // [B, n]
    const constant = (flat.shape[1] as number) * (Math.log(std) + 0.5 * Math.log(2 * Math.PI));
    return flat.div(std).square().sum<Tensor1D>(1).mul<Tensor1D>(-0.5).sub<Tensor1D>(constant);
  });
}

/** One step of a state of several tensors. */
function rungeKutta(
  field: (state: readonly Tensor[], t: number) => Tensor[],
  state: readonly Tensor[],
  t: number,
  dt: number,
  method: OdeMethod,
): Tensor[] {
  const { a, b, c } = tableaus[method];
  return tf.tidy(() => {
    const slopes: Tensor[][] = [];
    const moved = (weights: readonly number[]) =>
      state.map((part, p) =>
        weights.reduce((sum, weight, j) => (weight === 0 ? sum : sum.add(slopes[j][p].mul(dt * weight))), part),
      );
    for (const [i, weights] of a.entries()) slopes.push(field(moved(weights), t + c[i] * dt));
    return moved(b);
  });
}
