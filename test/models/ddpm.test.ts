import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { ddpm } from '../../lib/models';
import { memoryStore } from '../../lib/training';
import file from '../golden/ddpm.json';

const golden = file.cases;

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const images = (values: readonly number[]) => tf.tensor4d([...values], [2, 2, 2, 1]);
const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];

/** Of the largest number expected, or of 1. */
function expectClose(actual: tf.Tensor | readonly number[], expected: readonly number[], tolerance = 1e-5): void {
  const values = actual instanceof tf.Tensor ? numbers(actual) : actual;
  expect(values.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  values.forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `entry ${i}: ${value} for ${expected[i]}`).toBeLessThan(tolerance * scale);
  });
}

describe('against diffusers', () => {
  test.each(['linear', 'cosine'] as const)('the %s schedule', (kind) => {
    const { at, betas, alphasCumprod } = golden[`${kind} schedule`];
    const schedule = kind === 'linear' ? ddpm.linearSchedule(1000) : ddpm.cosineSchedule(1000);
    at.forEach((t, i) => {
      expect(Math.abs(schedule.betas[t] / betas[i] - 1), `β at ${t}`).toBeLessThan(1e-9);
      expect(Math.abs(schedule.alphasCumprod[t] / alphasCumprod[i] - 1), `ᾱ at ${t}`).toBeLessThan(1e-9);
    });
  });

  test('the forward process, and the velocity', () => {
    const { x0, noise, t, xt, velocity } = golden['forward process and velocity'];
    const schedule = ddpm.linearSchedule(1000);
    expectClose(ddpm.qSample(images(x0), t, images(noise), schedule), xt);
    expectClose(ddpm.velocity(images(x0), t, images(noise), schedule), velocity);
  });

  const cases = {
    'step, epsilon, fixed large': { prediction: 'epsilon', variance: 'fixedLarge' },
    'step, epsilon, fixed small': { prediction: 'epsilon', variance: 'fixedSmall' },
    'step, epsilon, clipped': { prediction: 'epsilon', variance: 'fixedSmall', clip: true },
    'step, sample, cosine': { prediction: 'x0', variance: 'fixedSmall' },
    'step, velocity': { prediction: 'v', variance: 'fixedLarge' },
    'step, learned variance': { prediction: 'epsilon', variance: 'learned' },
  } as const;

  test.each(Object.entries(cases))('%s', (name, options) => {
    const schedule = name.includes('cosine') ? ddpm.cosineSchedule(1000) : ddpm.linearSchedule(1000);
    const rows: { t: number; xt: number[]; answer: number[]; noise: number[]; previous: number[]; predX0: number[] }[] =
      golden[name as keyof typeof cases].rows;
    for (const row of rows) {
      const share = 'share' in row ? [images(row.share as number[])] : [];
      const denoise = () => tf.concat([images(row.answer), ...share], -1);
      const xt = images(row.xt);
      const x = ddpm.pSample(denoise, xt, row.t, images(row.noise), schedule, options);
      expectClose(x, row.previous, 2e-5);
      const { predX0 } = ddpm.pMeanVariance(denoise, xt, [row.t, row.t], schedule, options);
      expectClose(predX0, row.predX0, 2e-5);
    }
  });
});

describe('against distributions in double precision', () => {
  const schedule = ddpm.linearSchedule(1000);

  test('the posterior is what conditioning the joint Gaussian gives', () => {
    const { x0, xt, rows } = golden.posterior;
    for (const { t, mean, variance } of rows) {
      const posterior = ddpm.qPosterior(images(x0), images(xt), [t, t], schedule);
      expectClose(posterior.mean, mean);
      expectClose(posterior.logVariance.exp().div(variance), [1, 1]);
      expectClose([schedule.posteriorVariance[t] / variance], [1]);
    }
  });

  test('the terms of the bound, the hybrid loss and its gradients', () => {
    const { x0, noise, prior, rows } = golden['variational bound'];
    expectClose(ddpm.priorTerm(images(x0), schedule), prior, 1e-6);
    for (const { t, eps, share, bits, hybrid, gradients } of rows) {
      const both = (e: tf.Tensor, s: tf.Tensor) => () => tf.concat([e, s], -1);
      const each = [t, t];
      const terms = ddpm.boundTerms(both(images(eps), images(share)), images(x0), each, images(noise), schedule, {
        variance: 'learned',
      });
      expectClose(terms, bits, 1e-4);
      const loss = (e: tf.Tensor, s: tf.Tensor) =>
        ddpm.hybridLoss(both(e, s), images(x0), each, images(noise), schedule).loss;
      expectClose(loss(images(eps), images(share)), [hybrid], 1e-4);
      const found = tf.grads((e, s) => loss(e, s))([images(eps), images(share)]);
      found.forEach((gradient, i) => expectClose(gradient, gradients[i], 1e-4));
    }
  });

  test('the grey levels of the last decoder add up to 1', () => {
    const levels = tf.tensor1d(Array.from({ length: 256 }, (_, k) => k / 127.5 - 1));
    for (const [mean, std] of [
      [0.3, 0.05],
      [-1.2, 0.4],
      [0.99, 0.002],
    ]) {
      // prettier-ignore
      const gaussian = { mean: tf.fill([256], mean), logVariance: tf.scalar(2 * Math.log(std)) };
      const total = ddpm.discretizedLogLikelihood(levels, gaussian).exp().sum().dataSync()[0];
      expect(total).toBeCloseTo(1, 4);
    }
  });

  test('the whole bound is its parts, and asks for the variance', async () => {
    const short = ddpm.linearSchedule(25);
    const x0 = images(golden['variational bound'].x0);
    const options = { variance: 'fixedSmall' } as const;
    const guess = (xt: tf.Tensor) => xt.mul(0.5);
    const { total, terms, prior } = await ddpm.variationalBound(guess, x0, new Random(0), short, options);
    expect(terms.shape).toEqual([2, 25]);
    expectClose(total, numbers(terms.sum(1).add(prior)));
    expect(Math.min(...numbers(terms))).toBeGreaterThanOrEqual(0);
    expect(() => ddpm.boundTerms(guess, x0, [1, 2], x0, short)).toThrow(/say variance: 'fixedSmall'/);
  });
});

describe('by hand: x₀ = 0 and β = (0.1, 0.2)', () => {
  const schedule = ddpm.scheduleOf([0.1, 0.2]);

  test('the numbers of the lesson', () => {
    expectClose(schedule.alphasCumprod, [1, 0.9, 0.72], 1e-12);
    const noise = tf.tensor4d([1, -1, 2, 0.5], [1, 2, 2, 1]);
    const x0 = tf.zerosLike(noise);
    const x2 = ddpm.qSample(x0, [2], noise, schedule);
    expectClose(x2, [0.52915, -0.52915, 1.0583, 0.264575], 1e-5); // √0.28 times the noise
    // β̃₂ = 0.1 · 0.2 / 0.28, and the mean takes √0.8 · 0.1 / 0.28 of x₂.
    expectClose([schedule.posteriorVariance[2]], [0.0714286], 1e-6);
    expectClose([schedule.posteriorMeanCoef2[2], schedule.posteriorMeanCoef1[2]], [0.3194383, 0.6776309], 1e-6);
    const { mean } = ddpm.qPosterior(x0, x2, [2], schedule);
    expectClose(mean, [0.169031, -0.169031, 0.338062, 0.0845154], 1e-5);
  });

  test('two such steps are not pure noise, and the library says so', () => {
    expect(() => ddpm.expectNoise(schedule)).toThrow(/after 2 steps ᾱ_T is 0\.72, .*below 0\.001/);
    expect(() => ddpm.linearSchedule(50, [1e-4, 0.02])).toThrow(/ᾱ_T is 0\.60/);
    expect(ddpm.linearSchedule(50).alphasCumprod[50]).toBeLessThan(1e-3);
    expect(() => ddpm.linearSchedule(20)).toThrow(/20 steps are too few, from 21 on/);
  });
});

describe('schedules', () => {
  test('a respaced one keeps ᾱ at the steps that stay, and tells the network the old steps', () => {
    const full = ddpm.linearSchedule(1000);
    const few = ddpm.respace(full, ddpm.stepSubsequence(1000, 4));
    expect(few.timesteps).toEqual([0, 250, 500, 750, 1000]);
    expectClose(few.alphasCumprod, [0, 250, 500, 750, 1000].map((t) => full.alphasCumprod[t]), 1e-12); // prettier-ignore
    const told: (readonly number[])[] = [];
    const x = tf.zeros([1, 2]);
    ddpm.pSample((xt, t) => (told.push(t), tf.zerosLike(xt)), x, 2, x, few);
    expect(told).toEqual([[500]]);
    expect(() => ddpm.respace(full, [5, 3, 1000])).toThrow(/rise from 1 and end with T = 1000/);
    expect(() => ddpm.respace(full, [5, 10])).toThrow(/end with T/);
  });

  test('subsequences rise, end with T, and quadratic ones are dense at the start', () => {
    expect(ddpm.stepSubsequence(10, 10, 'quadratic')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(ddpm.stepSubsequence(1000, 5, 'quadratic')).toEqual([40, 160, 360, 640, 1000]);
    for (let count = 1; count <= 50; count++) {
      for (const spacing of ['linear', 'quadratic'] as const) {
        const steps = ddpm.stepSubsequence(50, count, spacing);
        expect([steps.length, steps[count - 1]]).toEqual([count, 50]);
        expect(steps.every((t, i) => t > (steps[i - 1] ?? 0))).toBe(true);
      }
    }
    expect(() => ddpm.stepSubsequence(10, 11)).toThrow(/between 1 and 10 can be taken, got 11/);
  });

  test('what does not make sense is refused in words', () => {
    const schedule = ddpm.linearSchedule(25);
    const x = tf.zeros([2, 3]);
    expect(() => ddpm.scheduleOf([0.1, 1])).toThrow(/β_2 is 1/);
    expect(() => ddpm.scheduleOf([])).toThrow(/whole number from 1, got 0/);
    expect(() => ddpm.qSample(x, [1], x, schedule)).toThrow(/a step for each of the 2 examples, got 1/);
    expect(() => ddpm.qSample(x, [0, 1], x, schedule)).toThrow(/from 1 to 25, got 0/);
    expect(() => ddpm.qSample(x, [1, 1], tf.zeros([2, 1]), schedule)).toThrow(/noise must have the shape of x0/);
    expect(() => ddpm.pSample(() => tf.zeros([2, 1]), x, 3, x, schedule)).toThrow(/answer must have the shape/);
    expect(() => ddpm.buildDdpm({ inputShape: [4, 4] })).toThrow(/\[H, W, C\] of an image or \[n\] of a point/);
  });
});

describe('predictions', () => {
  test('each tells the same image and noise', () => {
    const schedule = ddpm.cosineSchedule(40);
    const random = new Random(1);
    const [x0, noise] = [random.normal([3, 4]), random.normal([3, 4])];
    const t = [1, 20, 35];
    const xt = ddpm.qSample(x0, t, noise, schedule);
    for (const prediction of ['epsilon', 'x0', 'v'] as const) {
      const answer = ddpm.targetOf(prediction, x0, t, noise, schedule);
      const parts = ddpm.partsOf(prediction, answer, xt, t, schedule);
      expectClose(parts.x0, numbers(x0), 2e-5);
      expectClose(parts.epsilon, numbers(noise), 1e-3); // at t = 1 the noise is 1/80 of x_t
    }
    const clipped = ddpm.partsOf('x0', x0.mul(9), xt, t, schedule, true);
    expect(Math.max(...numbers(clipped.x0.abs()))).toBe(1);
    const rebuilt = ddpm.qSample(clipped.x0, t, clipped.epsilon, schedule);
    expectClose(rebuilt, numbers(xt));
  });
});

describe('steps of training and of sampling', () => {
  test('t is each of 1…T equally often', () => {
    const schedule = ddpm.linearSchedule(25);
    const counts = new Array<number>(26).fill(0);
    for (const t of ddpm.drawSteps(25_000, schedule, new Random(0))) counts[t]++;
    expect(counts[0]).toBe(0);
    counts.slice(1).forEach((count) => expect(Math.abs(count - 1000)).toBeLessThan(160)); // 5 standard deviations
  });

  test('the loop counts T…1, adds no noise at the end, and shows each step', async () => {
    const schedule = ddpm.linearSchedule(25);
    const asked: number[] = [];
    const seen: number[] = [];
    const denoise: ddpm.Denoiser = (xt, [t]) => (asked.push(t), tf.zerosLike(xt));
    const x = await ddpm.pSampleLoop(denoise, [2, 3], new Random(0), schedule, {
      prediction: 'x0',
      onStep: async ({ step, steps, x, predX0 }) => {
        await Promise.resolve();
        seen.push(step);
        expect([steps, x.shape, predX0.shape]).toEqual([25, [2, 3], [2, 3]]);
      },
    });
    expect(asked).toEqual(Array.from({ length: 25 }, (_, i) => 25 - i));
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    expectClose(x, [0, 0, 0, 0, 0, 0]); // the network says 0, and nothing is added
  });

  test('an abort ends it, and what it held is given back', async () => {
    const schedule = ddpm.linearSchedule(25);
    const stop = new AbortController();
    const before = tf.memory().numTensors;
    const loop = ddpm.pSampleLoop((xt) => tf.zerosLike(xt), [2, 3], new Random(0), schedule, {
      signal: stop.signal,
      onStep: ({ step }) => void (step === 3 && stop.abort()),
    });
    await expect(loop).rejects.toThrow(/abort/i);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the model', () => {
  const small = { inputShape: [4, 4, 1], steps: 25, unet: { channels: 8, multipliers: [1], attention: [] } } as const;
  const points = { inputShape: [2], steps: 25, mlp: { width: 16, layers: 1 } } as const;

  test('images come out as grey levels, points as they are, one seed one result', async () => {
    const model = ddpm.buildDdpm(small);
    const draw = async (seed: number) => numbers(await ddpm.sample(model, 2, new Random(seed)));
    const levels = await draw(0);
    expect(levels.length).toBe(32);
    expect(levels.every((level) => level >= 0 && level <= 1)).toBe(true);
    expect(await draw(0)).toEqual(levels);
    expect(await draw(1)).not.toEqual(levels);
    const x = tf.tensor2d([[-3, 5]]);
    const plane = ddpm.buildDdpm(points);
    expect(numbers(ddpm.fromModel(plane, ddpm.toModel(plane, x)))).toEqual([-3, 5]);
  });

  test('a conditional one is told the class, or that there is none', async () => {
    const model = ddpm.buildDdpm({ ...points, classes: 3 });
    model.network.getLayer('out').setWeights([tf.ones([16, 2]), tf.zeros([2])]);
    const x = tf.ones([1, 2]);
    const say = (label?: number) =>
      numbers(ddpm.denoiserOf(model, label === undefined ? undefined : tf.tensor1d([label]))(x, [5]));
    expect(say(0)).not.toEqual(say(1));
    expect(say()).toEqual(say(3));
    await expect(ddpm.trainDdpm(model, tf.zeros([10, 2]), { epochs: 1 })).rejects.toThrow(/split with labels/);
    const labels = tf.tensor1d(new Array<number>(20_000).fill(1));
    const told = numbers(ddpm.withoutSome(labels, 0.1, 3, new Random(0)));
    expect(told.filter((label) => label === 3).length / 20_000).toBeCloseTo(0.1, 2);
    expect(new Set(told)).toEqual(new Set([1, 3]));
  });

  test.each(['fixedSmall', 'learned'] as const)(
    'a run that is resumed ends with the same average: %s',
    async (kind) => {
      const data = new Random(2).normal([64, 2]);
      const options = { batchSize: 16, learningRate: 0.01 };
      const config = { ...points, variance: kind };
      const whole = ddpm.buildDdpm(config);
      await ddpm.trainDdpm(whole, data, { ...options, epochs: 4 });
      const store = memoryStore();
      const checkpoint = { store, every: 1000 };
      await ddpm.trainDdpm(ddpm.buildDdpm(config), data, { ...options, epochs: 2, checkpoint });
      const second = ddpm.buildDdpm(config);
      await ddpm.trainDdpm(second, data, { ...options, epochs: 4, checkpoint, resume: true });
      const averages = ({ ema }: ddpm.Ddpm) => ema.state.flatMap(numbers);
      expect(averages(second)).toEqual(averages(whole));
      expect(averages(whole)[0]).toBe(16);
    },
  );

  test('samples are made with the average, unless told otherwise', async () => {
    const model = ddpm.buildDdpm(points);
    await ddpm.trainDdpm(model, new Random(2).normal([64, 2]), { epochs: 3, batchSize: 16, learningRate: 0.05 });
    const draw = async (weights: 'average' | 'last') =>
      numbers(await ddpm.sample(model, 4, new Random(0), { weights }));
    const own = model.network.getWeights().flatMap(numbers);
    expect(await draw('average')).not.toEqual(await draw('last'));
    expect(model.network.getWeights().flatMap(numbers)).toEqual(own);
  });

  test('no public function leaves a tensor behind', async () => {
    const model = ddpm.buildDdpm({ ...points, variance: 'learned' });
    const random = new Random(0);
    const x = random.normal<tf.Rank.R2>([4, 2]);
    const t = [1, 2, 3, 25];
    const { schedule } = model;
    const denoise = ddpm.denoiserOf(model);
    const plain: ddpm.Denoiser = (xt) => xt.mul(0.5);
    const learned = { variance: 'learned' } as const;
    const gaussian = { mean: x, logVariance: tf.scalar(0) };
    const labels = tf.tensor1d([1, 2, 3, 4]);
    const calls: Record<string, [made: number, call: () => unknown]> = {
      qSample: [1, () => ddpm.qSample(x, t, x, schedule)],
      qPosterior: [2, () => ddpm.qPosterior(x, x, t, schedule)],
      predictStartFromNoise: [1, () => ddpm.predictStartFromNoise(x, t, x, schedule)],
      predictNoiseFromStart: [1, () => ddpm.predictNoiseFromStart(x, t, x, schedule)],
      predictStartFromV: [1, () => ddpm.predictStartFromV(x, t, x, schedule)],
      velocity: [1, () => ddpm.velocity(x, t, x, schedule)],
      targetOf: [1, () => ddpm.targetOf('epsilon', x, t, x, schedule)],
      partsOf: [2, () => ddpm.partsOf('v', x, x, t, schedule, true)],
      denoiserOf: [1, () => denoise(x, t)],
      pMeanVariance: [3, () => ddpm.pMeanVariance(denoise, x, t, schedule, learned)],
      pSample: [1, () => ddpm.pSample(denoise, x, 3, x, schedule, learned)],
      pSampleLoop: [1, () => ddpm.pSampleLoop(denoise, [4, 2], random, schedule, learned)],
      'pSampleLoop, watched': [1, () => ddpm.pSampleLoop(plain, [4, 2], random, schedule, { onStep: () => undefined })],
      ddpmLoss: [1, () => ddpm.ddpmLoss(plain, x, t, x, schedule)],
      hybridLoss: [3, () => ddpm.hybridLoss(denoise, x, t, x, schedule, { decoder: 'density' })],
      boundTerms: [1, () => ddpm.boundTerms(denoise, x, t, x, schedule, learned)],
      priorTerm: [1, () => ddpm.priorTerm(x, schedule)],
      variationalBound: [3, () => ddpm.variationalBound(denoise, x, random, schedule, learned)],
      gaussianKl: [1, () => ddpm.gaussianKl(gaussian, gaussian)],
      discretizedLogLikelihood: [1, () => ddpm.discretizedLogLikelihood(x, gaussian)],
      toModel: [1, () => ddpm.toModel(model, x)],
      fromModel: [1, () => ddpm.fromModel(model, x)],
      withoutSome: [1, () => ddpm.withoutSome(labels, 0.5, 9, random)],
      sample: [1, () => ddpm.sample(model, 3, random)],
      trainDdpm: [0, () => ddpm.trainDdpm(model, x, { epochs: 2, batchSize: 2 })],
      dispose: [-(2 * model.network.weights.length + 1), () => ddpm.dispose(model)],
    };
    for (const [name, [made, call]] of Object.entries(calls)) {
      const before = tf.memory().numTensors;
      await call();
      expect(tf.memory().numTensors - before, name).toBe(made);
    }
  });
});
