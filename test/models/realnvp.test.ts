import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { realnvp } from '../../lib/models';
import { cases } from '../golden/realnvp.json';

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];
const tiny = { inputShape: [4, 4, 1], arch: 'conv', scales: 2, channels: 3, blocks: 1 } as const;

/** 1e-5 of the value, or 1e-5 near 0. */
function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.size).toBe(expected.length);
  numbers(actual).forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `entry ${i}: ${value} for ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i])),
    );
  });
}

/** A flow that is no longer the identity that it starts as. */
function shaken(config: Partial<realnvp.RealNvpConfig>, scale = 0.2): realnvp.RealNvp {
  const model = realnvp.buildRealNvp(config);
  const random = new Random(11);
  for (const variable of realnvp.variables(model)) variable.assign(random.normal(variable.shape, 0, scale));
  return model;
}

describe('against torch', () => {
  test('a coupling: values, log-determinant, inverse, gradients of x and of every weight', () => {
    const golden = cases['coupling of points, its inverse, log-determinant and gradients'];
    const x = tf.tensor2d(golden.x, [6, 2]);
    const target = tf.tensor2d(golden.target, [6, 2]);
    const shapes = [[2, 5], [5], [5, 2], [2], [5, 2], [2], [2]];
    const weights = [...golden.weights, golden.bound].map((values, i) => tf.tensor(values, shapes[i]));
    const networkOf =
      ([w1, b1, ws, bs, wt, bt, bound]: tf.Tensor[]): realnvp.ScaleAndShift =>
      (kept) => {
        const h = kept.matMul(w1).add(b1).relu();
        return { logScale: h.matMul(ws).add(bs).tanh().mul(bound), shift: h.matMul(wt).add(bt) };
      };
    const mask = realnvp.alternatingMask(2, false);
    const { y, logDet } = realnvp.couplingForward(x, mask, networkOf(weights));
    expectClose(y, golden.y);
    expectClose(logDet, golden.logDet);
    const other = tf.stack([x.gather(0, 1), target.gather(1, 1)], 1);
    expectClose(realnvp.couplingInverse(other, mask, networkOf(weights)).gather(1, 1), golden.inverse);
    const cost = (at: tf.Tensor, ...w: tf.Tensor[]) => {
      const moved = realnvp.couplingForward(at, mask, networkOf(w));
      return moved.y.mul(target).sum().add(moved.logDet.sum());
    };
    const gradients = tf.grads(cost)([x, ...weights]);
    [golden.xGradient, ...golden.weightGradients].forEach((expected, i) => expectClose(gradients[i], expected, 1e-4));
  });

  test('squeeze has the order of pixel_unshuffle, and unsqueeze undoes it', () => {
    const golden = cases.squeeze;
    const x = tf.tensor4d(golden.x, [2, 4, 6, 3]);
    const y = realnvp.squeeze(x);
    expect(y.shape).toEqual([2, 2, 3, 12]);
    expect(numbers(y)).toEqual(golden.y);
    expect(numbers(realnvp.unsqueeze(y))).toEqual(golden.x);
  });

  test('dequantization, logit, its log-determinant and bits/dim', () => {
    const golden = cases['dequantization, logit and bits/dim'];
    const images = tf.tensor2d(golden.levels, [3, 6]).div<tf.Tensor2D>(255);
    const x = realnvp.dequantize(images, tf.tensor2d(golden.noise, [3, 6]));
    expectClose(x, golden.x, 1e-6);
    const { y, logDet } = realnvp.logitForward(x);
    expectClose(y, golden.y);
    expectClose(logDet, golden.logDet);
    expectClose(realnvp.logitInverse(y), golden.x);
    expect(numbers(realnvp.quantize(x).mul(255).round())).toEqual(golden.levels);
    golden.nats.forEach((nats, i) => expect(realnvp.bitsPerDim(nats, 6)).toBeCloseTo(golden.bits[i], 6));
  });

  test('activation normalization, and how it starts', () => {
    const golden = cases['activation normalization'];
    const x = tf.tensor4d(golden.x, [5, 3, 3, 2]);
    const norm = new realnvp.ActNorm();
    norm.apply(x);
    norm.setWeights([tf.tensor1d(golden.logScale), tf.tensor1d(golden.bias), tf.scalar(0)]);
    expectClose(norm.call(x), golden.y);
    expectClose(norm.logDet(x), golden.logDet);
    expectClose(norm.inverse(norm.call(x)), golden.x);
    norm.initialize(x);
    const [logScale, bias] = norm.getWeights();
    expectClose(bias.neg(), golden.firstMean);
    expectClose(logScale.neg().exp(), golden.firstDeviation);
    norm.initialize(x.mul(10)); // no longer the first batch
    expectClose(norm.getWeights()[1].neg(), golden.firstMean);
  });

  test('a multi-scale flow: z, log-determinant by Jacobian, log p, gradients of every weight', () => {
    const golden = cases['multi-scale flow, log-determinant by Jacobian, gradients'];
    const model = realnvp.buildRealNvp(tiny);
    const variables = realnvp.variables(model);
    expect(variables.map((variable) => variable.shape)).toEqual(golden.shapes);
    variables.forEach((variable, i) => variable.assign(tf.tensor(golden.weights[i], variable.shape)));
    const x = tf.tensor4d(golden.x, [4, 4, 4, 1]);
    const { z, logDet } = realnvp.forward(model, x);
    expectClose(z, golden.z, 2e-5);
    expectClose(logDet, golden.logDet, 2e-5);
    expectClose(realnvp.logProb(model, x), golden.logProb, 2e-5);
    expectClose(realnvp.inverse(model, z), golden.x, 2e-5);
    const { grads } = tf.variableGrads(() => realnvp.logProb(model, x).sum(), variables);
    variables.forEach(({ name }, i) => expectClose(grads[name], golden.gradients[i], 2e-4));
  });
});

describe('the flow', () => {
  test.each([
    ['points', { arch: 'mlp', inputShape: [3], couplings: 5, hidden: [8] }],
    ['images', tiny],
    ['images of two channels at one scale', { ...tiny, inputShape: [2, 4, 2], scales: 1 }],
  ] as const)('%s: the inverse undoes it to 1e-5, and the log-determinant is the Jacobian’s', (_, config) => {
    const model = shaken(config);
    const x = new Random(5).normal([3, ...config.inputShape]);
    const { z, logDet } = realnvp.forward(model, x);
    expectClose(realnvp.inverse(model, z), numbers(x), 1e-5);
    expectClose(logDet, logDeterminants(model, x), 1e-3);
    expect(new Set(numbers(logDet)).size).toBe(3); // it does depend on x
  });

  test('images start as the identity up to order: every number is there, and log p is the normal’s', () => {
    const model = realnvp.buildRealNvp({ inputShape: [8, 8, 2], scales: 3, channels: 4, blocks: 1 });
    const x = new Random(5).normal([2, 8, 8, 2]);
    const { z, logDet } = realnvp.forward(model, x);
    expect(numbers(z).sort()).toEqual(numbers(x).sort());
    expect(numbers(logDet)).toEqual([0, 0]);
    const expected = x.square().sum([1, 2, 3]).add(128 * Math.log(2 * Math.PI)).mul(-0.5); // prettier-ignore
    expectClose(realnvp.logProb(model, x), numbers(expected));
  });

  test('the density of the plane integrates to 1', () => {
    const model = shaken({ arch: 'mlp', inputShape: [2], couplings: 4, hidden: [16] }, 0.3);
    const side = 400;
    const reach = 12;
    const axis = tf.linspace(-reach, reach, side);
    const grid = tf.stack(tf.meshgrid(axis, axis), 2).reshape([-1, 2]);
    const density = realnvp.logProb(model, grid).exp().reshape([side, side]);
    const edge = [0, side - 1].flatMap((i) => numbers(density.gather(i)));
    expect(Math.max(...edge)).toBeLessThan(1e-5); // nothing of note outside
    const cell = ((2 * reach) / (side - 1)) ** 2;
    expect(density.sum().dataSync()[0] * cell).toBeCloseTo(1, 2);
  });

  test('each half of a mask is transformed by what the other half says', () => {
    const shape = [4, 4, 2] as const;
    const kept = (mask: realnvp.Mask) => mask.values.reduce((sum, value) => sum + value, 0);
    for (const make of [realnvp.checkerboardMask, realnvp.channelMask]) {
      const [plain, flipped] = [make(shape, false), make(shape, true)];
      expect(plain.values.map((value, i) => value + flipped.values[i])).toEqual(new Float32Array(32).fill(1));
      expect(kept(plain)).toBe(16);
    }
    const board = tf.tensor(realnvp.checkerboardMask(shape, false).values, [...shape]).gather(0, 2);
    expect(numbers(board)).toEqual([0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0]);
    expect(
      numbers(
        tf
          .tensor(realnvp.channelMask(shape, false).values, [...shape])
          .gather([0], 2)
          .min(),
      ),
    ).toEqual([1]);
  });

  test('the first batch gives every normalization mean 0 and variance 1', () => {
    const model = shaken({ arch: 'mlp', inputShape: [2], couplings: 2, hidden: [8] });
    const x = new Random(2).normal<tf.Rank.R2>([500, 2], 3, 5);
    realnvp.initialize(model, x);
    const { mean, variance } = tf.moments(realnvp.forward(model, x).z, 0);
    expectClose(mean, [0, 0], 1e-4);
    expectClose(variance, [1, 1], 1e-3);
  });

  test('samples are the inverse of noise; of images they lie in [0, 1]; one seed, one sample', () => {
    const points = shaken({ arch: 'mlp', inputShape: [2], couplings: 2, hidden: [8] });
    const z = realnvp.priorSample(points, 5, new Random(3));
    expectClose(realnvp.sample<tf.Tensor2D>(points, 5, new Random(3)), numbers(realnvp.inverse(points, z)));
    const images = shaken(tiny);
    const sampled = realnvp.sample(images, 4, new Random(3));
    expect(sampled.shape).toEqual([4, 4, 4, 1]);
    expect(Math.min(...numbers(sampled))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers(sampled))).toBeLessThanOrEqual(1);
    const cold = realnvp.sample(images, 4, new Random(3), { temperature: 0 });
    expect(numbers(cold.gather(0))).toEqual(numbers(cold.gather(1)));
  });

  test('log-likelihood of images: the flow’s, the logit’s and the dequantization’s shares; bits/dim of evaluate', async () => {
    const model = shaken(tiny, 0.1);
    const images = new Random(1).uniform<tf.Rank.R4>([6, 4, 4, 1]);
    const noise = tf.fill([6, 4, 4, 1], 0.5);
    const { y, logDet } = realnvp.logitForward(realnvp.dequantize(images, noise));
    const shares = realnvp.logProb(model, y).add(logDet);
    expectClose(realnvp.logLikelihood(model, images, noise), numbers(shares));
    const { nats, bitsPerDim } = await realnvp.evaluate(model, images, { batchSize: 4 });
    expect(bitsPerDim).toBeCloseTo(realnvp.bitsPerDim(nats, 16), 6);
    expect(Math.abs(nats + shares.mean().dataSync()[0])).toBeLessThan(1); // other noise, same pictures
  });

  test('one seed, one network; another, another', () => {
    const weights = (seed: number) => realnvp.variables(realnvp.buildRealNvp({ ...tiny, seed })).flatMap(numbers);
    expect(weights(7)).toEqual(weights(7));
    expect(weights(7)).not.toEqual(weights(8));
  });

  test('says what does not fit', () => {
    expect(() => realnvp.buildRealNvp({ inputShape: [28, 28, 1], scales: 4 })).toThrow(/28×28 cannot be divided by 8/);
    expect(() => realnvp.buildRealNvp({ arch: 'mlp', inputShape: [1] })).toThrow(/2 or more/);
    expect(() => realnvp.buildRealNvp({ inputShape: [28] })).toThrow(/\[height, width, channels\]/);
    expect(() => realnvp.buildRealNvp({ scales: 0 })).toThrow(/scales is a whole number from 1/);
    expect(() => realnvp.squeeze(tf.zeros([1, 3, 4, 1]))).toThrow(/even, got 3×4/);
    expect(() => realnvp.unsqueeze(tf.zeros([1, 3, 4, 2]))).toThrow(/divide by 4, got 2/);
    const model = realnvp.buildRealNvp({ arch: 'mlp' });
    expect(() => realnvp.forward(model, tf.zeros([2, 3]))).toThrow('x must have the shape [B, 2], got [2, 3].');
    expect(() => realnvp.inverse(model, tf.zeros([2, 3]))).toThrow('z must have the shape [B, 2], got [2, 3].');
  });
});

/** log|det| of each example's Jacobian ∂z/∂x, a row a gradient, by elimination in double precision. */
function logDeterminants(model: realnvp.RealNvp, x: tf.Tensor): number[] {
  const size = x.size / x.shape[0];
  const rows = Array.from({ length: size }, (_, i) =>
    tf.tidy(() => {
      const row = tf.grad((at) => realnvp.forward(model, at).z.gather(i, 1).sum())(x);
      return row.reshape([x.shape[0], size]).arraySync() as number[][];
    }),
  );
  return Array.from({ length: x.shape[0] }, (_, b) => {
    const matrix = rows.map((row) => [...row[b]]);
    let logDet = 0;
    for (let i = 0; i < size; i++) {
      const pivot = matrix.reduce((best, line, k) => (k > i && Math.abs(line[i]) > Math.abs(matrix[best][i]) ? k : best), i); // prettier-ignore
      [matrix[i], matrix[pivot]] = [matrix[pivot], matrix[i]];
      logDet += Math.log(Math.abs(matrix[i][i]));
      for (let k = i + 1; k < size; k++) {
        const factor = matrix[k][i] / matrix[i][i];
        matrix[k] = matrix[k].map((value, j) => value - factor * matrix[i][j]);
      }
    }
    return logDet;
  });
}

test('no public function leaves a tensor behind', async () => {
  const model = realnvp.buildRealNvp(tiny);
  const random = new Random(0);
  const images = random.uniform<tf.Rank.R4>([6, 4, 4, 1]);
  const noise = random.uniform<tf.Rank.R4>([6, 4, 4, 1]);
  const z = random.normal<tf.Rank.R2>([6, 16]);
  const mask = realnvp.checkerboardMask([4, 4, 1], false);
  const network: realnvp.ScaleAndShift = (kept) => ({ logScale: kept.mul(2), shift: kept.sub(1) });
  const deep = random.normal<tf.Rank.R4>([2, 2, 2, 4]);
  const tensors = 10 * (11 + 3); // the weights of ten couplings and of their normalizations
  const calls: Record<string, [made: number, call: () => unknown]> = {
    couplingForward: [2, () => realnvp.couplingForward(images, mask, network)],
    couplingInverse: [1, () => realnvp.couplingInverse(images, mask, network)],
    squeeze: [1, () => realnvp.squeeze(images)],
    unsqueeze: [1, () => realnvp.unsqueeze(deep)],
    dequantize: [1, () => realnvp.dequantize(images, noise)],
    quantize: [1, () => realnvp.quantize(images)],
    logitForward: [2, () => realnvp.logitForward(noise)],
    logitInverse: [1, () => realnvp.logitInverse(noise)],
    toFlow: [2, () => realnvp.toFlow(images, noise)],
    initialize: [0, () => realnvp.initialize(model, images)],
    forward: [2, () => realnvp.forward(model, images)],
    inverse: [1, () => realnvp.inverse(model, z)],
    logProb: [1, () => realnvp.logProb(model, images)],
    logLikelihood: [1, () => realnvp.logLikelihood(model, images, noise)],
    loss: [1, () => realnvp.loss(model, images)],
    priorSample: [1, () => realnvp.priorSample(model, 2, random)],
    sample: [1, () => realnvp.sample(model, 2, random)],
    evaluate: [0, () => realnvp.evaluate(model, images)],
    trainRealNvp: [0, () => realnvp.trainRealNvp(model, images, { epochs: 2, batchSize: 2 })],
    dispose: [-tensors, () => realnvp.dispose(model)],
  };
  for (const [name, [made, call]] of Object.entries(calls)) {
    const before = tf.memory().numTensors;
    await call();
    expect(tf.memory().numTensors - before, name).toBe(made);
  }
});
