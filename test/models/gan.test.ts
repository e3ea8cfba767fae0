import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { dcgan, gan, lsgan } from '../../lib/models';
import { countParams } from '../../lib/nn';
import { cases as dcganCases } from '../golden/dcgan.json';
import { cases } from '../golden/gan.json';
import { cases as lsganCases } from '../golden/lsgan.json';
import { expectClose, expectGradients, expectLoss, setVariables, stateOf, tensor } from './adversarial';

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

describe('GAN losses against PyTorch in double precision, with logits up to ±130', () => {
  test('the discriminator’s', () => {
    expectLoss(cases['discriminator loss and its gradients'], ({ real, fake }) => gan.discriminatorLoss(real, fake));
  });

  test('the generator’s, non-saturating and minimax', () => {
    expectLoss(cases['non-saturating generator loss and its gradient'], ({ fake }) => gan.generatorLoss(fake));
    expectLoss(cases['minimax generator loss and its gradient'], ({ fake }) => gan.generatorLoss(fake, 'minimax'));
  });

  test('while the discriminator wins, minimax has no gradient left and non-saturating has all of it', () => {
    const slope = (kind: gan.GeneratorLoss) =>
      tf
        .grad((fake) => gan.generatorLoss(fake as tf.Tensor1D, kind))(tf.tensor1d([-20]))
        .dataSync()[0];
    expect(Math.abs(slope('minimax'))).toBeLessThan(1e-8);
    expect(slope('non-saturating')).toBeCloseTo(-1, 6);
  });

  test('scores of a wrong shape are named', () => {
    const column = tf.zeros([3, 1]) as unknown as tf.Tensor1D;
    expect(() => gan.discriminatorLoss(column, tf.zeros([3]))).toThrow(/real must have the shape \[B\], got \[3, 1\]/);
    expect(() => gan.generatorLoss(column)).toThrow(UserError);
  });
});

describe('LSGAN losses against PyTorch', () => {
  const pearson = { a: -1, b: 1, c: 0 };

  test('labels 0 and 1', () => {
    expectLoss(lsganCases['discriminator loss, labels 0 and 1'], ({ real, fake }) =>
      lsgan.discriminatorLoss(real, fake),
    );
    expectLoss(lsganCases['generator loss, towards 1'], ({ fake }) => lsgan.generatorLoss(fake));
  });

  test('labels −1, 1 and 0', () => {
    expectLoss(lsganCases['discriminator loss, labels -1 and 1'], ({ real, fake }) =>
      lsgan.discriminatorLoss(real, fake, pearson),
    );
    expectLoss(lsganCases['generator loss, towards 0'], ({ fake }) => lsgan.generatorLoss(fake, pearson));
  });
});

describe('the best discriminator', () => {
  const { p, q, value } = cases['value at the optimum is 2 JS - 2 log 2'];

  test('reaches 2 JS − 2 log 2, as scipy has the divergence', () => {
    expect(gan.valueAtOptimum(p, q)).toBeCloseTo(value, 6);
  });

  test('no other reaches more', () => {
    const best = gan.optimalDiscriminator(p, q);
    const random = new Random(0);
    for (let i = 0; i < 50; i++) {
      const other = best.map((d) => Math.min(0.999, Math.max(0.001, d + 0.2 * (random.next() - 0.5))));
      expect(gan.valueFunction(p, q, other)).toBeLessThanOrEqual(gan.valueAtOptimum(p, q) + 1e-12);
    }
  });

  test('the two ends: −2 log 2 where the distributions are one, 0 where they never meet', () => {
    expect(gan.valueAtOptimum(q, q)).toBeCloseTo(-2 * Math.log(2) * q.reduce((a, b) => a + b), 6);
    expect(gan.valueAtOptimum([1, 0], [0, 1])).toBe(0);
    expect(gan.optimalDiscriminator([0, 1, 1], [0, 1, 3])).toEqual([0.5, 0.5, 0.25]);
    expect(() => gan.optimalDiscriminator([1], [0.5, 0.5])).toThrow(/one entry for each cell, got 1 and 2/);
  });
});

test('DCGAN against PyTorch in double precision: images, losses, and every gradient', () => {
  const golden = dcganCases['both networks, both losses and their gradients'];
  const model = dcgan.buildDcgan({
    inputShape: [8, 8, 1],
    latentDim: 5,
    generator: { hidden: [4, 3] },
    discriminator: { hidden: [3, 4] },
  });
  setVariables(model.generator, golden.generator);
  setVariables(model.discriminator, golden.discriminator);
  const [z, images] = [tensor(golden.z), tensor(golden.images)];
  const training = { training: true };
  const generate = () => model.generator.apply(z, training) as tf.Tensor;
  const judge = (x: tf.Tensor) => (model.discriminator.apply(x, training) as tf.Tensor).reshape<tf.Tensor1D>([-1]);
  const made = generate();
  const lossD = () => dcgan.discriminatorLoss(judge(images), judge(made));
  const lossG = () => dcgan.generatorLoss(judge(generate()));
  expectClose(made, golden.made, 1e-5, 'images');
  expectClose(lossD(), golden.lossD, 1e-5, 'loss of the discriminator');
  expectClose(lossG(), golden.lossG, 1e-5, 'loss of the generator');
  expectGradients(model.discriminator, lossD, golden.gradientsD);
  expectGradients(model.generator, lossG, golden.gradientsG);
});

describe('the networks', () => {
  test.each<[readonly number[], number, number]>([
    // By hand: dense base with its norm, transposed convolutions with theirs; convolutions, norm from the second on, score.
    [
      [28, 28, 1],
      64 * 6272 + 6272 + 256 + (16 * 128 * 64 + 64 + 128) + (16 * 64 + 1),
      16 * 64 + 64 + (16 * 64 * 128 + 128 + 256) + (6272 + 1),
    ],
    [
      [32, 32, 3],
      64 * 4096 + 4096 + 512 + (16 * 256 * 128 + 128 + 256) + (16 * 128 * 64 + 64 + 128) + (16 * 64 * 3 + 3),
      16 * 3 * 64 + 64 + (16 * 64 * 128 + 128 + 256) + (16 * 128 * 256 + 256 + 512) + (4096 + 1),
    ],
  ])('DCGAN for %j has the parameters that one counts by hand', (inputShape, generator, discriminator) => {
    const model = dcgan.buildDcgan({ inputShape });
    expect([countParams(model.generator), countParams(model.discriminator)]).toEqual([generator, discriminator]);
    const x = dcgan.sample(model, 2, new Random(0));
    expect(x.shape).toEqual([2, ...inputShape]);
    expect(dcgan.discriminate(model, x).shape).toEqual([2]);
    dcgan.dispose(model);
  });

  test('DCGAN for 64×64: four steps up, four down, images between 0 and 1', () => {
    const model = dcgan.buildDcgan({ inputShape: [64, 64, 3] });
    const x = dcgan.sample(model, 1, new Random(0));
    expect(x.shape).toEqual([1, 64, 64, 3]);
    expect(x.min().dataSync()[0]).toBeGreaterThanOrEqual(0);
    expect(x.max().dataSync()[0]).toBeLessThanOrEqual(1);
    expect(model.config.generator.hidden).toEqual([256, 256, 128, 64]);
    dcgan.dispose(model);
  });

  test.each([
    ['a generator of dense layers', { generator: { arch: 'mlp' } }],
    ['a generator without norm', { generator: { norm: 'none' } }],
  ] as const)('the comparison of lesson 06: %s', (_, options) => {
    const model = dcgan.buildDcgan(options);
    expect(dcgan.sample(model, 2, new Random(0)).shape).toEqual([2, 28, 28, 1]);
    expect(stateOf(model.generator).length).toBe(options.generator && 'norm' in options.generator ? 0 : 4);
    dcgan.dispose(model);
  });

  test('the same seed gives the same weights and samples, another seed others', () => {
    const draw = (seed: number) => {
      const model = gan.buildGan({ inputShape: [2], seed });
      return gan.sample(model, 3, new Random(1)).dataSync();
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('what does not fit is told', () => {
    expect(() => dcgan.buildDcgan({ generator: { hidden: [8, 8, 8] } })).toThrow(
      /buildDcgan, generator: 3 entries in hidden.*28×28 cannot be divided by 8/,
    );
    expect(() => gan.buildGan({ inputShape: [2, 2], discriminator: { arch: 'conv' } })).toThrow(UserError);
    const model = gan.buildGan({ inputShape: [2] });
    expect(() => gan.discriminate(model, tf.zeros([3, 3]))).toThrow(/x must have the shape \[B, 2\], got \[3, 3\]/);
    expect(() => gan.generate(model, tf.zeros([3, 5]))).toThrow(/z must have the shape \[B, 2\]/);
  });
});

test('no public function leaves a tensor behind', async () => {
  const tiny = { inputShape: [8, 8, 1], latentDim: 3, generator: { hidden: [4] }, discriminator: { hidden: [4] } };
  const x = new Random(0).uniform<tf.Rank.R4>([8, 8, 8, 1]);
  const [scores, z] = [tf.zeros<tf.Rank.R1>([4]), tf.zeros<tf.Rank.R2>([4, 3])];
  const training = { steps: 3, batchSize: 4 };
  const models = { gan: gan.buildGan(tiny), lsgan: lsgan.buildLsgan(tiny), dcgan: dcgan.buildDcgan(tiny) };
  const weights = (model: (typeof models)['gan']) =>
    model.generator.weights.length + model.discriminator.weights.length;
  const calls: Record<string, [made: number, call: () => unknown]> = {
    generate: [1, () => dcgan.generate(models.dcgan, z)],
    sample: [1, () => dcgan.sample(models.dcgan, 2, new Random(0))],
    discriminate: [1, () => dcgan.discriminate(models.dcgan, x)],
    discriminatorLoss: [1, () => gan.discriminatorLoss(scores, scores)],
    generatorLoss: [1, () => gan.generatorLoss(scores)],
    minimax: [1, () => gan.generatorLoss(scores, 'minimax')],
    'lsgan.discriminatorLoss': [1, () => lsgan.discriminatorLoss(scores, scores)],
    'lsgan.generatorLoss': [1, () => lsgan.generatorLoss(scores)],
    trainGan: [0, () => gan.trainGan(models.gan, x, training)],
    trainLsgan: [0, () => lsgan.trainLsgan(models.lsgan, x, training)],
    trainDcgan: [0, () => dcgan.trainDcgan(models.dcgan, x, { ...training, discriminatorSteps: 2 })],
    dispose: [-weights(models.gan), () => gan.dispose(models.gan)],
    'dcgan.dispose': [-weights(models.dcgan), () => dcgan.dispose(models.dcgan)],
  };
  for (const [name, [made, call]] of Object.entries(calls)) {
    const before = tf.memory().numTensors;
    await call();
    expect(tf.memory().numTensors - before, name).toBe(made);
  }
});
