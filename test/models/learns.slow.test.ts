/** Each family learns a case whose best possible figure is known, and a wrong version does not reach it. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { ae, type ImageSplit, vae } from '../../lib/models';
import { variablesOf } from '../../lib/nn';
import { train } from '../../lib/training';

vi.setConfig({ testTimeout: 180_000 });

beforeAll(async () => {
  await ready({ engine: 'cpu' }); // for numbers as few as here the plain one is the fastest
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

/** Points of the plane-like kind: x = z W + b + σ η, z two numbers, x four. Its log p(x) is a Gaussian's. */
const weight = [
  [1, 0, 0.5, 0],
  [0, -0.75, 0, 0.25],
];
const sigma = 0.5;

function points(count: number, seed: number, shift = tf.tensor1d([0.5, 0, -1, 0])): tf.Tensor2D {
  const random = new Random(seed);
  return tf.tidy(() => {
    const signal = random.normal<tf.Rank.R2>([count, 2]).matMul<tf.Tensor2D>(tf.tensor2d(weight));
    return signal.add(shift).add<tf.Tensor2D>(random.normal([count, 4], 0, sigma));
  });
}

// WᵀW + σ²I is block-diagonal in the pairs (x₁,x₃) and (x₂,x₄), with eigenvalues |w|² + σ² and σ² in each.
const eigenvalues = [1.25 + 0.25, 0.625 + 0.25, 0.25, 0.25];
/** −E log p(x), in nats: what no −ELBO can beat. */
const entropy = 0.5 * eigenvalues.reduce((sum, value) => sum + Math.log(2 * Math.PI * Math.E * value), 0);

describe('VAE', () => {
  const config = { inputShape: [4], latentDim: 2, hidden: [], likelihood: 'gaussian', sigma } as const;
  const training = { epochs: 12, batchSize: 100, learningRate: 0.1 };

  async function negativeElbo(options: { beta?: number }): Promise<number> {
    const model = vae.buildVae(config);
    try {
      await vae.trainVae(model, points(4000, 1), { ...training, ...options });
      return (await vae.evaluate(model, points(4000, 2))).negativeElbo;
    } catch (error) {
      expect(String(error)).toMatch(/loss = -?(NaN|Infinity)/);
      return Infinity;
    } finally {
      vae.dispose(model);
    }
  }

  test('a linear model reaches the entropy of Gaussian data: −ELBO within 0.1 nats', async () => {
    const value = await negativeElbo({});
    expect(value).toBeGreaterThan(entropy - 0.1); // a test set of 4,000 is known to ±0.03
    expect(value).toBeLessThan(entropy + 0.1);
  });

  test('with the sign of the KL turned round, or without it, it does not', async () => {
    expect(await negativeElbo({ beta: -1 })).toBeGreaterThan(entropy + 1);
    expect(await negativeElbo({ beta: 0 })).toBeGreaterThan(entropy + 1);
    expect(await negativeElbo({ beta: 20 })).toBeGreaterThan(entropy + 1); // collapsed
  });

  test('samples have the mean and the variances of the data, less the decoder’s σ²', async () => {
    const model = vae.buildVae(config);
    // The bound is flat where the latent axes are turned against the data's, so this takes longer than the ELBO itself.
    await vae.trainVae(model, points(4000, 1), { ...training, epochs: 40 });
    const { mean, variance } = tf.moments(vae.sample(model, 20_000, new Random(3)), 0);
    const wanted = { mean: [0.5, 0, -1, 0], variance: [1, 0.5625, 0.25, 0.0625] };
    wanted.mean.forEach((value, i) => expect(Math.abs(mean.dataSync()[i] - value)).toBeLessThan(0.15));
    wanted.variance.forEach((value, i) => expect(Math.abs(variance.dataSync()[i] - value)).toBeLessThan(0.12));
  });

  test('a conditional model learns each class’s place; one without labels pays for not knowing', async () => {
    const shifts = [tf.tensor1d([2, 0, 0, 1]), tf.tensor1d([-2, 0, 0, -1])];
    const labelled = (seed: number): ImageSplit => ({
      size: 4000,
      *batches({ epoch = 0 }) {
        for (let i = 0; i < 40; i++) {
          const halves = shifts.map((shift, y) => points(50, seed + 1000 * epoch + 10 * i + y, shift));
          const images = tf.concat(halves);
          tf.dispose(halves);
          yield {
            images,
            labels: tf.tensor1d(
              Array.from({ length: 100 }, (_, k) => Number(k >= 50)),
              'int32',
            ),
          };
        }
      },
    });
    const figure = async (classes: number) => {
      const model = vae.buildVae({ ...config, classes });
      await vae.trainVae(model, labelled(7), training);
      const { negativeElbo } = await vae.evaluate(model, labelled(9_000_000));
      return { model, negativeElbo };
    };
    const conditional = await figure(2);
    expect(conditional.negativeElbo).toBeLessThan(entropy + 0.1);
    const labels = tf.fill<tf.Rank.R1>([5000], 1).toInt();
    const mean = vae.sample(conditional.model, 5000, new Random(0), labels).mean(0).dataSync();
    [-2, 0, 0, -1].forEach((value, i) => expect(Math.abs(mean[i] - value)).toBeLessThan(0.2));
    const plain = await figure(0);
    expect(plain.negativeElbo).toBeGreaterThan(entropy + 1);
  });
});

describe('autoencoder', () => {
  const config = { inputShape: [4], latentDim: 2, hidden: [], output: 'linear' } as const;

  test('a linear one finds the principal components: what it loses is the smallest eigenvalues', async () => {
    const model = ae.buildAutoencoder(config);
    await ae.trainAutoencoder(model, points(4000, 1), { epochs: 15, batchSize: 100, learningRate: 0.03 });
    const lost = await ae.evaluate(model, points(4000, 2));
    expect(lost).toBeGreaterThan(0.47); // 2σ², known to ±0.01 from 4,000 points
    expect(lost).toBeLessThan(0.53);
  });

  test('with an encoder that is not trained it does not', async () => {
    const model = ae.buildAutoencoder(config);
    const data = points(4000, 1);
    await train<tf.Tensor>({
      name: 'half an autoencoder',
      variables: variablesOf(model.decoder),
      epochs: 15,
      batches: () => tf.split(data, 40),
      loss: (x) => ae.reconstructionLoss(x, ae.reconstruct(model, x), 'mse').mean(),
      learningRate: 0.03,
    });
    expect(await ae.evaluate(model, points(4000, 2))).toBeGreaterThan(0.7);
  });

  test('one that bends puts a half circle through a single number; a straight one cannot', async () => {
    const angles = new Random(1).uniform([3000], 0, Math.PI);
    const circle = tf.stack([angles.cos(), angles.sin()], 1);
    const lost = async (hidden: readonly number[]) => {
      const model = ae.buildAutoencoder({ ...config, inputShape: [2], latentDim: 1, hidden, activation: 'tanh' });
      await ae.trainAutoencoder(model, circle, { epochs: 20, batchSize: 100, learningRate: 0.01 });
      return ae.evaluate(model, circle);
    };
    expect(await lost([32])).toBeLessThan(0.01);
    expect(await lost([])).toBeGreaterThan(0.08); // the variance of sin: ½ − (2/π)² = 0.095
  });
});
