import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test, vi } from 'vitest';
import { ready } from '../../lib/engine';
import * as models from '../../lib/models';
import { batchesPerEpoch, runs } from './steps';

/** A leak of one tensor a step shows in ten; GENLAB_BATCHES=1000 takes a quarter of an hour. */
const batches = Number(process.env.GENLAB_BATCHES ?? 200);
const families = new Set(Object.keys(runs).map((name) => name.split(',')[0]));

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

test('every family that trains has its run', () => {
  const training = Object.entries(models).filter(
    ([, family]) => !Array.isArray(family) && Object.keys(family).some((name) => /^train[A-Z]/.test(name)),
  );
  expect(training.map(([name]) => name).filter((name) => !families.has(name) && name !== 'adversarial')).toEqual([]);
});

test.each(Object.keys(runs))(
  `${batches} batches leave no tensor behind: %s`,
  async (name) => {
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    await runs[name]({
      epochs: batches / batchesPerEpoch,
      onStep: () => void counts.push(tf.memory().numTensors),
    });
    // The first steps make the optimizers' state.
    expect(new Set(counts.slice(2)).size, `tensors after each step: ${counts[2]} … ${counts[counts.length - 1]}`).toBe(
      1,
    );
    expect(tf.memory().numTensors, 'tensors left behind by the model').toBe(before);
  },
  300_000,
);
