/** Latent diffusion learns stripes that run as it is told; with the sign of the guidance turned it avoids them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { ldm } from '../../lib/models';
import { buildTextEncoder } from '../../lib/nn';

vi.setConfig({ testTimeout: 300_000 }); // of a busy machine; a quiet one takes a tenth

beforeAll(async () => {
  await ready({ engine: 'wasm' }); // many small operations, which cost least there
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  data = stripes(1);
});

const side = 16;
const count = 512;

/** Stripes of period 8, at any phase, that run across (0) or down (1), and "bright" (0) or "dim" (1) ones. */
function stripes(seed: number): { images: tf.Tensor4D; tokens: number[][] } {
  const random = new Random(seed);
  const tokens: number[][] = [];
  const pixels = new Float32Array(count * side * side);
  for (let n = 0; n < count; n++) {
    const [way, light, phase] = [random.int(2), random.int(2), 8 * random.next()];
    tokens.push([2, 4 + way, 6 + light, 3]);
    for (let i = 0; i < side * side; i++) {
      const place = way === 0 ? Math.floor(i / side) : i % side;
      pixels[n * side * side + i] = (light === 0 ? 0.5 : 0.25) * (1 + Math.cos((2 * Math.PI * (place + phase)) / 8));
    }
  }
  return { images: tf.tensor4d(pixels, [count, side, side, 1]), tokens };
}

/** What a picture shows, read off its pixels: which way its stripes run, and how bright the brightest is. */
function read(images: tf.Tensor4D): number[][] {
  return tf.tidy(() => {
    const spread = (axis: number) => tf.moments(images.mean(axis), 1).variance.reshape([-1]);
    const way = spread(1).greater(spread(2)).dataSync(); // the mean over rows varies: they run down
    const light = images.mean([1, 2, 3]).less(0.375).dataSync();
    return Array.from(way, (w, i) => [2, 4 + w, 6 + light[i], 3]);
  });
}

function agreement(a: number[][], b: number[][]): number {
  return a.filter((row, i) => String(row) === String(b[i])).length / a.length;
}

let data: ReturnType<typeof stripes>;
const nothing = () => tf.tensor2d([[2, 3, 0, 0]], [1, 4], 'int32');
const rows = (tokens: number[][]) => tf.tensor2d(tokens, [tokens.length, 4], 'int32');

async function firstStage(regularization: 'kl' | 'vq') {
  const config = { inputShape: [side, side, 1], channels: 16, multipliers: [1, 1], latentChannels: 2, codes: 64, groups: 4, patchWidth: 8 }; // prettier-ignore
  const model = ldm.buildAutoencoder({ ...config, regularization });
  await ldm.trainStage1(model, data.images, { epochs: 8, batchSize: 32, learningRate: 3e-3 });
  return model;
}

async function secondStage(autoencoder: ldm.Autoencoder, tokens: number[][]) {
  const conditioner = buildTextEncoder({ vocabulary: 8, length: 4, dim: 16, blocks: 1, heads: 2 });
  const unet = { channels: 16, multipliers: [1], attention: [0], heads: 2, groups: 4 };
  const model = ldm.buildLatentDiffusion(autoencoder, { steps: 100, unet, emaDecay: 0.98 }, conditioner);
  ldm.fitScale(model, data.images);
  function* batches(epoch: number): Iterable<ldm.ConditionedBatch> {
    const order = new Random(epoch).shuffle(count);
    for (let from = 0; from < count; from += 32) {
      const chosen = order.slice(from, from + 32);
      const images = tf.tidy(() => data.images.gather(tf.tensor1d(chosen, 'int32')));
      yield { images, told: rows(Array.from(chosen, (i) => tokens[i])) };
    }
  }
  await ldm.trainLatentDiffusion(model, { steps: 400, batches, nothing: nothing(), learningRate: 3e-3 });
  return model;
}

async function heard(model: ldm.LatentDiffusion, guidance: number): Promise<number> {
  const wanted = stripes(7).tokens.slice(0, 64);
  const images = await ldm.sample(model, 64, new Random(3), {
    condition: { told: rows(wanted) },
    unconditional: { told: nothing().tile([64, 1]) as tf.Tensor2D },
    guidance,
    steps: 20,
  });
  return agreement(read(images), wanted);
}

test('the yardstick reads real stripes', () => {
  expect(agreement(read(data.images), data.tokens)).toBe(1);
});

test.each(['kl', 'vq'] as const)('%s: pictures come through the latents', async (regularization) => {
  const model = await firstStage(regularization);
  const error = ldm.reconstructionLoss(data.images, ldm.reconstruct(model, data.images)).dataSync()[0];
  const worst = data.images.sub(data.images.mean()).abs().mean().dataSync()[0];
  expect(error).toBeLessThan(0.2 * worst);
});

test('pictures show what the text says in at least 8 of 10; with guidance the wrong way round they avoid it', async () => {
  const model = await secondStage(await firstStage('kl'), data.tokens);
  expect(await heard(model, 2)).toBeGreaterThan(0.8); // chance: a quarter
  expect(await heard(model, -1)).toBeLessThan(0.25); // γ·uncond + (1 − γ)·cond with γ = 2
});
