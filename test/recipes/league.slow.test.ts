/** The league table from end to end, on few images and models that know nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { saveCheckpoint } from '../../lib/checkpoints';
import { ready } from '../../lib/engine';
import { findRecipe, measureLeague, recipes } from '../../lib/recipes';

const folder = mkdtempSync(path.join(os.tmpdir(), 'league-'));
const names = ['fashion-mnist-ae', 'fashion-mnist-dcgan', 'fashion-mnist-ldm', 'faces-cyclegan'];

vi.mock('../../datasets', async (original) => {
  const datasets = await original<typeof import('../../datasets')>();
  const few = async () => {
    const data = await datasets.fashionMnist();
    return { ...data, train: data.train.take(600), test: data.test.take(250) };
  };
  return { ...datasets, fashionMnist: few };
});

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  for (const name of names) {
    const trainee = findRecipe(name).open();
    const metadata = { trainSeconds: '7200', latentScale: '1' };
    const card = { title: name, about: 'For a test.', facts: {}, metrics: {}, metadata };
    await saveCheckpoint(name, trainee.networks, card, folder);
    trainee.dispose();
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

test('a row for the test set first, a row a sampler, the published figures beside, what models say of themselves', async () => {
  const before = tf.memory().numTensors;
  const own: Record<string, Readonly<Record<string, number>>> = {};
  const said: string[] = [];
  const rows = await measureLeague(
    recipes.filter(({ name }) => names.slice(0, 3).includes(name)),
    {
      samples: 60,
      folder,
      say: (line) => said.push(line),
      onOwn: ({ name }, figures) => void (own[name] = figures),
    },
  );
  expect(tf.memory().numTensors).toBe(before);
  expect(rows.map(({ model }) => model)).toEqual([
    'test set',
    'Autoencoder',
    'DCGAN',
    'Latent diffusion: DDIM, 50 steps',
    'Latent diffusion: DDIM, 20 steps',
    'Latent diffusion: DDIM, 10 steps',
  ]);
  for (const row of JSON.parse(JSON.stringify(rows)) as object[]) {
    expect(Object.keys(row)).toEqual([
      ...['model', 'fid', 'is', 'precision', 'recall', 'imagesPerSecond', 'params', 'trainHours', 'n', 'published'],
    ]);
  }
  const [testSet, ...models] = rows;
  expect(testSet).toMatchObject({ precision: null, params: null, n: 60, published: { is: 9.389 } });
  for (const { fid, is, imagesPerSecond, trainHours, n } of models) {
    expect(fid).toBeGreaterThan(2 * testSet.fid); // untrained
    expect(is).toBeLessThan(testSet.is);
    expect(imagesPerSecond).toBeGreaterThan(0);
    expect([trainHours, n]).toEqual([2, 60]);
  }
  expect(models[1].published).toMatchObject({ fid: 2.379 });
  expect(models[0].published).toBeNull();
  expect(own['fashion-mnist-ae']['mean squared error of test images']).toBeGreaterThan(0.05);
  expect(own['fashion-mnist-ae']['PSNR of test images, dB']).toBeLessThan(13);
  expect(said).toContainEqual(expect.stringMatching(/^DCGAN: loaded in \d+\.\d\d s$/));
}, 300_000);

test('a recipe of faces measures itself', async () => {
  const own: Readonly<Record<string, number>>[] = [];
  const recipe = findRecipe('faces-cyclegan');
  const small: typeof recipe = {
    ...recipe,
    async load() {
      const { train, test } = (await recipe.load()) as {
        train: object;
        test: Record<string, { take(n: number): object }>;
      };
      return { train, test: { from: test.from.take(20), to: test.to.take(20) } };
    },
  };
  const rows = await measureLeague([small], { samples: 60, folder, onOwn: (_, figures) => void own.push(figures) });
  expect(rows).toEqual([]);
  const [figures] = own;
  expect(figures['comic to sketch: attributes read off the true pictures, %']).toBeGreaterThan(90);
  expect(figures['sketch to comic: attributes kept, %']).toBeLessThan(80); // untrained
  expect(figures['comic to sketch: mean difference there and back']).toBeGreaterThan(0.05);
}, 300_000);
