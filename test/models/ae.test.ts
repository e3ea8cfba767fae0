import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { ae } from '../../lib/models';
import { cases } from '../golden/ae.json';

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

describe('reconstructionLoss', () => {
  // Made inside the tests: tensors need an engine that is ready.
  const pair = () => [
    tf.tensor2d([0, 1, 0.5, 1, 1, 1, 0, 0], [2, 4]),
    tf.tensor2d([0.1, 0.8, 0.5, 1, 1, 0, 0.25, 0.5], [2, 4]),
  ];

  test('mse: squared error of each image, summed or averaged over its pixels', () => {
    const [x, xHat] = pair();
    const sums = ae.reconstructionLoss(x, xHat, 'mse').dataSync();
    expect(sums[0]).toBeCloseTo(0.01 + 0.04, 6);
    expect(sums[1]).toBeCloseTo(1 + 0.0625 + 0.25, 6);
    const means = ae.reconstructionLoss(x, xHat, 'mse', 'mean').dataSync();
    expect(means[1]).toBeCloseTo(sums[1] / 4, 6);
  });

  test('bce: nats, and finite where x̂ is 0 or 1', () => {
    const [x, xHat] = pair();
    const nats = ae.reconstructionLoss(x, xHat, 'bce').dataSync();
    expect(nats[0]).toBeCloseTo(-Math.log(0.9) - Math.log(0.8) - Math.log(0.5), 4);
    // The second pixel is certain and wrong: −log 1e-7.
    expect(nats[1]).toBeCloseTo(-Math.log(1e-7) - Math.log(0.75) - Math.log(0.5), 2);
  });

  test.each(Object.entries(cases))('%s, as PyTorch has them in double precision', (_, golden) => {
    const kind = golden.kind as ae.ReconstructionKind;
    const [x, xHat] = [tf.tensor2d(golden.x), tf.tensor2d(golden.xHat)];
    for (const over of ['sum', 'mean'] as const) {
      const actual = ae.reconstructionLoss(x, xHat, kind, over).dataSync();
      golden[over].forEach((expected, i) => {
        expect(Math.abs(actual[i] - expected)).toBeLessThan(1e-5 * Math.max(1, expected));
      });
    }
    const gradient = tf
      .grad((p) => ae.reconstructionLoss(x, p, kind).sum())(xHat)
      .dataSync();
    golden.gradient.flat().forEach((expected, i) => {
      expect(Math.abs(gradient[i] - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
    });
  });

  test('works on images of any rank', () => {
    expect(ae.reconstructionLoss(tf.zeros([3, 4, 4, 2]), tf.ones([3, 4, 4, 2]), 'mse').arraySync()).toEqual([
      32, 32, 32,
    ]);
  });
});

describe('the network', () => {
  test('has the parameters that one counts by hand', () => {
    const { encoder, decoder } = ae.buildAutoencoder({ hidden: [256, 64], latentDim: 2 });
    expect(encoder.countParams()).toBe(784 * 256 + 256 + 256 * 64 + 64 + 64 * 2 + 2);
    expect(decoder.countParams()).toBe(2 * 64 + 64 + 64 * 256 + 256 + 256 * 784 + 784);
    const conv = ae.buildAutoencoder({ arch: 'conv', hidden: [8, 16], latentDim: 3 });
    expect(conv.encoder.countParams()).toBe(9 * 8 + 8 + 9 * 8 * 16 + 16 + 49 * 16 * 3 + 3);
    expect(conv.decoder.countParams()).toBe(3 * 784 + 784 + 9 * 16 * 8 + 8 + 9 * 8 + 1);
  });

  test.each(['mlp', 'conv'] as const)('%s: shapes, and grey levels between 0 and 1', (arch) => {
    const model = ae.buildAutoencoder({ arch, hidden: [4, 8] });
    const x = new Random(0).uniform<tf.Rank.R4>([3, 28, 28, 1]);
    expect(ae.encode(model, x).shape).toEqual([3, 2]);
    const xHat = ae.reconstruct(model, x);
    expect(xHat.shape).toEqual([3, 28, 28, 1]);
    expect(xHat.min().dataSync()[0]).toBeGreaterThanOrEqual(0);
    expect(xHat.max().dataSync()[0]).toBeLessThanOrEqual(1);
    ae.dispose(model);
  });

  test.each(['mlp', 'conv'] as const)('%s: a few steps on one batch make it better', async (arch) => {
    const model = ae.buildAutoencoder({ arch, inputShape: [8, 8, 1], hidden: [8, 16], latentDim: 8 });
    const x = new Random(0).bernoulli<tf.Rank.R4>([8, 8, 8, 1], 0.5);
    const { loss } = await ae.trainAutoencoder(model, x, { epochs: 60, batchSize: 8, learningRate: 0.01 });
    expect(loss.at(-1)).toBeLessThan(0.6 * loss[0]);
  });
});

test('no public function leaves a tensor behind', async () => {
  const model = ae.buildAutoencoder({ hidden: [8], inputShape: [4, 4, 1] });
  const random = new Random(0);
  const x = random.uniform<tf.Rank.R4>([6, 4, 4, 1]);
  const z = random.normal<tf.Rank.R2>([6, 2]);
  const calls: Record<string, [made: number, call: () => unknown]> = {
    encode: [1, () => ae.encode(model, x)],
    decode: [1, () => ae.decode(model, z)],
    reconstruct: [1, () => ae.reconstruct(model, x)],
    mse: [1, () => ae.reconstructionLoss(x, x, 'mse')],
    bce: [1, () => ae.reconstructionLoss(x, x, 'bce')],
    evaluate: [0, () => ae.evaluate(model, x)],
    trainAutoencoder: [0, () => ae.trainAutoencoder(model, x, { epochs: 2, batchSize: 2 })],
    dispose: [-8, () => ae.dispose(model)],
  };
  for (const [name, [made, call]] of Object.entries(calls)) {
    const before = tf.memory().numTensors;
    await call();
    expect(tf.memory().numTensors - before, name).toBe(made);
  }
});
