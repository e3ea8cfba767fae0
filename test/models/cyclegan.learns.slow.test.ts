/** With the cycle and identity losses CycleGAN finds the map between two domains; with the adversarial loss alone, any map will do. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { cyclegan } from '../../lib/models';

vi.setConfig({ testTimeout: 600_000 }); // seconds on a quiet machine

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

/**
 * Content and style in three numbers: the first two, c, are spread alike in both domains; the third, s, is near −½ in X and near +½
 * in Y. Nobody shows a pair, but the map that keeps the content is (c, s) ↦ (c, −s).
 */
function domain(style: -0.5 | 0.5, seed: number): tf.Tensor2D {
  const random = new Random(seed);
  return tf.tidy(() => {
    const content = random.uniform<tf.Rank.R2>([4000, 2]).square().mul(3).sub(1); // denser at one end: no mirror image fits
    return tf.concat([content, random.normal<tf.Rank.R2>([4000, 1], style, 0.1)], 1) as tf.Tensor2D;
  });
}

/** How far content and style are from the true map, and a point from where it comes back to; means of absolute values. */
async function translation(weights: { cycle: number; identity: number }) {
  const model = cyclegan.buildCycleGan({ inputShape: [3], width: 32, seed: 5 });
  const options = { steps: 250, batchSize: 64, learningRate: 2e-3, schedule: 'cosine', weights } as const;
  await cyclegan.trainCycleGan(model, domain(-0.5, 1), domain(0.5, 2), options);
  const x = domain(-0.5, 3);
  const y = cyclegan.translate<tf.Tensor2D>(model, x, 'XY');
  const back = cyclegan.cycle<tf.Tensor2D>(model, x, 'XY');
  const mean = async (values: tf.Tensor) => (await values.abs().mean().data())[0];
  const [[content, style], [newContent, newStyle]] = [x, y].map((points) => tf.split(points, [2, 1], 1));
  return {
    content: await mean(newContent.sub(content)),
    style: await mean(newStyle.add(style)),
    cycle: await mean(back.sub(x)),
  };
}

test('with the cycle the content stays and the style changes', async () => {
  const { content, style, cycle } = await translation({ cycle: 10, identity: 1 });
  expect(content).toBeLessThan(0.25);
  expect(style).toBeLessThan(0.2);
  expect(cycle).toBeLessThan(0.1);
});

test('without it the style changes as well, but the content is lost', async () => {
  const { content, style, cycle } = await translation({ cycle: 0, identity: 0 });
  expect(style).toBeLessThan(0.4);
  expect(content).toBeGreaterThan(0.6); // two independent draws of the content differ by 1 on average
  expect(cycle).toBeGreaterThan(0.4);
});
