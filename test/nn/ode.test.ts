import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import {
  divergence,
  normalLogProb,
  odeLogLikelihood,
  type OdeMethod,
  odeSolve,
  odeStep,
  randomProbes,
  timeGrid,
  unitProbes,
  type VectorField,
} from '../../lib/nn';

beforeAll(() => ready());

/** dx/dt = A x, whose flow is a matrix exponential: a turn by t and a growth by e^{t/2}. */
const spiral: VectorField = (x) => tf.matMul(x as tf.Tensor2D, tf.tensor2d([[0.5, 1], [-1, 0.5]])); // prettier-ignore
const start = () => tf.tensor2d([[1, 0], [0, 2]]); // prettier-ignore
const end = [
  [Math.cos(1), Math.sin(1)],
  [-2 * Math.sin(1), 2 * Math.cos(1)],
].map((row) => row.map((value) => value * Math.exp(0.5)));

function error(method: OdeMethod, steps: number): number {
  const x = odeSolve(spiral, start(), timeGrid(0, 1, steps), { method });
  return x.sub(tf.tensor2d(end)).abs().max().dataSync()[0];
}

describe('odeSolve', () => {
  test.each([
    ['euler', 1, 16],
    ['heun', 2, 16],
    ['rk4', 4, 4],
  ] as const)('%s is of order %i: half the step, that power of ½ of the error', (method, order, steps) => {
    const ratio = error(method, steps) / error(method, 2 * steps);
    expect(Math.log2(ratio)).toBeGreaterThan(order - 0.35);
    expect(Math.log2(ratio)).toBeLessThan(order + 0.35);
  });

  test('goes back where it came from, and tells each step', () => {
    const seen: number[] = [];
    const there = odeSolve(spiral, start(), timeGrid(0, 1, 20), { method: 'rk4', onStep: ({ t }) => seen.push(t) });
    const back = odeSolve(spiral, there, timeGrid(1, 0, 20), { method: 'rk4' });
    expect(back.sub(start()).abs().max().dataSync()[0]).toBeLessThan(1e-5);
    expect(seen).toHaveLength(20);
    expect(seen[19]).toBe(1);
  });

  test('leaves no tensor but its result', () => {
    const x = start();
    const before = tf.memory().numTensors;
    odeSolve(spiral, x, timeGrid(0, 1, 3)).dispose();
    odeStep(spiral, x, 0, 0.1).dispose();
    const probes = [...unitProbes([2, 2]), ...randomProbes([2, 2], 2, new Random(0))];
    divergence(spiral, x, 0, probes).dispose();
    const { logLikelihood, latent } = odeLogLikelihood(spiral, x, timeGrid(0, 1, 2), normalLogProb, probes);
    tf.dispose([logLikelihood, latent, ...probes]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('divergence', () => {
  const field: VectorField = (x) => tf.stack([x.square().sum(1), x.slice([0, 0], [-1, 1]).reshape([-1]).sin()], 1);

  test('with a probe for each coordinate it is ∂v₁/∂x₁ + ∂v₂/∂x₂', () => {
    const x = tf.tensor2d([[0.3, -1], [2, 0.5]]); // prettier-ignore
    const found = divergence(field, x, 0, unitProbes(x.shape)).dataSync();
    [2 * 0.3, 2 * 2].forEach((value, i) => expect(Math.abs(found[i] - value)).toBeLessThan(1e-5)); // v₂ knows only x₁
  });

  test('with random signs it is so on average', () => {
    const x = tf.tensor2d([[0.3, -1], [2, 0.5]]); // prettier-ignore
    const found = divergence(field, x, 0, randomProbes(x.shape, 400, new Random(1))).dataSync();
    // Off-diagonal terms 2x₂ + cos x₁ have standard deviation |…|/√400 = 0.05 and 0.03.
    [0.6, 4].forEach((value, i) => expect(Math.abs(found[i] - value)).toBeLessThan(0.3));
  });
});

test('odeLogLikelihood of a linear flow is the Gaussian’s that it makes', () => {
  const x = tf.tensor2d([[0.4, -0.2], [1.5, 1]]); // prettier-ignore
  const { logLikelihood } = odeLogLikelihood(spiral, x, timeGrid(0, 1, 10), normalLogProb, unitProbes(x.shape));
  // x(1) = e^{1/2} R x ~ N(0, I), so x ~ N(0, e^{-1} I).
  const expected = normalLogProb(x, Math.exp(-0.5)).dataSync();
  logLikelihood.dataSync().forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-4));
});
