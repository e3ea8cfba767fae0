import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { ddim, ddpm, guidance, noisyClassifier } from '../../lib/models';
import file from '../golden/guidance.json';

const golden = file.cases;

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];
const rows = (values: readonly number[]) => tf.tensor2d([...values], [2, 3]);
const linear = ddpm.linearSchedule(1000);

function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 2e-5): void {
  const scale = Math.max(1, ...expected.map(Math.abs));
  numbers(actual).forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `entry ${i}: ${value} for ${expected[i]}`).toBeLessThan(tolerance * scale);
  });
}

describe('against PyTorch and diffusers', () => {
  // The formulas of the golden file, which count t from 0.
  const denoise: ddpm.Denoiser = (x, [t]) => x.sin().mul(1 - (t - 1) / 2000);
  const classifier: guidance.Classifier = (x, [t]) =>
    tf
      .tanh(x as tf.Tensor2D)
      .matMul<tf.Tensor2D>(tf.tensor2d(file.weights))
      .mul(1 + (t - 1) / 1000);
  const labels = () => tf.tensor1d(file.labels, 'int32');

  test('the gradient of log p(y|x)', () => {
    const { xt, rows: cases } = golden['classifier gradient'];
    for (const { t, gradient } of cases) {
      expectClose(guidance.classifierGradient(classifier, rows(xt), [t, t], labels()), gradient);
    }
  });

  test('DDPM with the mean moved', () => {
    for (const { t, xt, noise, previous } of golden['classifier guidance, DDPM'].rows) {
      const step = ddpm.pMeanVariance(denoise, rows(xt), [t, t], linear, { variance: 'fixedSmall' });
      const mean = guidance.classifierGuide(classifier, labels(), file.scale, linear)(step, rows(xt), [t, t]);
      expectClose(mean.add(step.logVariance.mul(0.5).exp().mul(rows(noise))), previous);
    }
  });

  test('DDIM with ε moved', async () => {
    const { xT, steps, x0 } = golden['classifier guidance, DDIM'];
    const moved = guidance.classifierGuidedDenoiser(denoise, classifier, labels(), file.scale, linear);
    expectClose(await ddim.ddimSampleLoop(moved, rows(xT), linear, { steps: [...steps].reverse() }), x0, 1e-4);
  });

  test('both ways to write classifier-free guidance', () => {
    const { c, u, rows: cases } = golden['classifier-free guidance'];
    for (const { s, eps } of cases) {
      expectClose(guidance.guided(rows(c), rows(u), s), eps);
      expectClose(guidance.guidedByWeight(rows(c), rows(u), s - 1), eps);
    }
    expect(() => guidance.guided(rows(c), tf.zeros([2, 1]), 2)).toThrow(/unconditional must have the shape/);
  });
});

/** Two classes at ±1 on a line, each N(±1, 0.5²), equally likely: every network is a formula. */
describe('on two Gaussians, where the best networks are known', () => {
  const schedule = ddpm.linearSchedule(100);
  const [center, spread] = [1, 0.5];
  const at = ([t]: readonly number[]) => {
    const left = schedule.alphasCumprod[t];
    return { left, variance: left * spread ** 2 + 1 - left };
  };
  /** log p(x_t|y=1) − log p(x_t|y=0) is linear in x_t. */
  const logOdds = (x: tf.Tensor, t: readonly number[]) => {
    const { left, variance } = at(t);
    return x.mul((2 * Math.sqrt(left) * center) / variance);
  };
  const classifier: guidance.Classifier = (x, t) => tf.concat([tf.zerosLike(x), logOdds(x, t)], 1) as tf.Tensor2D;
  const epsilonAround = (x: tf.Tensor, t: readonly number[], mean: tf.Tensor | number) => {
    const { left, variance } = at(t);
    return x.sub(tf.mul(mean, Math.sqrt(left))).mul(Math.sqrt(1 - left) / variance);
  };
  const conditional: ddpm.Denoiser = (x, t) => epsilonAround(x, t, center);
  /** ε of the mixture: E[mean | x] = 2 p(y=1|x) − 1. */
  const unconditional: ddpm.Denoiser = (x, t) => epsilonAround(x, t, logOdds(x, t).sigmoid().mul(2).sub(1).mul(center));
  const ones = () => tf.ones<tf.Rank.R1>([3000]);
  const about = (x: tf.Tensor) => {
    const { mean, variance } = tf.moments(x);
    const share = x.greater(0).toFloat().mean().dataSync()[0];
    return { mean: mean.dataSync()[0], spread: Math.sqrt(variance.dataSync()[0]), share };
  };
  const options = { variance: 'fixedSmall' } as const;
  const byClassifier = async (scale: number) => {
    const guide = guidance.classifierGuide(classifier, ones(), scale, schedule);
    return about(await ddpm.pSampleLoop(unconditional, [3000, 1], new Random(1), schedule, { ...options, guide }));
  };
  const withoutClassifier = async (gamma: number) => {
    const denoise: ddpm.Denoiser = (x, t) => guidance.guided(conditional(x, t), unconditional(x, t), gamma);
    return about(await ddim.ddimSampleLoop(denoise, new Random(1).normal([3000, 1]), schedule));
  };

  test('a classifier with scale 1 turns p(x) into p(x|y); a wrong sign, into the other class', async () => {
    expect((await byClassifier(0)).share).toBeCloseTo(0.5, 1);
    const right = await byClassifier(1);
    expect(Math.abs(right.mean - center)).toBeLessThan(0.06);
    expect(Math.abs(right.spread - spread)).toBeLessThan(0.06);
    expect((await byClassifier(-1)).share).toBeLessThan(0.2);
  });

  test('more of it gives more of the class and less variety', async () => {
    const [none, some, much] = [await byClassifier(0), await byClassifier(1), await byClassifier(4)];
    expect(some.share).toBeGreaterThan(none.share + 0.3);
    expect(much.share).toBeGreaterThan(some.share + 0.01); // of the class itself 97.7 % lie above 0
    expect(much.spread).toBeLessThan(0.9 * some.spread);
    expect(much.mean).toBeGreaterThan(some.mean + 0.1);
  });

  test('so does guidance without a classifier: γ = 0 ignores the class, 1 is the class, above goes beyond', async () => {
    const [none, one, more] = [await withoutClassifier(0), await withoutClassifier(1), await withoutClassifier(3)];
    expect(none.share).toBeCloseTo(0.5, 1);
    expect(Math.abs(one.mean - center)).toBeLessThan(0.06);
    expect(Math.abs(one.spread - spread)).toBeLessThan(0.06);
    expect(more.share).toBeGreaterThan(one.share + 0.01);
    expect(more.mean).toBeGreaterThan(one.mean + 0.1);
    expect((await withoutClassifier(-1)).share).toBeLessThan(0.2); // γ and 1 − γ exchanged for γ = 2
  });

  test('DDIM with the classifier in ε comes to the same class', async () => {
    const moved = guidance.classifierGuidedDenoiser(unconditional, classifier, ones(), 1, schedule);
    const { mean } = about(await ddim.ddimSampleLoop(moved, new Random(1).normal([3000, 1]), schedule));
    expect(Math.abs(mean - center)).toBeLessThan(0.06);
  });
});

describe('with networks', () => {
  const config = { inputShape: [2], steps: 25, classes: 3, mlp: { width: 16, layers: 1 } } as const;
  const wake = (network: tf.LayersModel) => {
    const last = network.getLayer('out');
    last.setWeights(last.getWeights().map((weight) => new Random(1).normal(weight.shape)));
  };

  test.each(['fixedLarge', 'learned'] as const)('one evaluation answers with and without the class: %s', (variance) => {
    const model = ddpm.buildDdpm({ ...config, variance });
    wake(model.network);
    const x = new Random(0).normal([4, 2]);
    const [t, labels] = [[1, 5, 9, 25], tf.tensor1d([0, 1, 2, 1])];
    const apply = vi.spyOn(model.network, 'apply');
    const both = guidance.guidedDenoiser(model, labels, 2.5)(x, t);
    expect(apply).toHaveBeenCalledTimes(1);
    apply.mockRestore();
    const [c, u] = [ddpm.denoiserOf(model, labels)(x, t), ddpm.denoiserOf(model)(x, t)];
    expectClose(both.slice([0, 0], [4, 2]), numbers(c.mul(2.5).sub(u.mul(1.5)).slice([0, 0], [4, 2])));
    if (variance === 'learned') expectClose(both.slice([0, 2], [4, 2]), numbers(c.slice([0, 2], [4, 2])));
    expect(() => guidance.guidedDenoiser(ddpm.buildDdpm({ ...config, classes: 0 }), labels, 2)).toThrow(/no classes/);
  });

  test('the classifier of noisy images is told the time', () => {
    const { schedule } = ddpm.buildDdpm(config);
    const model = noisyClassifier.buildNoisyClassifier({ inputShape: [8, 8, 1], classes: 3, schedule, channels: 8 });
    const x = new Random(0).normal([2, 8, 8, 1]);
    const classifier = noisyClassifier.classifierOf(model);
    for (const layer of model.network.layers.filter(({ name }) => /conv2$/.test(name))) {
      layer.setWeights(layer.getWeights().map((weight) => new Random(1).normal(weight.shape)));
    }
    const logits = classifier(x, [1, 1]);
    expect(logits.shape).toEqual([2, 3]);
    expect(numbers(classifier(x, [20, 20]))).not.toEqual(numbers(logits));
    const gradient = guidance.classifierGradient(classifier, x, [1, 1], tf.tensor1d([0, 2]));
    expect(gradient.shape).toEqual(x.shape);
    expect(gradient.abs().min().dataSync()[0]).toBeGreaterThan(0);
  });

  test('no public function leaves a tensor behind', async () => {
    const model = ddpm.buildDdpm({ ...config, variance: 'learned' });
    const { schedule } = model;
    const random = new Random(0);
    const x = random.normal<tf.Rank.R2>([4, 2]);
    const [t, labels] = [[1, 5, 9, 25], tf.tensor1d([0, 1, 2, 1], 'int32')];
    const own = noisyClassifier.buildNoisyClassifier({ inputShape: [2], classes: 3, schedule, channels: 16 });
    const classifier = noisyClassifier.classifierOf(own);
    const denoise = ddim.meanOf(model, ddpm.denoiserOf(model));
    const gaussian = { mean: x, logVariance: tf.scalar(0) };
    const step = { ...gaussian, predX0: x };
    const split = {
      size: 8,
      *batches() {
        for (let i = 0; i < 2; i++) yield { images: random.normal([4, 2]), labels: labels.clone() };
      },
    };
    const calls: Record<string, [made: number, call: () => unknown]> = {
      classifierGradient: [1, () => guidance.classifierGradient(classifier, x, t, labels)],
      guidedMean: [1, () => guidance.guidedMean(gaussian, x, 2)],
      classifierGuide: [1, () => guidance.classifierGuide(classifier, labels, 2, schedule)(step, x, t)],
      guidedEpsilon: [1, () => guidance.guidedEpsilon(x, x, t, 2, schedule)],
      classifierGuidedDenoiser: [
        1,
        () => guidance.classifierGuidedDenoiser(denoise, classifier, labels, 2, schedule)(x, t),
      ],
      guided: [1, () => guidance.guided(x, x, 2)],
      guidedByWeight: [1, () => guidance.guidedByWeight(x, x, 2)],
      guidedDenoiser: [1, () => guidance.guidedDenoiser(model, labels, 2)(x, t)],
      'sample, DDIM': [1, () => guidance.sample(model, labels, random)],
      'sample, DDPM': [1, () => guidance.sample(model, labels, random, { sampler: 'ddpm' })],
      trainNoisyClassifier: [0, () => noisyClassifier.trainNoisyClassifier(own, split, { epochs: 2, batchSize: 4 })],
      dispose: [-own.network.weights.length, () => noisyClassifier.dispose(own)],
    };
    for (const [name, [made, call]] of Object.entries(calls)) {
      const before = tf.memory().numTensors;
      await call();
      expect(tf.memory().numTensors - before, name).toBe(made);
    }
  });
});
