/** Score models and flow matching learn a mixture whose entropy is known; a wrong sign or a missing term does not. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { gaussians } from '../../datasets';
import { Random, ready } from '../../lib/engine';
import { flowMatching as flow, score } from '../../lib/models';
import { train } from '../../lib/training';
import { modeCoverage } from '../../lib/metrics';

vi.setConfig({ testTimeout: 300_000 }); // of a busy machine; a quiet one takes a tenth

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const ring = Array.from({ length: 6 }, (_, i) => [2 * Math.cos((i * Math.PI) / 3), 2 * Math.sin((i * Math.PI) / 3)]);
const toy = gaussians(ring, 0.3);
const mixture = { centers: ring, std: 0.3 };
const data = toy.split(4096, 1);
const held = () => toy.sample(400, new Random(9));
/** E log p(x) over the very points that the models are judged by: what none of them can beat but by chance. */
const best = () => {
  const density = toy.mixture?.density(held().arraySync()) ?? [];
  return density.reduce((sum, value) => sum + Math.log(value), 0) / density.length;
};
const config = { inputShape: [2], mlp: { width: 64, layers: 2 }, seed: 1 };
const training = { epochs: 22, batchSize: 128, learningRate: 5e-3, seed: 1 };

describe('flow matching', () => {
  test('finds all six bumps, and log p(x) within 0.3 nats of the best', async () => {
    const model = flow.buildFlow(config);
    await flow.trainFlow(model, data, training);
    const { modesCovered, highQuality } = await modeCoverage(
      (await flow.sample(model, 1000, new Random(3), { steps: 20, method: 'heun' })) as tf.Tensor2D,
      mixture,
    );
    expect(modesCovered).toBe(6);
    expect(highQuality).toBeGreaterThan(0.85); // 0.989 is the data's own
    const found = model.ema.during(() => flow.logLikelihood(flow.velocityOf(model), held(), { steps: 20 }));
    expect(best() - found.mean().dataSync()[0]).toBeLessThan(0.3);
  });

  test('a target that points from data to noise does not', async () => {
    const model = flow.buildFlow(config);
    await train<{ images: tf.Tensor2D }>({
      name: 'the wrong way',
      variables: model.ema.variables,
      epochs: 8,
      batches: (epoch) => data.batches({ batchSize: 128, seed: 1, epoch }),
      loss: ({ images }, random) => {
        const [t, noise] = [flow.drawTimes(images.shape[0], random), random.normal(images.shape)];
        const xt = flow.interpolate(noise, images, t);
        return flow.velocityOf(model)(xt, t).sub(noise.sub(images)).square().mean();
      },
      learningRate: 5e-3,
    });
    const x = await flow.sample(model, 500, new Random(3), { weights: 'last' });
    expect((await modeCoverage(x as tf.Tensor2D, mixture)).highQuality).toBeLessThan(0.2);
  });
});

describe.each([
  ['VP', score.vpSde()],
  ['VE', score.veSde({ sigmaMin: 0.01, sigmaMax: 10 })],
])('score model, %s', (_, sde) => {
  test('finds all six bumps, along the SDE and along the ODE, and log p(x) within 0.5 nats of the best', async () => {
    const model = score.buildScoreModel({ ...config, sde });
    await score.trainScoreModel(model, data, training);
    const bySde = await score.sample(model, 1000, new Random(3), { steps: 150 });
    const byOde = await score.sampleByOde(model, 1000, new Random(3), { steps: 30 });
    for (const x of [bySde, byOde]) {
      const { modesCovered, highQuality } = await modeCoverage(x as tf.Tensor2D, mixture);
      expect(modesCovered).toBe(6);
      expect(highQuality).toBeGreaterThan(0.75);
    }
    const s = score.scoreFn(model);
    const found = model.ema.during(() => score.logLikelihood(s, held(), sde, { steps: 30 }));
    expect(best() - found.mean().dataSync()[0]).toBeLessThan(0.5);
    // The same network with the sign turned round: samples run away from the data.
    const wrong: score.ScoreFn = (x, t) => s(x, t).neg();
    const away = await score.sampleSde(wrong, [200, 2], sde, new Random(3), { steps: 50 });
    expect((await modeCoverage(away as tf.Tensor2D, mixture)).highQuality).toBeLessThan(0.1);
  });
});
