/** With the cycle and identity losses CycleGAN finds the map between two domains; with the adversarial loss alone, any map will do. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { cyclegan } from '../../lib/models';

beforeAll(async () => {
  await ready();
  vi.setConfig({ testTimeout: 600_000 });
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

/**
 * Content and style in two numbers: the first, a, is spread alike in both domains; the second, b, is near −1 in X and near +1 in
 * Y. Nobody shows a pair, but the map that keeps the content is (a, b) ↦ (a, −b).
 */
function domain(style: -1 | 1, seed: number): tf.Tensor2D {
  const random = new Random(seed);
  return tf.tidy(() => {
    const content = random.uniform<tf.Rank.R2>([4000, 1]).square().mul(3).sub(1); // denser on the left: no mirror image fits
    return tf.concat([content, random.normal<tf.Rank.R2>([4000, 1], style, 0.1)], 1) as tf.Tensor2D;
  });
}

async function translation(weights: { cycle: number; identity: number }) {
  const model = cyclegan.buildCycleGan({ inputShape: [2], width: 32, seed: 2 });
  const options = { steps: 500, batchSize: 64, learningRate: 2e-3, schedule: 'cosine', weights } as const;
  await cyclegan.trainCycleGan(model, domain(-1, 1), domain(1, 2), options);
  const x = domain(-1, 3);
  const y = cyclegan.translate<tf.Tensor2D>(model, x, 'XY');
  const back = cyclegan.cycle<tf.Tensor2D>(model, x, 'XY');
  const mean = async (values: tf.Tensor) => (await values.abs().mean().data())[0];
  const [[a, b], [a2, b2]] = [x, y].map((points) => tf.split(points, 2, 1));
  return {
    content: await mean(a2.sub(a)),
    style: await mean(b2.add(b)),
    cycle: await mean(back.sub(x)),
  };
}

test('with the cycle the content stays and the style changes', async () => {
  const { content, style, cycle } = await translation({ cycle: 10, identity: 0.5 });
  expect(content).toBeLessThan(0.2);
  expect(style).toBeLessThan(0.3);
  expect(cycle).toBeLessThan(0.15);
});

test('without it the style changes as well, but the content is lost', async () => {
  const { content, style, cycle } = await translation({ cycle: 0, identity: 0 });
  expect(style).toBeLessThan(0.5);
  expect(content).toBeGreaterThan(0.4);
  expect(cycle).toBeGreaterThan(0.4);
});
