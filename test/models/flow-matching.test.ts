import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { flowMatching as flow } from '../../lib/models';
import { type OdeMethod } from '../../lib/nn';
import golden from '../golden/flow-matching.json';

beforeAll(() => ready());

const { field, euler, heun, loss } = golden.cases;
const matrix = (values: number[][]) => tf.tensor2d(values);
const apart = (found: tf.Tensor, expected: number[][]) => found.sub(matrix(expected)).abs().max().dataSync()[0];

describe('against PyTorch in double precision', () => {
  const [x1, noise] = [() => matrix(loss.x1), () => matrix(loss.noise)];

  test('the path and its velocity', () => {
    expect(apart(flow.interpolate(noise(), x1(), loss.t, loss.sigmaMin), loss.xt)).toBeLessThan(1e-5);
    expect(apart(flow.targetVelocity(noise(), x1(), loss.sigmaMin), loss.velocity)).toBeLessThan(1e-5);
  });

  test('the loss and its gradient', () => {
    const { value, grad } = tf.valueAndGrad((w) =>
      flow.flowMatchingLoss((x) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), x1(), loss.t, noise(), loss.sigmaMin),
    )(matrix(loss.weight));
    expect(Math.abs(value.dataSync()[0] - loss.loss)).toBeLessThan(1e-5 * loss.loss);
    expect(apart(grad, loss.gradient)).toBeLessThan(1e-5);
  });
});

describe('steps, against diffusers', () => {
  // There σ falls from 1 to 0 and the velocity points to the noise.
  const velocity: flow.Velocity = (x, t) =>
    tf
      .matMul(x as tf.Tensor2D, matrix(field.matrix))
      .add(tf.outerProduct(tf.tensor1d(t.map((time) => 1 - time)), tf.tensor1d(field.shift)))
      .neg();

  test.each([
    ['euler', euler],
    ['heun', heun],
  ] as const)('%s', (method: OdeMethod, { sigmas, states }: typeof euler) => {
    let x: tf.Tensor = matrix(field.start);
    states.forEach((expected, i) => {
      x = flow.flowStep(velocity, x, 1 - sigmas[i], sigmas[i] - sigmas[i + 1], method);
      expect(apart(x, expected), `step ${i + 1}`).toBeLessThan(1e-5 * Math.max(1, ...expected.flat().map(Math.abs)));
    });
    expect(states.length).toBeGreaterThan(4);
  });
});

describe('the exact velocity of a Gaussian', () => {
  // x_1 ~ N(m, s²) and x_0 ~ N(0, 1): x_t ~ N(tm, v) with v = t²s² + (1−t)², and v(x, t) = m + (ts² − (1−t))/v · (x − tm).
  const [m, s] = [2, 0.5];
  const velocity: flow.Velocity = (x, [t]) => {
    const variance = t * t * s * s + (1 - t) ** 2;
    return x
      .sub(t * m)
      .mul((t * s * s - (1 - t)) / variance)
      .add(m);
  };
  const end = (method: OdeMethod, steps: number) => {
    let x: tf.Tensor = tf.tensor2d([[-1], [0], [1.5]]);
    for (let i = 0; i < steps; i++) x = flow.flowStep(velocity, x, i / steps, 1 / steps, method);
    return x;
  };
  const exact = [-1, 0, 1.5].map((z) => [m + s * z]);

  test('carries N(0, 1) to N(m, s²), and Heun’s method better than Euler’s at as many evaluations', () => {
    const [byEuler, byHeun] = [apart(end('euler', 20), exact), apart(end('heun', 10), exact)];
    expect(byEuler).toBeLessThan(0.08);
    expect(byHeun).toBeLessThan(byEuler / 3);
  });

  test('gives the Gaussian’s log p(x)', () => {
    const x = tf.tensor2d([[1], [2], [3]]);
    const found = flow.logLikelihood(velocity, x, { steps: 20 }).dataSync();
    [1, 2, 3].forEach((value, i) => {
      const expected = -0.5 * ((value - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
      expect(Math.abs(found[i] - expected)).toBeLessThan(1e-3);
    });
  });

  test('is where the loss is smallest', () => {
    const random = new Random(1);
    const n = 4000;
    const [noise, x1] = [random.normal([n, 1]), random.normal([n, 1]).mul(s).add(m)];
    for (const t of [0.1, 0.5, 0.9]) {
      const times = Array<number>(n).fill(t);
      const at = (slope: number, shift: number) =>
        flow.flowMatchingLoss((x, all) => velocity(x, all).mul(slope).add(shift), x1, times, noise).dataSync()[0];
      for (const [slope, shift] of [[1.1, 0], [0.9, 0], [1, 0.1], [1, -0.1]]) expect(at(1, 0)).toBeLessThan(at(slope, shift)); // prettier-ignore
    }
  });
});

test('times: evenly, or most in the middle', () => {
  const share = (sampling: flow.TimeSampling) => {
    const times = flow.drawTimes(4000, new Random(2), sampling);
    expect(times.every((t) => t >= 0 && t <= 1)).toBe(true);
    return times.filter((t) => t > 0.25 && t < 0.75).length / times.length;
  };
  expect(share('uniform')).toBeGreaterThan(0.46);
  expect(share('uniform')).toBeLessThan(0.54);
  expect(share('logit-normal')).toBeGreaterThan(0.68); // P(|z| < log 3) = 0.728
});

test('messages', () => {
  const x = tf.zeros([3, 2]);
  expect(() => flow.interpolate(x, x, [0.5])).toThrow(/t has a number for each of the 3 examples, got 1/);
  expect(() => flow.targetVelocity(tf.zeros([3, 1]), x)).toThrow(/noise must have the shape of x1/);
  expect(() => flow.buildFlow({ inputShape: [2, 2] })).toThrow(/inputShape is \[H, W, C\]/);
});

test('a model leaves no tensor but its results, and repeats itself', async () => {
  const model = flow.buildFlow({ inputShape: [2], mlp: { width: 16, layers: 1 } });
  const x = new Random(1).normal([8, 2]);
  await flow.trainFlow(model, x, { epochs: 1, batchSize: 4, times: 'logit-normal' });
  const before = tf.memory().numTensors;
  const draw = () => flow.sample(model, 4, new Random(2), { steps: 3, method: 'heun' });
  const [first, again] = [await draw(), await draw()];
  expect([...again.dataSync()]).toEqual([...first.dataSync()]);
  tf.dispose([first, again]);
  flow.logLikelihood(flow.velocityOf(model), x, { steps: 2 }).dispose();
  flow.flowMatchingLoss(flow.velocityOf(model), x, Array<number>(8).fill(0.5), x).dispose();
  expect(tf.memory().numTensors).toBe(before);
  flow.dispose(model);
});
