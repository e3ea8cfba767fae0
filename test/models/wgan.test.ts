import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { sngan, wgan, wganGp } from '../../lib/models';
import { cases as snganCases } from '../golden/sngan.json';
import { cases as penaltyCases } from '../golden/wgan-gp.json';
import { cases } from '../golden/wgan.json';
import { expectClose, expectGradients, expectLoss, setVariables, tensor, variablesOf } from './adversarial';

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

describe('WGAN against PyTorch', () => {
  test('the critic’s loss and its gradients', () => {
    expectLoss(cases['critic loss and its gradients'], ({ real, fake }) => wgan.criticLoss(real, fake));
  });

  test('clipped weights, in place', () => {
    const { weight, c, clipped } = cases['clipped weights'];
    const variable = tf.variable(tensor(weight));
    wgan.clipWeights([variable], c);
    expectClose(variable, clipped, 1e-8);
    expect(() => wgan.clipWeights([variable], 0)).toThrow(/c must be above 0, got 0/);
  });

  test('after training no weight of the critic is outside of the box', async () => {
    const model = wgan.buildWgan({ inputShape: [2] });
    await wgan.trainWgan(model, new Random(0).normal<tf.Rank.R2>([64, 2]), { steps: 3, batchSize: 8, clip: 0.02 });
    for (const variable of variablesOf(model.discriminator)) {
      expect(variable.abs().max().dataSync()[0]).toBeLessThanOrEqual(0.0200001);
    }
    expect(Math.max(...variablesOf(model.generator).map((one) => one.abs().max().dataSync()[0]))).toBeGreaterThan(0.1);
  });
});

describe('the gradient penalty against PyTorch in double precision', () => {
  test.each([
    ['a dense critic', 'gradient penalty of a dense critic, by its weights', [3], [5, 4]],
    ['a convolutional critic', 'gradient penalty of a convolutional critic, by its weights', [8, 8, 1], [3, 4]],
  ] as const)(
    'of %s: the points between, the slopes, and the derivative by each weight',
    (_, name, inputShape, hidden) => {
      const golden = penaltyCases[name];
      const generator = inputShape.length === 3 ? { generator: { hidden: [4] } } : {};
      const model = wganGp.buildWganGp({ inputShape, discriminator: { hidden }, ...generator });
      setVariables(model.discriminator, golden.critic);
      const between = wganGp.interpolate(tensor(golden.real), tensor(golden.fake), tensor<tf.Tensor1D>(golden.alpha));
      expectClose(between, golden.between, 1e-6, 'between');
      const critic = (x: tf.Tensor) => (model.discriminator.apply(x, { training: true }) as tf.Tensor).reshape([-1]);
      expectClose(wganGp.gradientNorm(critic, between), golden.norms, 1e-5, 'norms');
      expectClose(wganGp.gradientPenalty(critic, between), golden.penalty, 1e-5, 'penalty');
      expectGradients(model.discriminator, () => wganGp.gradientPenalty(critic, between), golden.gradients);
    },
  );

  /** f(x) = w·x has the slope ‖w‖ everywhere. */
  const slope = (w: number) => (x: tf.Tensor) => x.mul(w).sum(1);

  test('is two-sided and squared: a slope of ½ costs a quarter, one of 3 costs 4', () => {
    const x = tf.zeros([2, 1]);
    expect(wganGp.gradientPenalty(slope(0.5), x).dataSync()[0]).toBeCloseTo(0.25, 5);
    expect(wganGp.gradientPenalty(slope(3), x).dataSync()[0]).toBeCloseTo(4, 5);
    expect(wganGp.gradientPenalty(slope(1), x).dataSync()[0]).toBeCloseTo(0, 10);
  });

  test('a critic that is flat somewhere gives a finite derivative', () => {
    const w = tf.variable(tf.tensor2d([[0], [0]]));
    const { grads } = tf.variableGrads(
      () => wganGp.gradientPenalty((x) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), tf.ones([3, 2])),
      [w as tf.Variable],
    );
    expect([...grads[w.name].dataSync()].every(Number.isFinite)).toBe(true);
  });

  test('each example has its own share', () => {
    const [real, fake] = [tf.ones([3, 2, 2, 1]), tf.zeros([3, 2, 2, 1])];
    const between = wganGp.interpolate(real, fake, tf.tensor1d([0, 0.25, 1]));
    expect(between.mean([1, 2, 3]).arraySync()).toEqual([0, 0.25, 1]);
    expect(() => wganGp.interpolate(real, fake, tf.zeros([1]))).toThrow(/alpha must have the shape \[3\], got \[1\]/);
    expect(() => wganGp.interpolate(real, tf.zeros([3, 2]) as tf.Tensor, tf.zeros([3]))).toThrow(UserError);
  });

  test('batch norm in the critic is refused, and why is said', () => {
    expect(() => wganGp.buildWganGp({ discriminator: { norm: 'batch' } })).toThrow(/batch norm mixes the examples/);
  });
});

describe('SNGAN', () => {
  test('the hinge loss and its gradients', () => {
    expectLoss(snganCases['hinge loss and its gradients'], ({ real, fake }) => sngan.hingeLoss(real, fake));
  });

  test('the discriminator is no steeper than its layers allow, in training and out of it', () => {
    const model = sngan.buildSngan({ inputShape: [3], discriminator: { hidden: [16, 16] } });
    for (const variable of variablesOf(model.discriminator)) variable.assign(variable.mul(10));
    const random = new Random(0);
    const judge = (x: tf.Tensor) => model.discriminator.apply(x, { training: true }) as tf.Tensor;
    for (let i = 0; i < 50; i++) tf.tidy(() => void judge(tf.zeros([1, 3])));
    const [a, b] = [random.normal<tf.Rank.R2>([200, 3]), random.normal<tf.Rank.R2>([200, 3])];
    const rise = sngan.discriminate(model, a).sub(sngan.discriminate(model, b)).abs();
    const steepest = rise.div(a.sub(b).square().sum(1).sqrt()).max().dataSync()[0];
    expect(steepest).toBeLessThanOrEqual(1.001);
    expect(steepest).toBeGreaterThan(0.05);
  });
});

test('no public function leaves a tensor behind', async () => {
  const tiny = { inputShape: [8, 8, 1], latentDim: 3, generator: { hidden: [4] }, discriminator: { hidden: [4] } };
  const x = new Random(0).uniform<tf.Rank.R4>([10, 8, 8, 1]);
  const scores = tf.zeros<tf.Rank.R1>([10]);
  const models = { wgan: wgan.buildWgan(tiny), wganGp: wganGp.buildWganGp(tiny), sngan: sngan.buildSngan(tiny) };
  const critic = (x: tf.Tensor) => wganGp.discriminate(models.wganGp, x);
  const [w, u] = [tf.ones<tf.Rank.R2>([3, 2]), tf.tensor1d([1, 0])];
  const calls: Record<string, [made: number, call: () => unknown]> = {
    criticLoss: [1, () => wgan.criticLoss(scores, scores)],
    generatorLoss: [1, () => wgan.generatorLoss(scores)],
    clipWeights: [0, () => wgan.clipWeights(variablesOf(models.wgan.discriminator), 1)],
    interpolate: [1, () => wganGp.interpolate(x, x, scores)],
    gradientNorm: [1, () => wganGp.gradientNorm(critic, x)],
    gradientPenalty: [1, () => wganGp.gradientPenalty(critic, x)],
    hingeLoss: [1, () => sngan.hingeLoss(scores, scores)],
    powerIteration: [2, () => sngan.powerIteration(w, u)],
    trainWgan: [0, () => wgan.trainWgan(models.wgan, x, { steps: 2, batchSize: 2 })],
    trainWganGp: [0, () => wganGp.trainWganGp(models.wganGp, x, { steps: 2, batchSize: 2 })],
    trainSngan: [0, () => sngan.trainSngan(models.sngan, x, { steps: 2, batchSize: 2 })],
    'trainSngan, other loss': [
      0,
      () => sngan.trainSngan(models.sngan, x, { steps: 2, batchSize: 2, loss: 'non-saturating' }),
    ],
  };

  for (const [name, [made, call]] of Object.entries(calls)) {
    const before = tf.memory().numTensors;
    await call();
    expect(tf.memory().numTensors - before, name).toBe(made);
  }
});
