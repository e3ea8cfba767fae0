/** A conditional GAN makes what it is asked for; one whose discriminator does not see the condition does not. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { gaussians } from '../../datasets';
import { Random, ready } from '../../lib/engine';
import { adversarial, cgan, type ImageSplit } from '../../lib/models';
import { stateOf, variablesOf } from '../../lib/nn';
import { trainAlternating } from '../../lib/training';

vi.setConfig({ testTimeout: 600_000 }); // seconds on a quiet machine

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const width = { hidden: [64, 64] };
const base = { inputShape: [2], latentDim: 2, generator: width, discriminator: width, seed: 1 };
const options = { batchSize: 128, learningRate: 2e-3, schedule: 'cosine' } as const;

describe('labels: five bumps, a class each', () => {
  const classes = 5;
  const centers = Array.from({ length: classes }, (_, i) => {
    const angle = (2 * Math.PI * i) / classes;
    return [2 * Math.cos(angle), 2 * Math.sin(angle)];
  });
  const data = gaussians(centers, 0.2).split(20_000, 0);
  const condition = { kind: 'label', size: classes } as const;

  /** The share of samples that lie nearest to the bump of their label, and not far from it. */
  async function accuracy(model: cgan.Cgan): Promise<number> {
    const labels = Int32Array.from({ length: 1000 }, (_, i) => i % classes);
    const points = await cgan.sample<tf.Tensor2D>(model, tf.tensor1d(labels), new Random(4)).array();
    const right = points.filter(([x, y], i) => Math.hypot(x - centers[labels[i]][0], y - centers[labels[i]][1]) < 1);
    return right.length / labels.length;
  }

  test.each(['concat', 'projection'] as const)(
    '%s: at least 95 of 100 samples are of their class',
    async (conditioning) => {
      const norm = conditioning === 'projection' ? ({ ...width, norm: 'none' } as const) : width;
      const model = cgan.buildCgan({ ...base, discriminator: norm, condition, conditioning });
      await cgan.trainCgan(model, data, { ...options, steps: 400 });
      expect(await accuracy(model)).toBeGreaterThan(0.95);
    },
  );

  test('a discriminator that does not see the condition: the generator need not look at it either', async () => {
    const model = cgan.buildCgan({ ...base, condition });
    const nets = adversarial.inTraining(model);
    const nothing = (count: number) => tf.zeros<tf.Rank.R2>([count, classes]);
    await trainAlternating<{ images: tf.Tensor; labels: tf.Tensor1D }>({
      name: 'blind',
      steps: 400,
      batches: (epoch) => data.batches({ batchSize: 128, seed: 0, epoch, dropLast: true }),
      state: stateOf(model.generator, model.discriminator),
      players: [
        {
          name: 'discriminator',
          variables: variablesOf(model.discriminator),
          learningRate: 2e-3,
          betas: [0.5, 0.999],
          loss({ images, labels }, random) {
            const made = nets.generateFixed(nets.latents(128, random), cgan.encodeCondition(model, labels));
            const [real, fake] = [images, made].map((x) => nets.judge(x, nothing(128)));
            return real.neg().softplus().mean().add(fake.softplus().mean());
          },
        },
        {
          name: 'generator',
          variables: variablesOf(model.generator),
          learningRate: 2e-3,
          betas: [0.5, 0.999],
          loss({ labels }, random) {
            const made = nets.generate(nets.latents(128, random), cgan.encodeCondition(model, labels));
            return cgan.generatorLoss(nets.judge(made, nothing(128)));
          },
        },
      ],
    });
    expect(await accuracy(model)).toBeLessThan(0.6);
  });
});

test('vectors: the point that a direction tells, also in directions that were never shown', async () => {
  const model = cgan.buildCgan({ ...base, condition: { kind: 'vector', size: 2 } });
  /** All directions but the lower right quarter. */
  const data: ImageSplit = {
    size: 12_800,
    *batches({ batchSize, epoch = 0 }) {
      const random = new Random(7).fork(epoch);
      for (let i = 0; i < 100; i++) {
        const angles = random.uniform([batchSize], 0, 1.5 * Math.PI);
        const conditions = tf.tidy(() => tf.stack([angles.cos(), angles.sin()], 1) as tf.Tensor2D);
        const images = tf.tidy(() => conditions.mul(2).add(random.normal(conditions.shape, 0, 0.1)));
        angles.dispose();
        yield { images, conditions } as cgan.ConditionedBatch;
      }
    },
  };
  await cgan.trainCgan(model, data, { ...options, steps: 500 });
  const miss = async (from: number, to: number) => {
    const angles = new Random(1).uniform([500], from, to);
    const conditions = tf.stack([angles.cos(), angles.sin()], 1) as tf.Tensor2D;
    const points = cgan.sample<tf.Tensor2D>(model, conditions, new Random(2));
    return (await points.sub(conditions.mul(2)).square().sum(1).sqrt().mean().data())[0];
  };
  expect(await miss(0, 1.5 * Math.PI)).toBeLessThan(0.5);
  expect(await miss(1.6 * Math.PI, 1.9 * Math.PI)).toBeLessThan(1.2); // a guess that ignores it misses by 2.5
});
