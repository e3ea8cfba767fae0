import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { stylePairs } from '../../datasets';
import { Random, ready } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { cyclegan } from '../../lib/models';
import { memoryStore } from '../../lib/training';
import { cases } from '../golden/cyclegan.json';
import { expectClose, expectLoss, setVariables, tensor, variablesOf } from './adversarial';

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

describe('against PyTorch in double precision', () => {
  test('cycle and identity loss, with their gradients', () => {
    expectLoss(cases['cycle loss and its gradients'], ({ x, y }) => cyclegan.cycleLoss(x, y));
    expectLoss(cases['identity loss and its gradients'], ({ x, y }) => cyclegan.identityLoss(x, y));
  });

  test('both sides of the adversarial loss', () => {
    expectLoss(cases['discriminator loss and its gradients'], ({ x, y }) => cyclegan.discriminatorLoss(x, y));
    expectLoss(cases['adversarial loss of the generator and its gradient'], ({ x }) =>
      cyclegan.generatorAdversarialLoss(x),
    );
  });

  test('the ResNet generator', () => {
    const golden = cases['ResNet generator'];
    const model = cyclegan.buildCycleGan({ inputShape: [8, 8, 3], width: 3, blocks: 1, halvings: 1 });
    setVariables(model.generatorXY, golden.weights);
    const y = cyclegan.translate(model, tensor<tf.Tensor4D>(golden.x).add(1).div<tf.Tensor4D>(2), 'XY');
    expectClose(y.mul(2).sub(1), golden.y, 2e-5);
  });
});

describe('ImagePool', () => {
  const examples = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);

  test('while there is room everything is kept and given back', () => {
    const pool = new cyclegan.ImagePool(3, [1]);
    expect([...pool.query(examples(1, 2), new Random(0)).dataSync()]).toEqual([1, 2]);
    expect(pool.taken).toBe(2);
    expect([...pool.query(examples(3), new Random(0)).dataSync()]).toEqual([3]);
    expect([...pool.state[0].dataSync()]).toEqual([1, 2, 3]);
  });

  test('then half of the answers are older examples, whose places the new ones take; nothing is lost or doubled', () => {
    const pool = new cyclegan.ImagePool(50, [1]);
    const random = new Random(1);
    const seen = new Map<number, number>();
    let own = 0;
    for (let i = 0; i < 1000; i++) {
      const [a, b] = pool.query(examples(2 * i, 2 * i + 1), random).dataSync();
      for (const value of [a, b]) seen.set(value, (seen.get(value) ?? 0) + 1);
      if (i >= 25) own += Number(a === 2 * i) + Number(b === 2 * i + 1);
    }
    expect(own / 1950).toBeCloseTo(0.5, 1);
    // The first 50 are given back when they come and may come a second time; every other example comes once at most.
    for (const [value, times] of seen) expect(times, String(value)).toBeLessThanOrEqual(value < 50 ? 2 : 1);
    const kept = [...pool.state[0].dataSync()];
    expect(new Set(kept).size).toBe(50);
    for (const value of kept) if (value >= 50) expect(seen.has(value)).toBe(false);
  });

  test('two new examples that want one place: the second gets the first', () => {
    const pool = new cyclegan.ImagePool(1, [1]);
    pool.query(examples(0), new Random(0));
    const tosses = [0.9, 0.9];
    const random = { next: () => tosses.shift(), int: () => 0 } as unknown as Random;
    expect([...pool.query(examples(1, 2), random).dataSync()]).toEqual([0, 1]);
    expect([...pool.state[0].dataSync()]).toEqual([2]);
  });

  test('of capacity 0 it does nothing; forgets when told; wrong shapes are named', () => {
    const none = new cyclegan.ImagePool(0, [1]);
    expect([...none.query(examples(5, 6), new Random(0)).dataSync()]).toEqual([5, 6]);
    const pool = new cyclegan.ImagePool(2, [1]);
    pool.query(examples(1, 2), new Random(0));
    pool.clear();
    expect(pool.taken).toBe(0);
    expect(() => pool.query(tf.zeros([2, 3]), new Random(0))).toThrow(/examples must have the shape \[B, 1\]/);
    expect(() => new cyclegan.ImagePool(-1, [1])).toThrow(UserError);
  });
});

describe('the networks', () => {
  test('images go to images of the same size between 0 and 1; the discriminator judges patches', () => {
    const model = cyclegan.buildCycleGan({ width: 4, blocks: 1 });
    const x = new Random(0).uniform<tf.Rank.R4>([2, 32, 32, 3]);
    for (const y of [cyclegan.translate(model, x, 'XY'), cyclegan.cycle(model, x, 'YX')]) {
      expect(y.shape).toEqual(x.shape);
      expect(y.min().dataSync()[0]).toBeGreaterThanOrEqual(0);
      expect(y.max().dataSync()[0]).toBeLessThanOrEqual(1);
    }
    expect((model.discriminatorX.apply(x) as tf.Tensor).shape).toEqual([2, 8, 8, 1]);
    cyclegan.dispose(model);
  });

  test('a patch’s score knows nothing of the far side of the image', () => {
    const model = cyclegan.buildCycleGan({ inputShape: [64, 64, 1], width: 4, blocks: 1, halvings: 1 });
    const scores = (x: tf.Tensor) => model.discriminatorX.apply(x) as tf.Tensor;
    const x = tf.zeros<tf.Rank.R4>([1, 64, 64, 1]);
    const changed = tf.concat([x.slice([0, 0, 0, 0], [1, 64, 32, 1]), tf.ones([1, 64, 32, 1])], 2);
    const difference = scores(x).sub(scores(changed)).abs();
    expect(difference.slice([0, 0, 0, 0], [1, 32, 8, 1]).max().dataSync()[0]).toBe(0);
    expect(difference.max().dataSync()[0]).toBeGreaterThan(0);
  });

  test('what does not fit is told', () => {
    expect(() => cyclegan.buildCycleGan({ inputShape: [30, 30, 3] })).toThrow(/2 halvings need sides that 4 divides/);
    expect(() => cyclegan.buildCycleGan({ inputShape: [2], blocks: 0 })).toThrow(
      /blocks must be a whole number from 1/,
    );
    expect(() => cyclegan.buildCycleGan({ inputShape: [2], arch: 'conv' })).toThrow(UserError);
    const model = cyclegan.buildCycleGan({ inputShape: [2] });
    expect(() => cyclegan.translate(model, tf.zeros([1, 3]), 'XY')).toThrow(/x must have the shape \[B, 2\]/);
  });
});

describe('trainCycleGan', () => {
  const tiny = { inputShape: [2], width: 6, blocks: 1, poolSize: 5 };
  const data = () => [new Random(1).normal<tf.Rank.R2>([20, 2]), new Random(2).normal<tf.Rank.R2>([24, 2], 3)] as const;
  const weightsOf = (model: cyclegan.CycleGan) =>
    variablesOf(model.generatorXY, model.generatorYX, model.discriminatorX, model.discriminatorY).flatMap((one) => [
      ...one.dataSync(),
    ]);

  test('four curves and the parts of the loss; an epoch is as long as the shorter set', async () => {
    const history = await cyclegan.trainCycleGan(cyclegan.buildCycleGan(tiny), ...data(), { epochs: 2, batchSize: 4 });
    expect(history.loss).toHaveLength(10);
    expect(Object.keys(history.metrics).sort()).toEqual(
      ['adversarial', 'cycle', 'discriminator X', 'discriminator Y', 'identity'].sort(),
    );
    const { adversarial, cycle, identity } = history.metrics;
    expect(history.loss[3]).toBeCloseTo(adversarial[3] + 10 * cycle[3] + 5 * identity[3], 4);
  });

  test('from a checkpoint in models made anew: the same bits, with the pools as they were', async () => {
    const [whole, crashed, later] = [0, 1, 2].map(() => cyclegan.buildCycleGan(tiny));
    const options = { steps: 12, batchSize: 4, learningRate: 0.01 };
    await cyclegan.trainCycleGan(whole, ...data(), options);
    const checkpoint = { store: memoryStore(), every: 3 };
    const onStep = ({ step }: { step: number }) => {
      if (step === 7) throw new Error('power cut');
    };
    const crash = cyclegan.trainCycleGan(crashed, ...data(), { ...options, checkpoint, onStep });
    await expect(crash).rejects.toThrow('power cut');
    await cyclegan.trainCycleGan(later, ...data(), { ...options, checkpoint, resume: true });
    expect(weightsOf(later)).toEqual(weightsOf(whole));
    expect([...later.poolY.state[0].dataSync()]).toEqual([...whole.poolY.state[0].dataSync()]);
  });

  test('no public function leaves a tensor behind', async () => {
    const model = cyclegan.buildCycleGan(tiny);
    const [x, y] = data();
    const calls: Record<string, [made: number, call: () => unknown]> = {
      translate: [1, () => cyclegan.translate(model, x, 'XY')],
      cycle: [1, () => cyclegan.cycle(model, x, 'XY')],
      cycleLoss: [1, () => cyclegan.cycleLoss(x, x)],
      identityLoss: [1, () => cyclegan.identityLoss(x, x)],
      discriminatorLoss: [1, () => cyclegan.discriminatorLoss(x, x)],
      generatorAdversarialLoss: [1, () => cyclegan.generatorAdversarialLoss(x)],
      query: [1, () => model.poolX.query(x, new Random(0))],
      clear: [0, () => model.poolX.clear()],
      refresh: [0, () => model.poolX.refresh()],
      trainCycleGan: [0, () => cyclegan.trainCycleGan(model, x, y, { steps: 4, batchSize: 4 })],
      'trainCycleGan, an epoch that ends in the longer set': [
        0,
        () => cyclegan.trainCycleGan(model, y, x, { epochs: 2, batchSize: 4, weights: { identity: 0 } }),
      ],
      dispose: [-(4 * 4 + 4), () => cyclegan.dispose(model)],
    };
    for (const [name, [made, call]] of Object.entries(calls)) {
      const before = tf.memory().numTensors;
      await call();
      expect(tf.memory().numTensors - before, name).toBe(made);
    }
  });

  test('nor does a run on faces, whose batches hold more than images', async () => {
    const { train } = stylePairs({ from: 'comic', to: 'sketch', size: 16, train: 6, test: 1 });
    const model = cyclegan.buildCycleGan({ inputShape: [16, 16, 3], width: 2, blocks: 1, halvings: 1, poolSize: 2 });
    const before = tf.memory().numTensors;
    await cyclegan.trainCycleGan(model, train.from, train.to, { steps: 2, batchSize: 2 });
    expect(tf.memory().numTensors - before).toBe(0);
  });
});
