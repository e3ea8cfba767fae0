/** Diffusion models learn cases whose best possible figure is known, and wrong versions do not reach it. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Mixture, toys } from '../../datasets';
import { Random, ready } from '../../lib/engine';
import { ddim, ddpm, dpmSolver, guidance, noisyClassifier } from '../../lib/models';
import { train } from '../../lib/training';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const toy = toys.eightGaussians;
const { centers, std } = toy.mixture as Mixture;
type Point = readonly number[];

/** Mean over directions of the 1-Wasserstein distance of the two sets' shadows. */
function slicedWasserstein(a: readonly Point[], b: readonly Point[]): number {
  const shadow = (points: readonly Point[], angle: number) =>
    Float64Array.from(points, ([x, y]) => x * Math.cos(angle) + y * Math.sin(angle)).sort();
  const each = Array.from({ length: 32 }, (_, k) => {
    const [left, right] = [shadow(a, (Math.PI * k) / 32), shadow(b, (Math.PI * k) / 32)];
    return left.reduce((sum, value, i) => sum + Math.abs(value - right[i]), 0) / left.length;
  });
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

const nearest = (point: Point) => {
  const distances = centers.map((center) => Math.hypot(point[0] - center[0], point[1] - center[1]));
  const part = distances.indexOf(Math.min(...distances));
  return { part, isNear: distances[part] < 4 * std };
};

/** Share of the points within four standard deviations of each center. */
function shares(points: readonly Point[]): number[] {
  const counts = centers.map(() => 0);
  for (const point of points) {
    const { part, isNear } = nearest(point);
    if (isNear) counts[part]++;
  }
  return counts.map((count) => count / points.length);
}

const truth = toy.draw(1000, new Random(9)).points;
const distance = (x: tf.Tensor2D) => slicedWasserstein(x.arraySync(), truth);
/** Two sets of 1,000 draws from the data itself are 0.053 apart. */
const mlp = { width: 96, layers: 3 } as const;
const config = { inputShape: [2], steps: 50, variance: 'fixedSmall', mlp, emaDecay: 0.99 } as const;
const training = { batchSize: 512, learningRate: 6e-3, schedule: 'cosine' } as const;

describe('on eight Gaussians', () => {
  let model: ddpm.Ddpm;
  beforeAll(async () => {
    model = ddpm.buildDdpm(config);
    await ddpm.trainDdpm(model, toy.split(4096, 1), { ...training, epochs: 150 });
  });

  test('DDPM finds all eight, in equal parts', async () => {
    const x = await ddpm.sample<tf.Tensor2D>(model, 1000, new Random(3));
    expect(distance(x)).toBeLessThan(0.09);
    const found = shares(x.arraySync());
    expect(Math.min(...found)).toBeGreaterThan(0.06);
    expect(found.reduce((a, b) => a + b)).toBeGreaterThan(0.9);
  });

  test('the sampler that circulates, wrong in all three terms, does not', async () => {
    const { alphas, alphasCumprod } = model.schedule;
    const denoise = ddpm.denoiserOf(model);
    const random = new Random(3);
    let x: tf.Tensor = random.normal([1000, 2]);
    for (let t = 50; t >= 1; t--) {
      const eps = denoise(x, ddpm.everyone(x, t));
      const step = (1 - alphasCumprod[t - 1]) / Math.sqrt(1 - alphasCumprod[t]);
      x = x
        .mul(Math.sqrt(alphas[t]))
        .sub(eps.mul(step))
        .add(random.normal([1000, 2]).mul(Math.sqrt(1 - alphasCumprod[t])));
    }
    expect(distance(x as tf.Tensor2D)).toBeGreaterThan(0.12);
    const found = shares((x as tf.Tensor2D).arraySync());
    expect(found.reduce((a, b) => a + b)).toBeLessThan(0.7);
  });

  test('neither does one with the sign of ε turned, nor one that tells the network the time backwards', async () => {
    const draw = async (denoise: ddpm.Denoiser) =>
      distance(await ddpm.pSampleLoop<tf.Tensor2D>(denoise, [1000, 2], new Random(3), model.schedule));
    const right = ddpm.denoiserOf(model);
    expect(await draw((xt, t) => right(xt, t).neg())).toBeGreaterThan(0.5);
    expect(await draw((xt, t) => right(xt, t.map((step) => 51 - step)))).toBeGreaterThan(0.3); // prettier-ignore
  });

  test('DDIM does nearly as well in 20 steps, with noise and without; DPM-Solver++ in 10', async () => {
    const steps = ddpm.stepSubsequence(50, 20);
    for (const eta of [0, 0.5, 1]) {
      const x = await ddim.sample<tf.Tensor2D>(model, 1000, new Random(3), { eta, steps });
      expect(distance(x), `η = ${eta}`).toBeLessThan(0.13);
    }
    const few = { steps: dpmSolver.logSnrSteps(model.schedule, 10) };
    const solved = distance(await dpmSolver.sample<tf.Tensor2D>(model, 1000, new Random(3), few));
    expect(solved).toBeLessThan(0.13);
  });

  test('points go to their codes and come back; halfway between two codes lies data too', async () => {
    const denoise = ddpm.denoiserOf(model);
    const options = { steps: ddpm.stepSubsequence(50, 50) };
    const x0 = toy.sample(500, new Random(5));
    const code = await ddim.ddimEncode(denoise, x0, model.schedule, options);
    const back = await ddim.ddimSampleLoop(denoise, code, model.schedule, options);
    expect(back.sub(x0).square().sum(1).sqrt().mean().dataSync()[0]).toBeLessThan(2 * std);
    const between = ddim.slerp(code, code.reverse(0), 0.5);
    const made = await ddim.ddimSampleLoop(denoise, between, model.schedule, options);
    expect(shares(made.arraySync()).reduce((a, b) => a + b)).toBeGreaterThan(0.8);
  });

  test('a classifier draws the class that it is asked for; with the wrong sign, never', async () => {
    const { schedule } = model;
    const own = noisyClassifier.buildNoisyClassifier({ inputShape: [2], classes: 8, schedule, channels: 64 });
    await noisyClassifier.trainNoisyClassifier(own, toy.split(4096, 1), { ...training, epochs: 30 });
    const labels = tf.tensor1d(
      Array.from({ length: 400 }, (_, i) => i % 8),
      'int32',
    );
    const accuracy = async (scale: number) => {
      const guide = guidance.classifierGuide(noisyClassifier.classifierOf(own), labels, scale, schedule);
      const options = { variance: 'fixedSmall', guide } as const;
      const x = await ddpm.pSampleLoop<tf.Tensor2D>(ddpm.denoiserOf(model), [400, 2], new Random(6), schedule, options);
      return x.arraySync().filter((point, i) => nearest(point).part === i % 8).length / 400;
    };
    const [none, one, more, wrong] = [await accuracy(0), await accuracy(1), await accuracy(3), await accuracy(-1)];
    expect(none).toBeLessThan(0.25);
    expect(one).toBeGreaterThan(0.75);
    expect(more).toBeGreaterThan(one);
    expect(wrong).toBeLessThan(0.05);
  });
});

test('a conditional model draws the class; more guidance, more surely; without, any class', async () => {
  const model = ddpm.buildDdpm({ ...config, classes: 8 });
  await ddpm.trainDdpm(model, toy.split(4096, 1), { ...training, epochs: 60, dropLabels: 0.2 });
  const labels = tf.tensor1d(Array.from({ length: 400 }, (_, i) => i % 8));
  const accuracy = async (gamma: number) => {
    const x = await guidance.sample<tf.Tensor2D>(model, labels, new Random(6), { gamma, steps: ddpm.stepSubsequence(50, 25) }); // prettier-ignore
    return x.arraySync().filter((point, i) => nearest(point).part === i % 8).length / 400;
  };
  expect(await accuracy(0)).toBeLessThan(0.25);
  const one = await accuracy(1);
  expect(one).toBeGreaterThan(0.9);
  expect(await accuracy(2)).toBeGreaterThanOrEqual(one);
  expect(await accuracy(-1)).toBeLessThan(0.25); // γ and 1 − γ exchanged for γ = 2
});

describe('a learned variance, on Gaussian data', () => {
  // q(x_{t−1}|x_t) is then itself Gaussian, so the bound can reach the entropy, and only with the right variance.
  const spread = 0.5;
  const entropy = Math.log2(spread * Math.sqrt(2 * Math.PI * Math.E)); // bits a number
  const points = () => new Random(1).normal<tf.Rank.R2>([4096, 2], 0, spread);

  async function bound(variance: ddpm.Variance): Promise<number> {
    const model = ddpm.buildDdpm({
      inputShape: [2],
      steps: 25,
      variance,
      mlp: { width: 32, layers: 2 },
      emaDecay: 0.99,
    });
    await ddpm.trainDdpm(model, points(), { batchSize: 512, epochs: 120, learningRate: 5e-3, schedule: 'cosine' });
    const test = new Random(2).normal<tf.Rank.R2>([2000, 2], 0, spread);
    const options = { variance, decoder: 'density' } as const;
    const { total } = await model.ema.during(() =>
      ddpm.variationalBound(ddpm.denoiserOf(model), test, new Random(3), model.schedule, options),
    );
    return total.mean().dataSync()[0];
  }

  test('reaches the entropy, to 0.06 bits; fixed ones do not', async () => {
    const learned = await bound('learned');
    expect(learned).toBeGreaterThan(entropy - 0.04); // 4,000 numbers are known to ±0.03
    expect(learned).toBeLessThan(entropy + 0.06);
    expect(await bound('fixedSmall')).toBeGreaterThan(learned + 0.05);
    expect(await bound('fixedLarge')).toBeGreaterThan(learned + 0.05);
  });
});

describe('a U-Net on pictures of 8 × 8', () => {
  const small = { inputShape: [8, 8, 1], steps: 50, prediction: 'epsilon', variance: 'fixedSmall' } as const;
  const unet = { channels: 16, multipliers: [1, 2], groups: 4, attention: [] } as const;
  /** A bright bar, upright or level, in one of eight places. */
  const bars = () => {
    const random = new Random(1);
    const one = () => {
      const [place, isUpright] = [random.int(8), random.int(2) === 1];
      return Array.from({ length: 64 }, (_, k) => Number((isUpright ? k % 8 : Math.floor(k / 8)) === place));
    };
    return tf.tensor4d(Array.from({ length: 512 }, one).flat(), [512, 8, 8, 1]);
  };
  const end = (loss: readonly number[]) => loss.slice(-16).reduce((sum, value) => sum + value, 0) / 16;

  test('takes the loss far below that of the best constant, which is 1', async () => {
    const model = ddpm.buildDdpm({ ...small, unet });
    const { loss } = await ddpm.trainDdpm(model, bars(), { batchSize: 64, epochs: 15, learningRate: 4e-3 });
    expect(Math.abs(loss[0] - 1)).toBeLessThan(0.1);
    expect(end(loss)).toBeLessThan(0.3);
  });

  test('asked for a noise that is not in the picture, it learns nothing', async () => {
    const model = ddpm.buildDdpm({ ...small, unet });
    const x0 = bars().mul(2).sub(1);
    const { loss } = await train<tf.Tensor>({
      name: 'deaf',
      variables: model.ema.variables,
      epochs: 6,
      batches: () => tf.split(x0, 8),
      loss: (x, random) => {
        const t = ddpm.drawSteps(64, model.schedule, random);
        const xt = ddpm.qSample(x, t, random.normal(x.shape), model.schedule);
        return ddpm.denoiserOf(model)(xt, t).sub(random.normal(x.shape)).square().mean();
      },
      learningRate: 4e-3,
    });
    expect(end(loss)).toBeGreaterThan(0.95);
  });
});
