import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { vae } from '../../lib/models';
import { cases } from '../golden/vae.json';

beforeAll(() => ready());

const matrix = (values: number[][]) => tf.tensor2d(values);
const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];

/** Far-out logits and small σ make large numbers: 1e-5 of the value, or 1e-5 near 0. */
function expectClose(actual: tf.Tensor, expected: number[] | number[][], tolerance = 1e-5): void {
  const flat = (expected as number[]).flat();
  expect(actual.size).toBe(flat.length);
  numbers(actual).forEach((value, i) => {
    expect(Math.abs(value - flat[i]), `entry ${i}: ${value} for ${flat[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(flat[i])),
    );
  });
}

describe('against torch.distributions in double precision', () => {
  test('gaussianKl, and its gradients', () => {
    const { mu, logVar, ...golden } = cases['gaussianKl and its gradients'];
    expectClose(vae.gaussianKl(matrix(mu), matrix(logVar)), golden.kl);
    const gradients = tf.grads((m, v) => vae.gaussianKl(m as tf.Tensor2D, v as tf.Tensor2D).sum());
    const [byMu, byLogVar] = gradients([matrix(mu), matrix(logVar)]);
    expectClose(byMu, golden.klMuGradient);
    expectClose(byLogVar, golden.klLogVarGradient);
  });

  test('reparameterize', () => {
    const { mu, logVar, noise, z } = cases.reparameterize;
    expectClose(vae.reparameterize(matrix(mu), matrix(logVar), matrix(noise)), z);
  });

  test('bernoulliLogLikelihood of black and white, with logits up to ±200', () => {
    const { x, logits, expected } = cases['bernoulliLogLikelihood of black and white'];
    expectClose(vae.bernoulliLogLikelihood(matrix(x), matrix(logits)), expected);
  });

  test('bernoulliLogLikelihood of grey levels', () => {
    const { x, logits, expected } = cases['bernoulliLogLikelihood of grey levels'];
    expectClose(vae.bernoulliLogLikelihood(matrix(x), matrix(logits)), expected);
  });

  test('gaussianLogLikelihood, with a variance for each pixel and with one for all', () => {
    const each = cases['gaussianLogLikelihood, a variance for each pixel'];
    expectClose(vae.gaussianLogLikelihood(matrix(each.x), matrix(each.mean), matrix(each.logVar)), each.expected);
    const one = cases['gaussianLogLikelihood, one variance'];
    expectClose(vae.gaussianLogLikelihood(matrix(one.x), matrix(one.mean), 2 * Math.log(one.sigma)), one.expected);
  });
});

describe('a linear model, whose log p(x) is known', () => {
  const golden = cases['ELBO of a linear model'];
  const bounds = cases['importance-weighted bound of a linear model'];

  // Encoder: whatever the image, the golden file's q; decoder: z ↦ zW + b.
  const build = (q: number) => {
    const model = vae.buildVae({
      inputShape: [8],
      latentDim: 3,
      hidden: [],
      likelihood: 'gaussian',
      sigma: 0.5,
    });
    const zeros = tf.zeros([8, 3]);
    model.encoder.setWeights([zeros, tf.tensor1d(golden.mu[q]), zeros, tf.tensor1d(golden.logVar[q])]);
    model.decoder.setWeights([tf.tensor2d(golden.weight), tf.tensor1d(golden.bias)]);
    return model;
  };
  const row = (values: number[][], q: number) => tf.tensor2d([values[q]]);

  test.each([0, 1, 2, 3, 4])('the terms of the ELBO, image %i', (q) => {
    const terms = vae.elboTerms(build(q), row(golden.grey, q), row(golden.noise, q));
    expectClose(terms.reconstruction, [golden.reconstruction[q]], 1e-4);
    expectClose(terms.kl, [golden.kl[q]]);
    expectClose(terms.elbo, [golden.elbo[q]], 1e-4);
    expect(terms.elbo.dataSync()[0]).toBeLessThan(golden.logMarginal[q] + 30); // one draw may be lucky, not this lucky
  });

  test.each([0, 1, 2, 3, 4])('the importance-weighted bound with four draws, image %i', (q) => {
    const draws = tf.tensor3d(bounds.draws.map((draw) => [draw[q]]));
    const bound = vae.importanceWeightedBound(build(q), row(bounds.grey, q), draws);
    expectClose(bound, [bounds.expected[q]], 1e-4);
  });

  test('with many draws the bound is log p(x), and the ELBO lies below by KL(q ‖ p(z|x))', () => {
    const model = build(1);
    // A posterior near the true one, so that the weights are tame.
    const x = row(golden.grey, 1);
    const { mean, variance } = exactPosterior(golden.grey[1]);
    const zeros = tf.zeros([8, 3]);
    model.encoder.setWeights([zeros, tf.tensor1d(mean), zeros, tf.tensor1d(variance.map((v) => Math.log(1.5 * v)))]);
    const random = new Random(3);
    const bound = vae.importanceWeightedBound(model, x, random.normal([500, 1, 3])).dataSync()[0];
    expect(Math.abs(bound - golden.logMarginal[1])).toBeLessThan(0.15);
    const many = tf.tile(x, [4000, 1]);
    const elbo = vae
      .elboTerms(model, many, random.normal([4000, 3]))
      .elbo.mean()
      .dataSync()[0];
    expect(elbo).toBeLessThan(golden.logMarginal[1] - 0.05);
  });
});

/** Mean and marginal variances of p(z|x) for x = zW + b + 0.5 η, by solving (I + WWᵀ/σ²) m = W(x−b)/σ². */
function exactPosterior(x: number[]): { mean: number[]; variance: number[] } {
  const golden = cases['ELBO of a linear model'];
  const w = golden.weight;
  const precision = w.map((wi, i) => w.map((wj, j) => dot(wi, wj) / 0.25 + (i === j ? 1 : 0)));
  const right = w.map(
    (wi) =>
      dot(
        wi,
        x.map((xk, k) => xk - golden.bias[k]),
      ) / 0.25,
  );
  const inverse = invert(precision);
  return { mean: inverse.map((line) => dot(line, right)), variance: inverse.map((line, i) => line[i]) };
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function invert(matrix: number[][]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((line, i) => [...line, ...line.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < n; i++) {
    const pivot = rows[i][i];
    rows[i] = rows[i].map((value) => value / pivot);
    for (let k = 0; k < n; k++) {
      if (k !== i) rows[k] = rows[k].map((value, j) => value - rows[k][i] * rows[i][j]);
    }
  }
  return rows.map((line) => line.slice(n));
}

describe('reparameterize', () => {
  test('lets gradients through to μ and log σ², as finite differences have them', () => {
    const random = new Random(5);
    const [mu, logVar, noise] = [0, 1, 2].map(() => random.normal<tf.Rank.R2>([4, 3]));
    const target = random.normal<tf.Rank.R2>([4, 3]);
    const cost = (m: tf.Tensor, v: tf.Tensor) =>
      vae
        .reparameterize(m as tf.Tensor2D, v as tf.Tensor2D, noise)
        .sub(target)
        .square()
        .sum();
    const gradients = tf.grads(cost)([mu, logVar]);
    // In double precision, by hand, because float32 differences say little.
    const exact = (m: number[], v: number[]) => {
      const [eps, aim] = [numbers(noise), numbers(target)];
      return m.reduce((sum, mi, i) => sum + (mi + Math.exp(v[i] / 2) * eps[i] - aim[i]) ** 2, 0);
    };
    const [m, v] = [numbers(mu), numbers(logVar)];
    const step = 1e-5;
    const nudged = (values: number[], i: number, by: number) =>
      values.map((value, k) => (k === i ? value + by : value));
    m.forEach((_, i) => {
      const byMu = (exact(nudged(m, i, step), v) - exact(nudged(m, i, -step), v)) / (2 * step);
      const byLogVar = (exact(m, nudged(v, i, step)) - exact(m, nudged(v, i, -step))) / (2 * step);
      expect(numbers(gradients[0])[i]).toBeCloseTo(byMu, 3);
      expect(numbers(gradients[1])[i]).toBeCloseTo(byLogVar, 3);
    });
  });
});

describe('loss', () => {
  test('is minus the mean ELBO for β = 1, and weighs the KL with β', () => {
    const [reconstruction, kl] = [tf.tensor1d([-200, -100]), tf.tensor1d([10, 30])];
    expect(vae.loss({ reconstruction, kl }).dataSync()[0]).toBeCloseTo(170, 4);
    expect(vae.loss({ reconstruction, kl }, 4).dataSync()[0]).toBeCloseTo(230, 4);
    expect(numbers(vae.elbo(reconstruction, kl).elbo)).toEqual([-210, -130]);
  });
});

describe('the network', () => {
  test('784-400-20 has the parameters that one counts by hand', () => {
    const { encoder, decoder } = vae.buildVae();
    expect(encoder.countParams()).toBe(784 * 400 + 400 + 2 * (400 * 20 + 20));
    expect(decoder.countParams()).toBe(20 * 400 + 400 + 400 * 784 + 784);
  });

  test.each(['mlp', 'conv'] as const)('%s: shapes, with and without labels', (arch) => {
    for (const classes of [0, 10]) {
      const model = vae.buildVae({ arch, classes, latentDim: 5, ...(arch === 'conv' && { hidden: [4, 8] }) });
      const random = new Random(0);
      const x = random.uniform<tf.Rank.R4>([3, 28, 28, 1]);
      const labels = classes ? tf.tensor1d([0, 9, 4], 'int32') : undefined;
      const { mu, logVar } = vae.encode(model, x, labels);
      expect([mu.shape, logVar.shape]).toEqual([[3, 5], [3, 5]]); // prettier-ignore
      expect(vae.reconstruct(model, x, labels).shape).toEqual([3, 28, 28, 1]);
      const images = vae.sample(model, 3, random, labels);
      expect(images.shape).toEqual([3, 28, 28, 1]);
      const levels = numbers(images);
      expect(Math.min(...levels)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...levels)).toBeLessThanOrEqual(1);
      vae.dispose(model);
    }
  });

  test('the label reaches both halves of a conditional model', () => {
    const model = vae.buildVae({ classes: 10, latentDim: 2, hidden: [16] });
    const x = new Random(0).uniform<tf.Rank.R4>([1, 28, 28, 1]);
    const [zero, one] = [tf.tensor1d([0], 'int32'), tf.tensor1d([1], 'int32')];
    expect(numbers(vae.encode(model, x, zero).mu)).not.toEqual(numbers(vae.encode(model, x, one).mu));
    const z = tf.zeros<tf.Rank.R2>([1, 2]);
    expect(numbers(vae.decode(model, z, zero))).not.toEqual(numbers(vae.decode(model, z, one)));
    expect(() => vae.encode(model, x)).toThrow(/conditional: pass the labels/);
  });

  test('one seed, one network', () => {
    const weights = (seed: number) =>
      vae
        .buildVae({ seed, hidden: [4] })
        .encoder.getWeights()
        .flatMap(numbers);
    expect(weights(7)).toEqual(weights(7));
    expect(weights(7)).not.toEqual(weights(8));
  });

  test('says which argument has a wrong shape, where TensorFlow.js would stretch it', () => {
    const [wide, thin] = [tf.zeros<tf.Rank.R2>([4, 3]), tf.zeros<tf.Rank.R2>([4, 1])];
    expect(() => vae.gaussianKl(wide, thin)).toThrow('gaussianKl: logVar must have the shape of mu, [4,3], got [4,1].');
    expect(() => vae.reparameterize(wide, wide, thin)).toThrow(/noise must have the shape of mu/);
    expect(() => vae.bernoulliLogLikelihood(wide, thin)).toThrow(/logits must have the shape of x/);
    expect(() => vae.gaussianLogLikelihood(wide, wide, thin)).toThrow(/logVar must have the shape of x/);
    const model = vae.buildVae({ hidden: [4] });
    expect(() => vae.encode(model, wide)).toThrow('encode: x must have the shape [B, 28, 28, 1], got [4, 3].');
    expect(() => vae.decode(model, wide)).toThrow('decode: z must have the shape [B, 20], got [4, 3].');
    expect(() => vae.importanceWeightedBound(model, tf.zeros([4, 28, 28, 1]), tf.zeros([2, 4, 3]))).toThrow(
      /\[B, 4, 20\]/,
    );
  });

  test('says what does not fit', () => {
    expect(() => vae.buildVae({ arch: 'conv', hidden: [4, 4, 4] })).toThrow(/28×28 cannot be divided by 8/);
    expect(() => vae.buildVae({ hidden: [0] })).toThrow(/hidden/);
    expect(() => vae.buildVae({ arch: 'conv', inputShape: [784] })).toThrow(/\[height, width, channels\]/);
  });
});

test('no public function leaves a tensor behind', async () => {
  const model = vae.buildVae({ hidden: [8], latentDim: 2, inputShape: [4, 4, 1] });
  const random = new Random(0);
  const x = random.uniform<tf.Rank.R4>([6, 4, 4, 1]);
  const noise = random.normal<tf.Rank.R2>([6, 2]);
  const draws = random.normal<tf.Rank.R3>([3, 6, 2]);
  const q = vae.encode(model, x);
  const raw = vae.decodeRaw(model, noise);
  const terms = vae.elboTerms(model, x, noise);
  const calls: Record<string, [made: number, call: () => unknown]> = {
    encode: [2, () => vae.encode(model, x)],
    decodeRaw: [1, () => vae.decodeRaw(model, noise)],
    decode: [1, () => vae.decode(model, noise)],
    reconstruct: [1, () => vae.reconstruct(model, x)],
    sample: [1, () => vae.sample(model, 2, random)],
    reparameterize: [1, () => vae.reparameterize(q.mu, q.logVar, noise)],
    gaussianKl: [1, () => vae.gaussianKl(q.mu, q.logVar)],
    bernoulliLogLikelihood: [1, () => vae.bernoulliLogLikelihood(x, raw)],
    gaussianLogLikelihood: [1, () => vae.gaussianLogLikelihood(x, raw, -1)],
    logLikelihood: [1, () => vae.logLikelihood(model, x, raw)],
    elbo: [1, () => vae.elbo(terms.reconstruction, terms.kl)],
    elboTerms: [3, () => vae.elboTerms(model, x, noise)],
    loss: [1, () => vae.loss(terms)],
    importanceWeightedBound: [1, () => vae.importanceWeightedBound(model, x, draws)],
    evaluate: [0, () => vae.evaluate(model, x, { draws: 2 })],
    trainVae: [0, () => vae.trainVae(model, x, { epochs: 2, batchSize: 2 })],
    dispose: [-10, () => vae.dispose(model)],
  };
  for (const [name, [made, call]] of Object.entries(calls)) {
    const before = tf.memory().numTensors;
    await call();
    expect(tf.memory().numTensors - before, name).toBe(made);
  }
});
