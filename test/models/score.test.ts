import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { score } from '../../lib/models';
import { variablesOf } from '../../lib/nn';
import golden from '../golden/score.json';

beforeAll(() => ready());

const { cases } = golden;
const matrix = (values: number[][]) => tf.tensor2d(values);

function expectClose(actual: tf.Tensor | number[], expected: number[] | number[][], tolerance = 1e-5): void {
  const found = actual instanceof tf.Tensor ? [...actual.dataSync()] : actual;
  const flat = (expected as number[]).flat();
  expect(found.length).toBe(flat.length);
  found.forEach((value, i) =>
    expect(Math.abs(value - flat[i]), `entry ${i}: ${value} for ${flat[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(flat[i])),
    ),
  );
}

describe('SDEs, against their moment equations', () => {
  test('VP', () => {
    const { times, mean, std } = cases.vpMarginal;
    const found = times.map((t) => score.vpSde().marginalProb(t));
    expectClose(found.map(({ mean }) => mean), mean, 1e-8); // prettier-ignore
    expectClose(found.map(({ std }) => std), std, 1e-8); // prettier-ignore
  });

  test('VE', () => {
    const { times, mean, std } = cases.veMarginal;
    const found = times.map((t) => score.veSde().marginalProb(t));
    expectClose(found.map(({ mean }) => mean), mean, 1e-8); // prettier-ignore
    expectClose(found.map(({ std }) => std), std, 1e-8); // prettier-ignore
  });

  test('refuse what would not end in noise', () => {
    expect(() => score.vpSde({ betaMax: 2 })).toThrow(/0\.59 of the data is left at t = 1/);
    expect(() => score.vpSde({ betaMin: -1 })).toThrow(/0 < betaMin/);
    expect(() => score.veSde({ sigmaMin: 1, sigmaMax: 0.5 })).toThrow(/0 < sigmaMin < sigmaMax/);
  });
});

describe('losses, against PyTorch in double precision', () => {
  const { x, noise, sigma, time, weight, levels, variance, likelihood } = cases.losses;
  const [data, z, start] = [() => matrix(x), () => matrix(noise), () => matrix(weight)];
  const linear = (w: tf.Tensor) => (y: tf.Tensor) => tf.matMul(y as tf.Tensor2D, w as tf.Tensor2D);
  const check = (loss: (w: tf.Tensor) => tf.Scalar, expected: typeof levels) => {
    const { value, grad } = tf.valueAndGrad(loss)(start());
    expectClose(value, [expected.loss]);
    expectClose(grad, expected.gradient);
  };

  test('at noise levels', () => check((w) => score.denoisingScoreMatchingLoss(linear(w), data(), sigma, z()), levels));
  test('in continuous time, all times alike', () =>
    check((w) => score.scoreMatchingLoss(linear(w), data(), time, z(), score.vpSde()), variance));
  test('in continuous time, weighted for likelihood', () =>
    check((w) => score.scoreMatchingLoss(linear(w), data(), time, z(), score.vpSde(), 'likelihood'), likelihood));

  test('the smallest possible loss is at the true score of the blurred data', () => {
    // x ~ N(0, 1) and σ = 1: p is N(0, 2), its score −x/2.
    const random = new Random(0);
    const [many, z] = [random.normal([4000, 1]), random.normal([4000, 1])];
    const loss = (slope: number) =>
      score.denoisingScoreMatchingLoss((y) => y.mul(slope), many, Array<number>(4000).fill(1), z).dataSync()[0];
    expect(loss(-0.5)).toBeLessThan(loss(-0.6));
    expect(loss(-0.5)).toBeLessThan(loss(-0.4));
  });

  test('say what does not fit', () => {
    const s = (y: tf.Tensor) => y;
    expect(() => score.denoisingScoreMatchingLoss(s, data(), [1], z())).toThrow(/each of the 4 examples, got 1/);
    expect(() => score.perturb(data(), time, tf.zeros([4, 1]), score.vpSde())).toThrow(/noise must have the shape/);
  });
});

describe('sampling steps', () => {
  test('the reverse SDE’s, against diffusers', () => {
    const { x, network, noise, t, dt, next, mean } = cases.vpStep;
    const sde = score.vpSde();
    const s: score.ScoreFn = () => matrix(network).div(-sde.marginalProb(t).std);
    const moved = score.eulerMaruyamaStep(s, matrix(x), t, dt, matrix(noise), sde);
    expectClose(moved.mean, mean);
    expectClose(moved.x, next);
  });

  test('the corrector’s, against diffusers', () => {
    const { x, score: found, noise, snr, next } = cases.veCorrector;
    expectClose(score.correctorStep(() => matrix(found), matrix(x), 0.5, snr, matrix(noise)).x, next);
  });

  test('Langevin: x + α/2 s + √α z', () => {
    expectClose(score.langevinStep(tf.tensor1d([1]), tf.tensor1d([2]), 0.09, tf.tensor1d([-1])), [1 + 0.09 - 0.3]);
  });

  test('geometricSigmas falls by one ratio', () => {
    expectClose(score.geometricSigmas(8, 1, 4), [8, 4, 2, 1], 1e-12);
    expect(() => score.geometricSigmas(1, 8, 4)).toThrow(/largest > smallest/);
  });
});

/** Data N(m, C): p_t is N(mean·m, mean²·C + std²·I), and its score is known. */
function gaussianScore(sde: score.Sde, m: number[], [[a, b], [, c]]: number[][]): score.ScoreFn {
  return (x, times) => {
    const { mean, std } = sde.marginalProb(times[0]);
    const [p, q, r] = [a * mean ** 2 + std ** 2, b * mean ** 2, c * mean ** 2 + std ** 2];
    const determinant = p * r - q * q;
    const inverse = tf.tensor2d([[r, -q], [-q, p]]).div(determinant) as tf.Tensor2D; // prettier-ignore
    return tf.matMul(
      tf.sub(
        m.map((value) => value * mean),
        x,
      ) as tf.Tensor2D,
      inverse,
    );
  };
}

function momentsOf(x: tf.Tensor): { mean: number[]; covariance: number[][] } {
  const mean = x.mean(0);
  const centred = x.sub(mean) as tf.Tensor2D;
  const covariance = tf.matMul(centred, centred, true).div(x.shape[0]) as tf.Tensor2D;
  return { mean: [...mean.dataSync()], covariance: covariance.arraySync() };
}

describe('samplers with the exact score of a Gaussian give that Gaussian', () => {
  const { mean, covariance, points, logpdf } = cases.gaussianLikelihood;
  const shape = [4000, 2];
  const expectGaussian = (x: tf.Tensor, tolerance: number) => {
    const found = momentsOf(x);
    expectClose(found.mean, mean, tolerance);
    expectClose(found.covariance.flat(), covariance, tolerance);
  };
  const sdes = { VP: score.vpSde(), VE: score.veSde({ sigmaMax: 20 }) };

  test.each(['VP', 'VE'] as const)('%s, reverse SDE', async (kind) => {
    const s = gaussianScore(sdes[kind], mean, covariance);
    expectGaussian(await score.sampleSde(s, shape, sdes[kind], new Random(1), { steps: 400 }), 0.06);
  });

  test.each(['VP', 'VE'] as const)('%s, predictor–corrector in a quarter of the steps', async (kind) => {
    const s = gaussianScore(sdes[kind], mean, covariance);
    const options = { steps: 100, correctorSteps: 1, snr: 0.1 };
    expectGaussian(await score.sampleSde(s, shape, sdes[kind], new Random(2), options), 0.08);
  });

  test.each(['VP', 'VE'] as const)('%s, probability-flow ODE in 40 steps', async (kind) => {
    const sde = sdes[kind];
    const noise = new Random(3).normal(shape).mul(sde.priorStd);
    expectGaussian(await score.sampleOde(gaussianScore(sde, mean, covariance), noise, sde, { steps: 40 }), 0.05);
  });

  test('with the sign of the score turned round, none does', async () => {
    const sde = sdes.VP;
    const s = gaussianScore(sde, mean, covariance);
    const wrong: score.ScoreFn = (x, t) => s(x, t).neg();
    const { covariance: found } = momentsOf(await score.sampleSde(wrong, [500, 2], sde, new Random(1), { steps: 100 }));
    expect(found[0][0]).toBeGreaterThan(10);
  });

  test('without the ½ of eq. 13 the ODE ends somewhere else', async () => {
    const sde = sdes.VP;
    const s = gaussianScore(sde, mean, covariance);
    const noise = new Random(3).normal(shape);
    const twice: score.ScoreFn = (x, t) => s(x, t).mul(2);
    const { covariance: found } = momentsOf(await score.sampleOde(twice, noise, sde, { steps: 40 }));
    expect(Math.abs(found[0][0] - covariance[0][0])).toBeGreaterThan(0.3);
  });

  // The prior N(0, σ_max²) forgets the mean of the data, which VE keeps: a large σ_max makes that small.
  test.each([
    ['VP', sdes.VP],
    ['VE', score.veSde({ sigmaMax: 500 })],
  ])('%s: log p(x) of the ODE is scipy’s', (_, sde) => {
    const s = gaussianScore(sde, mean, covariance);
    expectClose(score.logLikelihood(s, matrix(points), sde, { steps: 60 }), logpdf, 0.005);
  });

  test('annealed Langevin, blurred by the last noise level', () => {
    const sigmas = score.geometricSigmas(3, 0.3, 10);
    const s: score.ScoreFn = (x, [sigma]) => {
      const noisy: score.Sde = { ...sdes.VE, marginalProb: () => ({ mean: 1, std: sigma }) };
      return gaussianScore(noisy, mean, covariance)(x, [0]);
    };
    const start = new Random(4).normal(shape).mul(3);
    const x = score.annealedLangevin(s, start, sigmas, new Random(5), { stepsPerLevel: 60, epsilon: 0.03 });
    const found = momentsOf(x);
    expectClose(found.mean, mean, 0.06);
    expectClose(found.covariance.flat(), [covariance[0][0] + 0.09, covariance[0][1], covariance[1][0], covariance[1][1] + 0.09], 0.06); // prettier-ignore
  });
});

describe('score model', () => {
  test('leaves no tensor but its results, and repeats itself', async () => {
    const model = score.buildScoreModel({ inputShape: [2], mlp: { width: 16, layers: 1 } });
    const x = new Random(1).normal([8, 2]);
    await score.trainScoreModel(model, x, { epochs: 1, batchSize: 4 });
    const before = tf.memory().numTensors;
    const options = { steps: 3, correctorSteps: 1 };
    const first = await score.sample(model, 4, new Random(2), options);
    const again = await score.sample(model, 4, new Random(2), options);
    expectClose(again, [...first.dataSync()], 0);
    tf.dispose([first, again]);
    (await score.sampleByOde(model, 4, new Random(2), { steps: 2 })).dispose();
    score.logLikelihood(score.scoreFn(model), x, model.config.sde, { steps: 2 }).dispose();
    const s = score.scoreFn(model);
    score.annealedLangevin(s, x, [1, 0.5], new Random(0), { stepsPerLevel: 2 }).dispose();
    score.scoreMatchingLoss(s, x, Array<number>(8).fill(0.5), x, model.config.sde, 'likelihood').dispose();
    score.denoisingScoreMatchingLoss(s, x, Array<number>(8).fill(0.5), x).dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(variablesOf(model.network).length).toBeGreaterThan(2);
    score.dispose(model);
  });
});
