/** DDIM, DPM-Solver++(2M), Euler and Heun: against diffusers, and on Gaussian data, where the exact answer is known. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { ddim, ddpm, dpmSolver, euler } from '../../lib/models';
import ddimFile from '../golden/ddim.json';
import dpmFile from '../golden/dpm-solver.json';
import eulerFile from '../golden/euler.json';

beforeAll(() => ready());

const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];
const rows = (values: readonly number[]) => tf.tensor2d([...values], [2, 3]);
const rising = (steps: readonly number[]) => [...steps].reverse();
const linear = ddpm.linearSchedule(1000);
const cosine = ddpm.cosineSchedule(1000);

function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 2e-5): void {
  const scale = Math.max(1, ...expected.map(Math.abs));
  numbers(actual).forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `entry ${i}: ${value} for ${expected[i]}`).toBeLessThan(tolerance * scale);
  });
}

/** The network of the golden files, which count t from 0. */
const formula: ddpm.Denoiser = (x, [t]) => x.sin().mul(1 - (t - 1) / 2000);

describe('against diffusers', () => {
  const optionsOf: Record<keyof typeof ddimFile.cases, ddim.DdimOptions & { schedule?: ddpm.Schedule }> = {
    'eta 0': {},
    'eta 0.5': {},
    'eta 1': {},
    'ends at the first step': { last: 1 },
    'velocity, cosine': { prediction: 'v', schedule: cosine },
    'image, clipped, eta 0.3': { prediction: 'x0', clip: true },
  };

  test.each(Object.entries(ddimFile.cases))('DDIM: %s', async (name, { steps, eta, xT, noises, x0 }) => {
    const { schedule = linear, ...options } = optionsOf[name as keyof typeof optionsOf];
    // Step by step, with the noises that the scheduler was given.
    let x = rows(xT);
    steps.forEach((t, i) => {
      const previous = steps[i + 1] ?? options.last ?? 0;
      if (previous < t) x = ddim.ddimStep(formula, x, t, previous, rows(noises[i]), schedule, { ...options, eta }).x;
    });
    expectClose(x, x0);
    if (eta > 0) return;
    const all = { ...options, steps: rising(steps) };
    // A subsequence ends with T; these schedulers' do not.
    expectClose(await ddim.ddimSampleLoop(formula, rows(xT), schedule, all), x0);
  });

  const dpmOptions: Record<keyof typeof dpmFile.cases, dpmSolver.DpmSolverOptions> = {
    '10 steps to the image': {},
    '20 steps to the image': {},
    '10 steps to the first step': { last: 1 },
    '20 steps to the first step': { last: 1 },
    '12 steps, velocity': { prediction: 'v' },
    '12 steps, image': { prediction: 'x0' },
    '6 steps of first order': {},
  };

  test.each(Object.entries(dpmFile.cases))('DPM-Solver++: %s', async (name, { steps, xT, x0 }) => {
    const options = { ...dpmOptions[name as keyof typeof dpmOptions], steps: rising(steps) };
    if (name.includes('first order')) {
      // First order is DDIM.
      expectClose(await ddim.ddimSampleLoop(formula, rows(xT), linear, options), x0);
    } else {
      expectClose(await dpmSolver.dpmSolverSampleLoop(formula, rows(xT), linear, options), x0);
    }
  });

  const runs = {
    'Euler, Karras levels': euler.sampleEuler,
    'Euler, linear levels': euler.sampleEuler,
    'Euler, velocity': euler.sampleEuler,
    'Heun, Karras levels': euler.sampleHeun,
  };

  test.each(Object.entries(runs))('%s', async (name, sampler) => {
    const { x, sigmas, x0 } = eulerFile.cases[name as keyof typeof runs];
    const denoiser = euler.sigmaDenoiser(formula, linear, { prediction: name.includes('velocity') ? 'v' : 'epsilon' });
    const found = await sampler(denoiser, rows(x), sigmas);
    expectClose(found, x0, 1e-4); // theirs rounds t and its noise levels to single precision
    if (!name.includes('Karras')) return;
    const own = euler.karrasSigmas(sigmas.length - 1, euler.sigmaOf(1, linear), euler.sigmaOf(1000, linear));
    own.forEach((sigma, i) => expect(sigma).toBeCloseTo(sigmas[i], 3));
  });

  test('noise levels and their steps, as numpy interpolates them', () => {
    const { at, sigmas, wanted, steps } = eulerFile.cases['noise levels'];
    at.forEach((t, i) => expect(euler.sigmaOf(t, linear) / sigmas[i]).toBeCloseTo(1, 9));
    wanted.forEach((sigma, i) => expect(euler.timeOf(sigma, linear)).toBeCloseTo(steps[i], 6));
    expect([euler.timeOf(1e-9, linear), euler.timeOf(1e9, linear)]).toEqual([1, 1000]);
  });
});

/**
 * Data N(μ, s²) number by number. Then the best denoiser is a formula, E[x_0|x_t] = μ + (√ᾱ s²/v)(x_t − √ᾱ μ) with v = ᾱ s² + 1 − ᾱ,
 * and the ODE carries x_T to μ √ᾱ + √(v/v_T) (x_T − √ᾱ_T μ).
 */
const [mu, spread] = [[0.5, -1, 0.2], [0.3, 0.1, 0.8]]; // prettier-ignore
const variance = (left: number) =>
  tf
    .tensor1d(spread)
    .square()
    .mul(left)
    .add(1 - left);
const exact: ddpm.Denoiser = (x, t) => {
  const left = linear.alphasCumprod[t[0]];
  const gain = tf.tensor1d(spread).square().mul(Math.sqrt(left)).div(variance(left));
  return tf.tensor1d(mu).add(gain.mul(x.sub(tf.tensor1d(mu).mul(Math.sqrt(left)))));
};
const flow = (x: tf.Tensor, from: number, to: number) => {
  const [a, b] = [linear.alphasCumprod[from], linear.alphasCumprod[to]];
  const centered = x.sub(tf.tensor1d(mu).mul(Math.sqrt(a)));
  return tf
    .tensor1d(mu)
    .mul(Math.sqrt(b))
    .add(centered.mul(variance(b).div(variance(a)).sqrt()));
};

describe('on Gaussian data, where the ODE has a solution in closed form', () => {
  let xT: tf.Tensor2D;
  beforeAll(() => void (xT = new Random(0).normal<tf.Rank.R2>([64, 3])));
  const options = { prediction: 'x0', last: 1 } as const;
  const distance = (x: tf.Tensor) => flow(xT, 1000, 1).sub(x).square().mean().sqrt().dataSync()[0];
  const errors = async (counts: readonly number[], run: (steps: readonly number[]) => Promise<tf.Tensor>) => {
    const found: number[] = [];
    for (const count of counts) found.push(distance(await run(dpmSolver.logSnrSteps(linear, count))));
    return found;
  };
  /** How fast the error falls: 1 where it halves with twice the steps, 2 where it falls to a quarter. */
  const order = ([few, many]: number[]) => Math.log2(few / many);

  test('DDIM and Euler are of first order, DPM-Solver++(2M) and Heun of second', async () => {
    const first = await errors([20, 40], (steps) => ddim.ddimSampleLoop(exact, xT, linear, { ...options, steps }));
    const second = await errors([20, 40], (steps) =>
      dpmSolver.dpmSolverSampleLoop(exact, xT, linear, { ...options, steps }),
    );
    expect(Math.abs(order(first) - 1)).toBeLessThan(0.25);
    expect(order(second)).toBeGreaterThan(1.6);
    expect(second[0]).toBeLessThan(first[1] / 2); // 20 steps of the one, 40 of the other

    const byLevels = async (sampler: typeof euler.sampleEuler) => {
      const found: number[] = [];
      for (const count of [20, 40]) {
        const max = euler.sigmaOf(1000, linear);
        const levels = euler.karrasSigmas(count, euler.sigmaOf(1, linear), max).slice(0, -1);
        // The formula in σ: exact at every level, not only at whole steps.
        const denoiser: euler.SigmaDenoiser = (x, sigma) => {
          const s2 = tf.tensor1d(spread).square();
          return tf.tensor1d(mu).add(x.sub(tf.tensor1d(mu)).mul(s2.div(s2.add(sigma ** 2))));
        };
        const x = await sampler(denoiser, xT.mul(Math.hypot(1, max)), levels);
        found.push(distance(x.mul(Math.sqrt(linear.alphasCumprod[1]))));
      }
      return found;
    };
    expect(Math.abs(order(await byLevels(euler.sampleEuler)) - 1)).toBeLessThan(0.25);
    expect(order(await byLevels(euler.sampleHeun))).toBeGreaterThan(1.6);
  });

  test('with the sign of the correction turned round DPM-Solver++ is worse than DDIM', async () => {
    const turned = async (sign: 1 | -1) => {
      const steps = rising(dpmSolver.logSnrSteps(linear, 20));
      let x: tf.Tensor = xT;
      let earlier: { x0: tf.Tensor; t: number } | undefined;
      steps.forEach((t, i) => {
        const x0 = exact(x, [t]);
        const before = earlier && { x0: sign === 1 ? earlier.x0 : x0.mul(2).sub(earlier.x0), t: earlier.t };
        x = dpmSolver.dpmSolverStep(x, x0, t, steps[i + 1] ?? 1, linear, before);
        earlier = { x0, t };
      });
      return distance(x);
    };
    const steps = dpmSolver.logSnrSteps(linear, 20);
    const plain = distance(await ddim.ddimSampleLoop(exact, xT, linear, { ...options, steps }));
    expect(await turned(1)).toBeLessThan(plain / 4);
    expect(await turned(-1)).toBeGreaterThan(1.3 * plain);
  });

  test('encoding leads to the x_T that leads back, and twice the steps halve what is lost', async () => {
    const x0 = tf.tensor1d(mu).add(new Random(1).normal<tf.Rank.R2>([64, 3]).mul(tf.tensor1d(spread))) as tf.Tensor2D;
    const lost: number[] = [];
    for (const count of [50, 100]) {
      const steps = ddpm.stepSubsequence(1000, count);
      const code = await ddim.ddimEncode(exact, x0, linear, { prediction: 'x0', steps });
      const back = await ddim.ddimSampleLoop(exact, code, linear, { prediction: 'x0', steps });
      lost.push(back.sub(x0).square().mean().sqrt().dataSync()[0]);
    }
    expect(lost[0]).toBeLessThan(0.1);
    expect(lost[1]).toBeLessThan(0.65 * lost[0]);
  });

  test.each([0, 0.5, 1])('with every η the samples have the mean and spread of the data: %d', async (eta) => {
    const start = new Random(2).normal<tf.Rank.R2>([4000, 3]);
    const steps = ddpm.stepSubsequence(1000, 250, 'quadratic');
    const random = new Random(3);
    const x = await ddim.ddimSampleLoop(exact, start, linear, { prediction: 'x0', eta, steps, random });
    const { mean, variance } = tf.moments(x, 0);
    numbers(mean).forEach((value, i) => expect(Math.abs(value - mu[i])).toBeLessThan(0.06));
    numbers(variance.sqrt()).forEach((value, i) => expect(Math.abs(value / spread[i] - 1)).toBeLessThan(0.12));
  });

  test('η = 1 over all steps is DDPM with the small variance', () => {
    const [x, noise] = [xT, new Random(5).normal<tf.Rank.R2>([64, 3])];
    for (const t of [2, 400, 1000]) {
      const { x: implicit } = ddim.ddimStep(exact, x, t, t - 1, noise, linear, { prediction: 'x0', eta: 1 });
      const ancestral = ddpm.pSample(exact, x, t, noise, linear, { prediction: 'x0', variance: 'fixedSmall' });
      expectClose(implicit, numbers(ancestral));
    }
  });
});

describe('steps', () => {
  test('even in λ, rising to T', () => {
    for (const count of [1, 2, 10, 200, 1000]) {
      const steps = dpmSolver.logSnrSteps(linear, count);
      expect([steps.length, steps[count - 1]]).toEqual([count, 1000]);
      expect(steps.every((t, i) => t > (steps[i - 1] ?? 0))).toBe(true);
    }
    const lambdas = dpmSolver.logSnrSteps(linear, 11).map((t) => dpmSolver.logSnr(t, linear));
    const gaps = lambdas.slice(4).map((lambda, i) => lambdas[i + 3] - lambda);
    gaps.forEach((gap) => expect(gap).toBeCloseTo(gaps[0], 0));
  });

  test('what does not make sense is refused in words', async () => {
    const x = tf.zeros<tf.Rank.R2>([1, 2]);
    expect(() => ddim.ddimStep(formula, x, 5, 5, undefined, linear)).toThrow(/leads to one of 0…4, got 5/);
    expect(() => ddim.ddimStep(formula, x, 5, 2, undefined, linear, { eta: 1 })).toThrow(/needs noise/);
    expect(() => ddim.ddimSampleLoop(formula, x, linear, { eta: 1 })).toThrow(/pass random/);
    expect(() => euler.sampleEuler(euler.sigmaDenoiser(formula, linear), x, [1, 2])).toThrow(/levels that fall/);
    expect(() => euler.karrasSigmas(0, 1, 2)).toThrow(/whole number from 1/);
    expect(() => euler.karrasSigmas(3, 2, 1)).toThrow(/0 < min < max/);
    expect(() => dpmSolver.logSnrSteps(linear, 1001)).toThrow(/between 1 and 1000/);
  });
});

test('slerp keeps to the sphere, and is straight where the two are nearly one', () => {
  const [a, b] = [tf.tensor2d([[1, 0], [3, 4]]), tf.tensor2d([[0, 1], [3, 4]])]; // prettier-ignore
  expectClose(ddim.slerp(a, b, 0.5), [Math.SQRT1_2, Math.SQRT1_2, 3, 4]);
  expectClose(ddim.slerp(a, b, 1 / 3), [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6), 3, 4]);
  expectClose(ddim.slerp(a, b, 0), numbers(a));
  expectClose(ddim.slerp(a, b, 1), numbers(b));
});

test('no public function leaves a tensor behind', async () => {
  const model = ddpm.buildDdpm({ inputShape: [3], steps: 25, variance: 'learned', mlp: { width: 16, layers: 1 } });
  const random = new Random(0);
  const x = random.normal<tf.Rank.R2>([4, 3]);
  const { schedule } = model;
  const denoise = ddim.meanOf(model, ddpm.denoiserOf(model));
  const denoiser = euler.sigmaDenoiser(denoise, schedule);
  const sigmas = [3, 1, 0];
  const calls: Record<string, [made: number, call: () => unknown]> = {
    ddimStep: [2, () => ddim.ddimStep(denoise, x, 9, 3, x, schedule, { eta: 1 })],
    ddimSampleLoop: [1, () => ddim.ddimSampleLoop(denoise, x, schedule, { eta: 1, random })],
    ddimEncode: [1, () => ddim.ddimEncode(denoise, x, schedule)],
    slerp: [1, () => ddim.slerp(x, x, 0.5)],
    'ddim.sample': [1, () => ddim.sample(model, 2, random)],
    dpmSolverStep: [1, () => dpmSolver.dpmSolverStep(x, x, 9, 3, schedule, { x0: x, t: 12 })],
    dpmSolverSampleLoop: [1, () => dpmSolver.dpmSolverSampleLoop(denoise, x, schedule, { onStep: () => undefined })],
    'dpmSolver.sample': [1, () => dpmSolver.sample(model, 2, random)],
    sigmaDenoiser: [1, () => denoiser(x, 1)],
    eulerStep: [1, () => euler.eulerStep(x, x, 3, 1)],
    heunStep: [1, () => euler.heunStep(denoiser, x, x, 3, 1)],
    sampleEuler: [1, () => euler.sampleEuler(denoiser, x, sigmas)],
    sampleHeun: [1, () => euler.sampleHeun(denoiser, x, sigmas, { onStep: () => undefined })],
    'euler.sample': [1, () => euler.sample(model, 2, random)],
  };
  for (const [name, [made, call]] of Object.entries(calls)) {
    const before = tf.memory().numTensors;
    await call();
    expect(tf.memory().numTensors - before, name).toBe(made);
  }
});
