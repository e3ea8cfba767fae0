import type * as tf from '@tensorflow/tfjs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { fileStore } from '../../lib/files';
import { vae } from '../../lib/models';
import { language } from '../../lib/language';
import { budget, loadWeights, saveWeights } from '../../lib/training';

let folder: string;
beforeAll(async () => {
  await ready();
  folder = await mkdtemp(path.join(os.tmpdir(), 'genlab-store-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const build = (seed: number, hidden = [8]) => vae.buildVae({ inputShape: [6], latentDim: 2, hidden, seed });
const modelsOf = ({ encoder, decoder }: vae.Vae) => ({ encoder, decoder });

describe('weights as a file', () => {
  const numbersOf = (model: vae.Vae) => {
    const x = new Random(0).uniform<tf.Rank.R2>([3, 6]);
    return [...vae.reconstruct(model, x).dataSync()];
  };

  test('bring another model of the same config to the same outputs', async () => {
    const [a, b] = [build(1), build(2)];
    const bytes = await saveWeights(modelsOf(a), { metadata: { epochs: '5' } });
    expect(numbersOf(b)).not.toEqual(numbersOf(a));
    expect(loadWeights(modelsOf(b), bytes, 'a.safetensors')).toEqual({ epochs: '5' });
    expect(numbersOf(b)).toEqual(numbersOf(a));
  });

  test('in half precision nearly so', async () => {
    const [a, b] = [build(1), build(2)];
    loadWeights(modelsOf(b), await saveWeights(modelsOf(a), { half: true }), 'a');
    const expected = numbersOf(a);
    numbersOf(b).forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(2e-3));
  });

  test('of another model, or broken, change nothing', async () => {
    const [a, b, wide] = [build(1), build(2), build(2, [9])];
    const before = numbersOf(b);
    const bytes = await saveWeights(modelsOf(a));
    bytes[bytes.length - 1] ^= 1;
    expect(() => loadWeights(modelsOf(b), bytes, 'a.safetensors')).toThrow(/a\.safetensors.*checksum/);
    const other = await saveWeights(modelsOf(wide));
    expect(() => loadWeights(modelsOf(b), other, 'wide')).toThrow(/hidden1\/kernel is \[6,9\] in the file.*\[6,8\]/);
    const half = await saveWeights({ encoder: a.encoder });
    expect(() => loadWeights(modelsOf(b), half, 'half')).toThrow(/no decoder\./);
    const both = await saveWeights(modelsOf(a));
    expect(() => loadWeights({ encoder: b.encoder }, both, 'more')).toThrow(/the model has no decoder\./);
    expect(numbersOf(b)).toEqual(before);
  });
});

describe('fileStore', () => {
  test('keeps whole files under their names', async () => {
    const store = fileStore(path.join(folder, 'new', 'deeper'));
    expect(await store.read('VAE, β = 4.run.safetensors')).toBeUndefined();
    await store.write('VAE, β = 4.run.safetensors', Uint8Array.of(1, 2));
    await store.write('VAE, β = 4.run.safetensors', Uint8Array.of(3));
    expect([...((await store.read('VAE, β = 4.run.safetensors')) ?? [])]).toEqual([3]);
    expect(await readdir(path.join(folder, 'new', 'deeper'))).toEqual(['VAE, β = 4.run.safetensors']);
  });

  test('does not leave its folder', async () => {
    await writeFile(path.join(folder, 'secret'), 'x');
    for (const name of ['../secret', 'a/b', '..', '.hidden', '', 'a\\b', 'a\0']) {
      await expect(fileStore(path.join(folder, 'sub')).read(name), name).rejects.toThrow(UserError);
    }
  });
});

describe('surroundings', () => {
  test('budget by GENLAB_BUDGET', () => {
    const choose = () => budget({ quick: 1, default: 5, full: 30 });
    for (const [name, expected] of Object.entries({ quick: 1, default: 5, full: 30, '': 5 })) {
      vi.stubEnv('GENLAB_BUDGET', name);
      expect(choose()).toBe(expected);
    }
    vi.stubEnv('GENLAB_BUDGET', 'huge');
    expect(choose).toThrow(/'huge'; it can be quick, default or full/);
  });

  test('language by GENLAB_LANG, else by the folder', () => {
    vi.stubEnv('GENLAB_LANG', 'zh_CN');
    expect(language()).toBe('zh');
    vi.stubEnv('GENLAB_LANG', undefined);
    expect(language()).toBe('en');
    vi.spyOn(process, 'cwd').mockReturnValue('/somewhere/work/zh');
    expect(language()).toBe('zh');
  });
});
