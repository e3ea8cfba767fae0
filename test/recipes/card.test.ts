/** What a card says of a shipped model is read back, and the model draws. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saveCheckpoint } from '../../lib/checkpoints';
import { Random, ready } from '../../lib/engine';
import { findRecipe, shippedModels } from '../../lib/recipes';
import { figuresOf, reportsOn } from '../../lib/recipes/card';

const folder = mkdtempSync(path.join(os.tmpdir(), 'card-'));
const report = {
  ...{ model: 'DDIM', n: 10_000, fid: 1.23456, fidFloor: 0.0141, fidInfinity: 1, is: 7.5, isTestSet: 8.575 },
  ...{ precision: 0.61, recall: 0.5, imagesPerSecond: 8903.7, classifierAccuracy: 0.9368 },
};
const slow = { ...report, n: 500, fid: 12.5, imagesPerSecond: 0.04321 };

beforeAll(async () => {
  await ready({ engine: 'cpu' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('reports on a card are read as they are printed; other lines are no reports', () => {
  const figures = figuresOf({ reports: { 'DDIM, 50 steps': report, 'γ = 2': slow }, own: { 'bits a pixel': 3.21 } });
  const card = ['# A model', '', ...Object.entries(figures).map(([name, text]) => `- **${name}**: ${text}`)].join('\n');
  expect(reportsOn(card)).toEqual({
    'DDIM, 50 steps': {
      ...{ n: 10_000, fid: 1.235, fidFloor: 0.014, is: 7.5, isTestSet: 8.575, precision: 0.61, recall: 0.5 },
      imagesPerSecond: 8900,
    },
    'γ = 2': {
      ...{ n: 500, fid: 12.5, fidFloor: 0.014, is: 7.5, isTestSet: 8.575, precision: 0.61, recall: 0.5 },
      imagesPerSecond: 0.0432,
    },
  });
});

test('shipped models of clothes are listed with the figures that the league shows, and draw', async () => {
  expect(shippedModels(folder)).toEqual([]);
  for (const [name, sampler] of [
    ['fashion-mnist-sngan', undefined],
    ['fashion-mnist-vae', 'direct'],
    ['faces-wgan-gp', undefined],
  ] as const) {
    const trainee = findRecipe(name).open();
    const metrics = sampler ? figuresOf({ reports: { [sampler]: report, 'not in the league': slow }, own: {} }) : {};
    const card = { title: name, about: 'For a test.', facts: {}, metrics, metadata: { trainSeconds: '60' } };
    await saveCheckpoint(name, trainee.networks, card, folder);
    trainee.dispose();
  }
  const models = shippedModels(folder);
  expect(models.map(({ name, title }) => [name, title])).toEqual([
    ['fashion-mnist-vae', 'VAE'],
    ['fashion-mnist-sngan', 'SNGAN'],
  ]);
  const [vae, sngan] = models;
  expect(sngan.reports).toEqual({});
  expect(vae.reports.direct).toMatchObject({ fid: 1.235, imagesPerSecond: 8900 });
  const before = tf.memory().numTensors;
  const images = await vae.draw(2, new Random(1));
  expect(images.shape).toEqual([2, 28, 28, 1]);
  images.dispose();
  await expect(vae.draw(1, new Random(1), 'by hand')).rejects.toThrow("fashion-mnist-vae has no sampler 'by hand'");
  expect(tf.memory().numTensors).toBe(before);
});
