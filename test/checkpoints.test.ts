import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '../lib/checkpoints';
import { ready } from '../lib/engine';
import { UserError } from '../lib/errors';
import { run } from '../lib/setup/common.js';
import { recipes } from '../lib/recipes';
import { readSafetensors, type TensorData } from '../lib/training';

const folder = path.join(__dirname, '..', 'checkpoints');
const name = 'test-only-tiny';
const file = path.join(folder, `${name}.safetensors`);
const built: tf.LayersModel[] = [];

/** Weights are 1/16 of the seed: exact in half precision. */
function tiny(seed: number): tf.LayersModel {
  const kernelInitializer = tf.initializers.constant({ value: seed / 16 });
  const model = tf.sequential({
    layers: [tf.layers.dense({ name: 'only', units: 2, inputShape: [3], kernelInitializer })],
  });
  built.push(model);
  return model;
}

const kernel = (model: tf.LayersModel) => [...model.getWeights()[0].dataSync()];

beforeAll(async () => {
  await ready({ engine: 'cpu' });
  mkdirSync(folder, { recursive: true });
});

afterAll(() => {
  for (const ending of ['safetensors', 'md']) rmSync(path.join(folder, `${name}.${ending}`), { force: true });
});

const card = { title: 'Tiny', about: 'For a test.', facts: { seed: 3 }, metrics: { accuracy: '12 %' } };

test('what was saved comes back, with its card beside it', async () => {
  const size = await saveCheckpoint(name, { net: tiny(3) }, card);
  const model = tiny(5);
  const before = tf.memory().numTensors;
  expect(loadCheckpoint(name, { net: model })).toEqual({ name, title: 'Tiny' });
  expect(tf.memory().numTensors).toBe(before);
  expect(kernel(model)).toEqual(Array(6).fill(3 / 16));
  const text = readFileSync(path.join(folder, `${name}.md`), 'utf8');
  expect(size).toBe(readFileSync(file).length);
  for (const part of [
    '# Tiny',
    'For a test.',
    '**seed**: 3',
    '**accuracy**: 12 %',
    `checkpoint -- ${name}`,
    `${size} bytes`,
  ])
    expect(text).toContain(part);
});

describe('a file that cannot be right is refused, and the model stays as it was', () => {
  const message = (damage: (bytes: Buffer) => Uint8Array, model = tiny(5)): string => {
    const bytes = readFileSync(file);
    writeFileSync(file, damage(Buffer.from(bytes)));
    try {
      loadCheckpoint(name, { net: model });
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    } finally {
      writeFileSync(file, bytes);
      expect(kernel(model)).toEqual(Array(kernel(model).length).fill(5 / 16));
    }
    return '';
  };

  test('cut off', () => {
    expect(message((bytes) => bytes.subarray(0, bytes.length - 3))).toMatch(/checkpoints\/test-only-tiny.*cut off/);
    expect(message((bytes) => bytes.subarray(0, 5))).toMatch(/too few for a header/);
  });

  test('one bit of a weight changed', () => {
    const flip = (bytes: Buffer) => {
      bytes[bytes.length - 1] ^= 1;
      return bytes;
    };
    expect(message(flip)).toMatch(/checksum does not match/);
  });

  test('of another model', () => {
    const other = tf.sequential({
      layers: [
        tf.layers.dense({
          name: 'only',
          units: 4,
          inputShape: [3],
          kernelInitializer: tf.initializers.constant({ value: 5 / 16 }),
        }),
      ],
    });
    built.push(other);
    expect(message((bytes) => bytes, other)).toMatch(/is \[3,2\] in the file, the model's is \[3,4\]/);
  });

  test('that is not there, or has an impossible name', () => {
    expect(() => loadCheckpoint('no-such-thing', {})).toThrow(
      /^There is no checkpoint no-such-thing \(checkpoints\/no-such-thing.safetensors\)\. .*`npm run checkpoint -- no-such-thing`/,
    );
    expect(() => loadCheckpoint('../package', {})).toThrow("small letters, digits and hyphens, got '../package'");
  });
});

/** How many numbers a file holds. */
function count(tensors: ReadonlyMap<string, TensorData>): number {
  return [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
}

describe('the shipped checkpoints', () => {
  const shipped = readdirSync(folder).filter((each) => each.endsWith('.safetensors') && !each.startsWith('test-only'));

  test.each(shipped.length > 0 ? shipped : ['none'])('%s: whole, small, with a card and a way to make it', (each) => {
    if (each === 'none') throw new Error('no checkpoint is shipped');
    const base = each.replace('.safetensors', '');
    const bytes = readFileSync(path.join(folder, each));
    const { metadata, tensors } = readSafetensors(bytes, each);
    expect(metadata.name).toBe(base);
    expect(bytes.length).toBeLessThanOrEqual(8_000_000);
    expect(bytes.length, 'two bytes a number').toBeLessThan(2.3 * count(tensors) + 100_000);
    const text = readFileSync(path.join(folder, `${base}.md`), 'utf8');
    for (const fact of ['data', 'seed', 'engine', 'steps', 'time']) expect(text).toContain(`- **${fact}**: `);
    expect(text).toContain(`${bytes.length.toLocaleString('en-US')} bytes`);
    if (recipes.some(({ name: recipe }) => recipe === base)) expect(text).toContain(`genlab train ${base}`);
    else {
      expect(text).toContain(`npm run checkpoint -- ${base}`);
      expect(readdirSync(folder)).toContain(`make_${base}.ts`);
    }
  });

  test('together stay under 25 MB', () => {
    const sizes = shipped.map((each) => readFileSync(path.join(folder, each)).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(25_000_000);
  });

  test('will stay under 25 MB when every recipe is trained', () => {
    const others = shipped.filter((each) => !recipes.some(({ name: recipe }) => each === `${recipe}.safetensors`));
    const sizes = others.map((each) => readFileSync(path.join(folder, each)).length);
    for (const recipe of recipes.filter(({ weights }) => !weights)) {
      const trainee = recipe.open();
      const weights = Object.values(trainee.networks).flatMap((network) => network.weights);
      const numbers = weights.reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * (b ?? 1), 1), 0);
      sizes.push(2 * numbers + 120 * weights.length); // half precision, and each tensor's line in the header
      trainee.dispose();
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(25_000_000);
  });
});

test('npm run checkpoint lists what can be made, and names what cannot', async () => {
  const script = path.join(folder, 'index.ts');
  const call = (...args: string[]) => run(process.execPath, ['-r', './lib/setup/register.js', script, ...args], {});
  const list = await call();
  expect(list.code).toBe(2);
  expect(list.stdout).toContain('fashion-mnist-classifier');
  const wrong = await call('nothing');
  expect(wrong.code).toBe(2);
  expect(wrong.output).toContain('there is no checkpoint nothing. There are: ');
});
