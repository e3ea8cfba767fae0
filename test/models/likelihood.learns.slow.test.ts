/** RealNVP, PixelCNN and VQ-VAE learn cases whose best possible figure is known, and a wrong version does not reach it. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { toys } from '../../datasets';
import { Random, ready } from '../../lib/engine';
import { pixelcnn, realnvp, vqvae } from '../../lib/models';
import { convMask, stateOf } from '../../lib/nn';
import { train } from '../../lib/training';

/** Set, horizontal stacks are built with mask B throughout: a pixel then sees itself. */
const wrong = vi.hoisted(() => ({ mask: false }));

vi.mock('../../lib/nn', async (original) => {
  const nn = await original<typeof import('../../lib/nn')>();
  const mask: typeof convMask = (size, type, shape) =>
    nn.convMask(size, wrong.mask && shape === 'horizontal' ? 'B' : type, shape);
  return { ...nn, convMask: mask };
});

vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
beforeEach(() => {
  wrong.mask = false;
});

describe('RealNVP on two moons', () => {
  const config = { arch: 'mlp', inputShape: [2], couplings: 6, hidden: [32, 32] } as const;
  const held = toys.twoMoons.draw(4000, new Random(7)).points;
  /** −E log p(x) of the same points under the true density: no model can be expected below it. */
  const entropy = -held.reduce((sum, point) => sum + Math.log(moonsDensity(point)), 0) / held.length;
  const figure = async (model: realnvp.RealNvp) => (await realnvp.evaluate(model, tf.tensor2d(held))).nats;

  test('comes within 0.2 nats of the entropy, of which a single Gaussian is more than a nat away', async () => {
    expect(entropy).toBeCloseTo(1.33, 1);
    const { mean, variance } = tf.moments(tf.tensor2d(held), 0);
    const centered = tf.tensor2d(held).sub(mean);
    const [a, d] = variance.dataSync();
    const b = centered
      .gather([0], 1)
      .mul(centered.gather([1], 1))
      .mean()
      .dataSync()[0];
    const gaussian = Math.log(2 * Math.PI * Math.E) + 0.5 * Math.log(a * d - b * b);
    expect(gaussian).toBeGreaterThan(entropy + 1);

    const model = realnvp.buildRealNvp(config);
    const data = toys.twoMoons.split(8000, 1);
    await realnvp.trainRealNvp(model, data, { epochs: 14, batchSize: 200, learningRate: 0.01 });
    const nats = await figure(model);
    expect(nats).toBeLessThan(entropy + 0.2);
    expect(nats).toBeGreaterThan(entropy - 0.02);
    // What it draws is as likely under the true density as the truth is, but for a few points between the moons.
    const drawn = realnvp.sample<tf.Tensor2D>(model, 2000, new Random(5)).arraySync();
    const onMoons = drawn.filter((point) => moonsDensity(point) > 0.01).length / drawn.length;
    expect(onMoons).toBeGreaterThan(0.9);
  });

  test('with the sign of the log-determinant wrong it does not', async () => {
    const model = realnvp.buildRealNvp(config);
    const data = toys.twoMoons.split(8000, 1).points();
    realnvp.initialize(model, data);
    await train<tf.Tensor2D>({
      name: 'wrong sign',
      variables: realnvp.variables(model),
      steps: 150,
      batches: () => tf.split(data, 40),
      loss: (x) => {
        const { z, logDet } = realnvp.forward(model, x);
        return z.square().sum(1).mul(0.5).add(logDet).mean();
      },
      learningRate: 0.01,
    });
    expect(await figure(model)).toBeGreaterThan(entropy + 2);
  });
});

/** The two moons' true density: an average over their arcs (datasets/toys.ts). */
function moonsDensity([x, y]: readonly number[]): number {
  const steps = 400;
  const std = 0.1;
  let sum = 0;
  for (let k = 0; k < steps; k++) {
    const [c, s] = [Math.cos((Math.PI * (k + 0.5)) / steps), Math.sin((Math.PI * (k + 0.5)) / steps)];
    for (const [cx, cy] of [[c - 0.5, s - 0.25], [0.5 - c, 0.25 - s]]) {
      sum += Math.exp(-((x - 1.4 * cx) ** 2 + (y - 1.4 * cy) ** 2) / (2 * std ** 2));
    } // prettier-ignore
  }
  return sum / (2 * steps) / (2 * Math.PI * std ** 2);
}

describe('PixelCNN on a Markov random field', () => {
  /** p(1) of a pixel by its left and upper neighbours, 0 outside. */
  const chance = [
    [0.15, 0.75],
    [0.6, 0.95],
  ];
  const side = 4;
  const tiny = { channels: 8, layers: 1, kernels: [3, 3], outputChannels: 16 } as const;
  const config: Partial<pixelcnn.PixelCnnConfig> = { ...tiny, size: [side, side], levels: 2 };
  const training = { epochs: 6, batchSize: 100, learningRate: 0.01 };

  const chanceAt = (grid: ArrayLike<number>, place: number) =>
    chance[place % side ? grid[place - 1] : 0][place >= side ? grid[place - side] : 0];
  const bitsOf = (grid: ArrayLike<number>) =>
    Array.from(grid).reduce<number>((sum, value, place) => {
      const p = chanceAt(grid, place);
      return sum - Math.log2(value === 1 ? p : 1 - p);
    }, 0);
  const draw = (count: number, seed: number) => {
    const random = new Random(seed);
    const grids = Array.from({ length: count }, () => {
      const grid = new Int32Array(side * side);
      for (let place = 0; place < grid.length; place++) grid[place] = random.next() < chanceAt(grid, place) ? 1 : 0;
      return grid;
    });
    return tf.tensor3d(grids.flatMap((grid) => [...grid]), [count, side, side], 'int32'); // prettier-ignore
  };
  /** Exactly, over all 2¹⁶ grids. */
  const entropy = Array.from({ length: 2 ** (side * side) }, (_, n) => {
    const bits = bitsOf(Array.from({ length: side * side }, (_, place) => (n >> place) & 1));
    return bits * 2 ** -bits;
  }).reduce((sum, value) => sum + value / (side * side), 0);
  const onesAndBits = async (model: pixelcnn.PixelCnn) => {
    const drawn = await pixelcnn.sample(model, 2000, new Random(3));
    const grids = drawn.reshape([2000, side * side]).arraySync() as number[][];
    const bits = grids.reduce((sum, grid) => sum + bitsOf(grid), 0) / (2000 * side * side);
    return { ones: drawn.toFloat().mean().dataSync()[0], bits };
  };
  const trueOnes = () => draw(20_000, 9).toFloat().mean().dataSync()[0];

  test('comes within 0.02 bits/dim of the entropy, and draws grids that are as likely as the truth', async () => {
    const model = pixelcnn.buildPixelCnn(config);
    await pixelcnn.trainPixelCnn(model, draw(4000, 1), training);
    const { bitsPerDim } = await pixelcnn.evaluate(model, draw(20_000, 2), { batchSize: 5000 });
    expect(Math.abs(bitsPerDim - entropy)).toBeLessThan(0.02);
    const { ones, bits } = await onesAndBits(model);
    expect(Math.abs(ones - trueOnes())).toBeLessThan(0.03);
    expect(Math.abs(bits - entropy)).toBeLessThan(0.03);
  });

  test('with mask B in the first layer it cheats: a figure below the entropy, and nonsense when it draws', async () => {
    wrong.mask = true;
    const model = pixelcnn.buildPixelCnn(config);
    await pixelcnn.trainPixelCnn(model, draw(4000, 1), training);
    const { bitsPerDim } = await pixelcnn.evaluate(model, draw(4000, 2), { batchSize: 2000 });
    expect(bitsPerDim).toBeLessThan(entropy / 4);
    const { ones } = await onesAndBits(model);
    expect(Math.abs(ones - trueOnes())).toBeGreaterThan(0.2);
  });
});

describe('VQ-VAE on the eight corners of a cube in six dimensions', () => {
  const sigma = 0.3;
  const dims = 6;
  const config = { arch: 'mlp', inputShape: [dims], hidden: [32], codes: 16, codeDim: 4, sigma } as const;
  const training = { epochs: 12, batchSize: 100, learningRate: 0.005 };
  const draw = (count: number, seed: number): tf.Tensor2D => {
    const random = new Random(seed);
    const corners = Array.from({ length: count }, () => {
      const corner = random.int(8);
      return [corner & 1, (corner >> 1) & 1, corner >> 2].map((bit) => 2 * bit - 1).concat([0, 0, 0]);
    });
    return tf.tidy(() => tf.tensor2d(corners).add<tf.Tensor2D>(random.normal([count, dims], 0, sigma)));
  };
  /** ‖x − its corner‖²: what eight codes can reach, and sixteen a little better. */
  const best = dims * sigma ** 2;

  test('finds them: the error is the noise’s, and every vector is in use', async () => {
    const model = vqvae.buildVqVae(config);
    await vqvae.trainVqVae(model, draw(3000, 1), training);
    const { squaredError, perplexity, used } = await vqvae.evaluate(model, draw(2000, 2));
    expect(squaredError).toBeLessThan(1.3 * best);
    expect(perplexity).toBeGreaterThan(8);
    expect(used).toBe(16);
  });

  test('without the straight-through gradient it does not', async () => {
    const model = vqvae.buildVqVae(config);
    const rows = (x: tf.Tensor) => x.reshape<tf.Tensor2D>([-1, 4]);
    await train<tf.Tensor2D>({
      ...{ name: 'no straight-through', variables: vqvae.variables(model), state: stateOf(model.codebook) },
      ...{ steps: 360, learningRate: 0.005, schedule: 'cosine' },
      batches: () => tf.split(draw(3000, 1), 30),
      loss: (x, random) => {
        const z = vqvae.encode(model, x);
        const { indices, quantized } = vqvae.quantize(model, z);
        vqvae.codebookOf(model).follow(rows(z), indices.flatten(), { decay: 0.99, restart: 0.05, random });
        const { commitment } = vqvae.vqTerms(rows(z), rows(quantized));
        const reconstruction = vqvae.logLikelihood(model, x, vqvae.decode(model, quantized)); // not straightThrough(z, …)
        return commitment.mul(0.25).sub(reconstruction).mean();
      },
    });
    expect((await vqvae.evaluate(model, draw(2000, 2))).squaredError).toBeGreaterThan(2.5 * best);
  });

  test('learned by gradient, commitment keeps the encoder with its vectors; without it, it runs away from them', async () => {
    const distance = async (beta: number) => {
      const model = vqvae.buildVqVae({ ...config, update: 'gradient', beta });
      const { metrics } = await vqvae.trainVqVae(model, draw(3000, 1), training);
      return metrics.commitment[metrics.commitment.length - 1];
    };
    expect(await distance(0)).toBeGreaterThan(3 * (await distance(0.25)));
  });
});

describe('a PixelCNN prior over the codes of a VQ-VAE', () => {
  /** Four quadrants, each dark or bright; the first is even, each further one like the one before nine times in ten. */
  const draw = (count: number, seed: number) => {
    const random = new Random(seed);
    const kinds = Array.from({ length: count }, () => {
      const own = [random.int(2)];
      for (let k = 1; k < 4; k++) own.push(random.next() < 0.9 ? own[k - 1] : 1 - own[k - 1]);
      return own;
    });
    const images = tf.tidy(() => {
      const small = tf.tensor4d(kinds.flat(), [count, 2, 2, 1]).mul<tf.Tensor4D>(0.6).add<tf.Tensor4D>(0.2);
      return tf.image.resizeNearestNeighbor(small, [8, 8]).add<tf.Tensor4D>(random.normal([count, 8, 8, 1], 0, 0.05));
    });
    return { images, shares: sharesOf(kinds) };
  };
  /** How often each of the 16 pictures comes. */
  const sharesOf = (kinds: readonly (readonly number[])[]) => {
    const shares = Array<number>(16).fill(0);
    for (const kind of kinds) shares[kind.reduce((sum, bit, i) => sum + bit * 2 ** i, 0)] += 1 / kinds.length;
    return shares;
  };
  const kindsIn = (images: tf.Tensor4D) =>
    tf.avgPool(images, 4, 4, 'valid').greater(0.5).reshape([-1, 4]).arraySync() as number[][];
  const variation = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, share, i) => sum + Math.abs(share - b[i]) / 2, 0);

  test('draws pictures as often as they come; evenly drawn codes do not', async () => {
    const { images } = draw(2000, 1);
    const model = vqvae.buildVqVae({ inputShape: [8, 8, 1], hidden: [8, 8], blocks: 1, codes: 4, codeDim: 2 });
    await vqvae.trainVqVae(model, images, { epochs: 25, batchSize: 100, learningRate: 0.01 });
    expect((await vqvae.evaluate(model, images)).squaredError).toBeLessThan(1); // a quadrant mistaken costs 16 · 0.6² = 5.8

    const prior = vqvae.buildPrior(model, { channels: 8, layers: 1, kernels: [3, 3], outputChannels: 16 });
    await vqvae.trainPrior(model, prior, images, { epochs: 10, batchSize: 100, learningRate: 0.01 });
    const truth = draw(20_000, 2).shares;
    const drawn = await vqvae.sampleWithPrior(model, prior, 2000, new Random(4));
    expect(variation(sharesOf(kindsIn(drawn)), truth)).toBeLessThan(0.08);

    const even = new Random(5).uniform([2000, 2, 2], 0, 4).floor().toInt() as tf.Tensor3D;
    expect(variation(sharesOf(kindsIn(vqvae.decodeIndices(model, even))), truth)).toBeGreaterThan(0.4);
    const figures = await vqvae.evaluateWithPrior(model, prior, draw(1000, 3).images);
    const { negativeElbo } = await vqvae.evaluate(model, draw(1000, 3).images);
    expect(figures.negativeElbo).toBeLessThan(negativeElbo - 3); // nats that the prior saves
  });
});
