import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { cgan, type ImageSplit } from '../../lib/models';
import { cases } from '../golden/cgan.json';
import { expectClose, expectGradients, expectLoss, setVariables, tensor } from './adversarial';

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const tiny = { inputShape: [8, 8, 1], latentDim: 3, generator: { hidden: [4] }, discriminator: { hidden: [3, 4] } };
const caption = { kind: 'vector', size: 5 } as const;

test('the matching loss and its gradients, against PyTorch in double precision', () => {
  expectLoss(cases['matching loss of three kinds of pairs and its gradients'], ({ realRight, realWrong, fakeRight }) =>
    cgan.matchingLoss({ realRight, realWrong, fakeRight }),
  );
  const column = tf.zeros([3, 1]) as unknown as tf.Tensor1D;
  const scores = tf.zeros<tf.Rank.R1>([3]);
  expect(() => cgan.matchingLoss({ realRight: scores, realWrong: column, fakeRight: scores })).toThrow(
    /realWrong must have the shape \[B\], got \[3, 1\]/,
  );
});

describe('the discriminators against PyTorch', () => {
  test.each([
    ['projection', 'projection discriminator'],
    ['concat', 'discriminator with the condition beside the last map'],
  ] as const)('%s: logits, and the gradient by each weight', (conditioning, name) => {
    const golden = cases[name];
    const discriminator = { ...tiny.discriminator, norm: 'none' } as const;
    const model = cgan.buildCgan({ ...tiny, discriminator, condition: caption, conditioning, output: 'linear' });
    setVariables(model.discriminator, golden.weights);
    const [x, conditions] = [tensor<tf.Tensor>(golden.x), tensor<tf.Tensor2D>(golden.conditions)];
    expectClose(cgan.discriminate(model, x, conditions), golden.logits, 1e-5, 'logits');
    const loss = () => cgan.discriminate(model, x, conditions).square().sum();
    expectGradients(model.discriminator, loss, golden.gradients);
  });
});

describe('conditions', () => {
  const labelled = () => cgan.buildCgan({ ...tiny, condition: { kind: 'label', size: 4 } });

  test('a label is one-hot, a vector is as it is', () => {
    expect(cgan.encodeCondition(labelled(), tf.tensor1d([2, 0], 'int32')).arraySync()).toEqual([
      [0, 0, 1, 0],
      [1, 0, 0, 0],
    ]);
    const vectors = new Random(0).normal<tf.Rank.R2>([2, 5]);
    const model = cgan.buildCgan({ ...tiny, condition: caption });
    expectClose(cgan.encodeCondition(model, vectors), vectors.arraySync());
    expect(() => cgan.encodeCondition(model, tf.zeros<tf.Rank.R2>([2, 4]))).toThrow(
      /the vectors must have the shape \[B, 5\]/,
    );
    expect(() => cgan.encodeCondition(labelled(), tf.zeros<tf.Rank.R2>([2, 4]))).toThrow(
      /the labels must have the shape \[B\]/,
    );
  });

  test('a wrong label is never the right one, and every other is as likely', () => {
    const right = tf.tile(tf.tensor1d([0, 1, 2, 3], 'int32'), [3000]) as tf.Tensor1D;
    const wrong = cgan.mismatched(labelled(), right, new Random(1));
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    wrong.dataSync().forEach((label, i) => counts[i % 4][label]++);
    counts.forEach((row, label) => {
      expect(row[label]).toBe(0);
      row.forEach((count, other) => other !== label && expect(Math.abs(count - 1000)).toBeLessThan(110));
    });
  });

  test('a wrong vector is another example’s', () => {
    const right = tf.range(0, 30).reshape<tf.Tensor2D>([6, 5]);
    for (let seed = 0; seed < 20; seed++) {
      const wrong = cgan.mismatched(cgan.buildCgan({ ...tiny, condition: caption }), right, new Random(seed));
      const rows = [...wrong.slice([0, 0], [6, 1]).dataSync()];
      rows.forEach((value, i) => expect(value).not.toBe(5 * i));
      expect([...rows].sort((a, b) => a - b)).toEqual([0, 5, 10, 15, 20, 25]);
    }
  });

  test('what cannot be is told', async () => {
    const one = cgan.buildCgan({ ...tiny, condition: { kind: 'label', size: 1 } });
    expect(() => cgan.mismatched(one, tf.zeros<tf.Rank.R1>([2]), new Random(0))).toThrow(/two labels at least/);
    expect(() => cgan.buildCgan({ condition: { kind: 'label', size: 0 } })).toThrow(UserError);
    const unlabelled: ImageSplit = { size: 4, batches: () => [{ images: tf.zeros([4, 8, 8, 1]) }] };
    await expect(cgan.trainCgan(labelled(), unlabelled, { steps: 1 })).rejects.toThrow(/each batch must have labels/);
  });
});

test('the same z under another condition is another image; the discriminator sees the condition', () => {
  for (const conditioning of ['concat', 'projection'] as const) {
    const model = cgan.buildCgan({ ...tiny, conditioning });
    const z = new Random(0).normal<tf.Rank.R2>([2, 3]);
    const [a, b] = [0, 7].map((label) => cgan.generate(model, z, tf.fill([2], label) as tf.Tensor1D));
    expect(a.shape).toEqual([2, 8, 8, 1]);
    expect(a.sub(b).abs().max().dataSync()[0]).toBeGreaterThan(1e-6);
    const [p, q] = [0, 7].map((label) => cgan.discriminate(model, a, tf.fill([2], label) as tf.Tensor1D).dataSync());
    expect(Math.abs(p[0] - q[0])).toBeGreaterThan(1e-6);
  }
});

test('no public function leaves a tensor behind', async () => {
  const random = new Random(0);
  const images = random.uniform<tf.Rank.R4>([8, 8, 8, 1]);
  const vectors = random.normal<tf.Rank.R2>([8, 5]);
  const model = cgan.buildCgan({ ...tiny, condition: caption, conditioning: 'projection' });
  const z = random.normal<tf.Rank.R2>([8, 3]);
  const scores = tf.zeros<tf.Rank.R1>([8]);
  const split: ImageSplit = {
    size: 8,
    *batches() {
      yield { images: images.clone(), conditions: vectors.clone() } as cgan.ConditionedBatch;
    },
  };
  const calls: Record<string, [made: number, call: () => unknown]> = {
    encodeCondition: [1, () => cgan.encodeCondition(model, vectors)],
    generate: [1, () => cgan.generate(model, z, vectors)],
    sample: [1, () => cgan.sample(model, vectors, random)],
    discriminate: [1, () => cgan.discriminate(model, images, vectors)],
    matchingLoss: [1, () => cgan.matchingLoss({ realRight: scores, realWrong: scores, fakeRight: scores })],
    mismatched: [1, () => cgan.mismatched(model, vectors, random)],
    trainCgan: [0, () => cgan.trainCgan(model, split, { steps: 3 })],
    'trainCgan, matched': [0, () => cgan.trainCgan(model, split, { steps: 3, pairs: 'matched' })],
    dispose: [-model.generator.weights.length - model.discriminator.weights.length, () => cgan.dispose(model)],
  };
  for (const [name, [made, call]] of Object.entries(calls)) {
    const before = tf.memory().numTensors;
    await call();
    expect(tf.memory().numTensors - before, name).toBe(made);
  }
});
