import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { recipes } from '../../lib/recipes';

beforeAll(() => ready());

describe.each(recipes)('$name', (recipe) => {
  test('opens, draws pictures with its first sampler, and leaves nothing', async () => {
    const before = tf.memory().numTensors;
    const trainee = recipe.open();
    const [sampler] = Object.values(trainee.samplers);
    const images = await trainee.asShipped(async () => sampler(2, new Random(1)));
    expect(images.shape).toEqual([2, 28, 28, 1]);
    const values = await images.data();
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    images.dispose();
    trainee.loaded();
    trainee.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
