/** Every recipe from its first step to a sheet of its shipped weights, on a handful of images. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Batch, BatchOptions } from '../../datasets';
import { Random, ready } from '../../lib/engine';
import { drawSheet, openShipped, type Recipe, recipes, trainRecipe } from '../../lib/recipes';

const folder = mkdtempSync(path.join(os.tmpdir(), 'recipes-'));
beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

interface Batches {
  take(count: number): Batches;
  batches(options: BatchOptions): IterableIterator<Batch>;
}

/** The same split, whose epochs are some batches of four. */
function fewer<S extends Batches>(split: S, batches: number): S {
  return new Proxy(split, {
    get(target, key) {
      if (key === 'batches')
        return (options: BatchOptions) => target.take(4 * batches).batches({ ...options, batchSize: 4 });
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The recipe on little data, stopped at a step of its last stage; epochs draw no sheets. */
function brief(recipe: Recipe, lastStep: number): Recipe {
  return {
    ...recipe,
    async load() {
      const data = (await recipe.load()) as { train: Batches | { from: Batches; to: Batches } };
      const { train } = data;
      const batches = recipe.epochs.length > 1 ? 2 : 6; // all epochs of a first stage are run; a critic wants five for a round
      const few =
        'from' in train ? { from: fewer(train.from, batches), to: fewer(train.to, batches) } : fewer(train, batches);
      return { ...data, train: few };
    },
    open() {
      const trainee = recipe.open();
      return {
        ...trainee,
        train(data, { onEpoch: _, ...options }) {
          const stop = new AbortController();
          let [stage, before] = [0, Infinity];
          const signal = options.signal?.aborted ? options.signal : stop.signal;
          return trainee.train(data, {
            ...options,
            signal,
            onStep({ step }) {
              if (step <= before) stage++;
              before = step;
              // A run that goes on has its earlier stages behind it.
              if ((stage === recipe.epochs.length || options.resume) && step >= lastStep) stop.abort();
            },
          });
        },
      };
    },
  };
}

describe.each(recipes.filter(({ weights }) => !weights))('$name', (recipe) => {
  test('trains, is interrupted, goes on, is shipped as far as it got, and works from its file', async () => {
    const [runs, out] = [path.join(folder, 'runs', recipe.name), path.join(folder, 'out')];
    const checkpoints = path.join(folder, 'checkpoints');
    const options = { runs, out, checkpoints, samples: 0, sheet: 2, every: 1 };
    const before = tf.memory().numTensors;
    expect(await trainRecipe(brief(recipe, 2), options)).toBe(false);
    expect(existsSync(path.join(checkpoints, `${recipe.name}.safetensors`))).toBe(false);
    expect(await trainRecipe(brief(recipe, 3), { ...options, resume: true })).toBe(false);
    expect(await trainRecipe(brief(recipe, 3), { ...options, ship: true })).toBe(true);
    expect(tf.memory().numTensors, 'tensors left over').toBe(before);
    expect(existsSync(runs), 'the run can go on').toBe(true);
    const card = readFileSync(path.join(checkpoints, `${recipe.name}.md`), 'utf8');
    expect(card).toMatch(/\*\*steps\*\*: .*\b3 \(ended early: \d+ images seen/);
    expect(card).toContain(`Made again by \`genlab train ${recipe.name}\``);
    expect(readFileSync(path.join(out, 'final.png')).length).toBeGreaterThan(500);

    for (const user of recipes.filter(({ name, weights = name }) => weights === recipe.name)) {
      const { trainee, trainSeconds } = openShipped(user, checkpoints);
      expect(trainSeconds).toBeGreaterThanOrEqual(0);
      const draw = () => trainee.asShipped(() => drawSheet(user, trainee, 2, 5));
      const sheet = await draw();
      const again = user === recipe ? await draw() : undefined;
      for (const [i, { images }] of sheet.rows.entries()) {
        const values = await images.data();
        expect(values.every((value) => value >= -1e-6 && value <= 1 + 1e-6)).toBe(true);
        if (again) expect(await again.rows[i].images.data(), 'the same seed, the same sheet').toEqual(values);
        expect(images.shape[0]).toBe(2);
      }
      tf.dispose([...sheet.rows, ...(again?.rows ?? [])].map(({ images }) => images));
      trainee.dispose();
    }
    expect(tf.memory().numTensors, 'tensors left over').toBe(before);
  }, 300_000);

  test('every sampler draws pictures', async () => {
    const trainee = recipe.open();
    // An untrained score is 0 everywhere, and a corrector's step is as long as one over it.
    const last = Object.values(trainee.networks).flatMap(({ trainableWeights }) => trainableWeights);
    for (const weight of last.filter(({ originalName }) => originalName === 'out/kernel')) {
      tf.tidy(() => void weight.write(tf.fill(weight.shape as number[], 0.01)));
    }
    trainee.loaded({ latentScale: '1' });
    for (const [name, sampler] of Object.entries(trainee.samplers)) {
      if (recipe.slow?.[name]) continue;
      const images = await trainee.asShipped(async () => sampler(1, new Random(1)));
      expect(images.shape.slice(1), name).toEqual(recipe.data === 'faces' ? [32, 32, 3] : [28, 28, 1]);
      expect((await images.data()).every((value) => value >= 0 && value <= 1)).toBe(true);
      images.dispose();
    }
    trainee.dispose();
  }, 300_000);
});

test('a run that is done leaves its checkpoint and nothing to resume; nothing kept cannot be shipped', async () => {
  const recipe = recipes.find(({ name }) => name === 'fashion-mnist-ae') as Recipe;
  const short: Recipe = {
    ...recipe,
    load: brief(recipe, 0).load,
    open() {
      const trainee = recipe.open();
      return { ...trainee, train: (data, options) => trainee.train(data, { ...options, epochs: 1 }) };
    },
  };
  const options = { runs: path.join(folder, 'once'), out: folder, checkpoints: folder, samples: 0, sheet: 2 };
  expect(await trainRecipe(short, options)).toBe(true);
  expect(existsSync(options.runs)).toBe(false);
  expect(readFileSync(path.join(folder, 'fashion-mnist-ae.md'), 'utf8')).toContain('24 images seen');
  const again = trainRecipe(short, { ...options, ship: true });
  await expect(again).rejects.toThrow(/no step is kept in .*, so there is no model to ship/);
}, 300_000);
