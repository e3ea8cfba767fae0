import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ready } from '../../lib/engine';
import { Ema } from '../../lib/nn';
import file from '../golden/nn.json';

beforeAll(() => ready({ engine: 'cpu' }));

const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];

describe('the running average of weights', () => {
  const setUp = () => {
    const weights = tf.variable(tf.tensor1d([1, -2]));
    return { weights, ema: new Ema([weights], { decay: 0.5 }) };
  };
  const step = (weights: tf.Variable) => tf.tidy(() => weights.assign(weights.add(tf.tensor1d([0.5, 1]))));

  test('with its ramp, as torch.lerp has it', () => {
    const { weights, ema } = setUp();
    for (const expected of file.cases['moving average'].averages) {
      step(weights);
      ema.update();
      const average = ema.during(() => numbers(weights));
      average.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
    }
  });

  test('without the ramp the first step already has the full decay', () => {
    const weights = tf.variable(tf.tensor1d([0]));
    const ema = new Ema([weights], { decay: 0.75, warmUp: 'none' });
    weights.assign(tf.tensor1d([4]));
    ema.update();
    expect(ema.during(() => numbers(weights))).toEqual([1]);
  });

  test('stands in only during a computation, also one that fails or waits', async () => {
    const { weights, ema } = setUp();
    step(weights);
    const own = numbers(weights);
    expect(ema.during(() => numbers(weights))).toEqual([1, -2]);
    expect(numbers(weights)).toEqual(own);
    expect(() =>
      ema.during(() => {
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    expect(numbers(weights)).toEqual(own);
    const inside = await ema.during(async () => {
      await Promise.resolve();
      return [numbers(weights), ema.during(() => numbers(weights))]; // one in another changes nothing
    });
    expect(inside).toEqual([[1, -2], [1, -2]]); // prettier-ignore
    expect(numbers(weights)).toEqual(own);
    await expect(ema.during(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
    expect(numbers(weights)).toEqual(own);
    ema.swap();
    expect(() => ema.update()).toThrow(/swap them back/);
    ema.dispose();
    expect(numbers(weights)).toEqual(own);
  });

  test('goes on from its state as if nothing had happened', () => {
    const [a, b] = [setUp(), setUp()];
    step(a.weights);
    a.ema.update();
    b.weights.assign(a.weights);
    b.ema.state.forEach((variable, i) => variable.assign(a.ema.state[i]));
    for (const { weights, ema } of [a, b]) {
      step(weights);
      ema.update();
    }
    const average = (one: typeof a) => one.ema.during(() => numbers(one.weights));
    expect(average(b)).toEqual(average(a));
    const fresh = setUp();
    for (let i = 0; i < 2; i++) {
      step(fresh.weights);
      fresh.ema.update();
    }
    expect(average(fresh)).toEqual(average(a));
    b.ema.reset();
    expect(average(b)).toEqual(numbers(b.weights));
  });

  test('leaves no tensor behind, and refuses a decay of 1', () => {
    const { weights, ema } = setUp();
    const before = tf.memory().numTensors;
    ema.update();
    ema.swap();
    ema.swap();
    ema.during(() => undefined);
    ema.reset();
    expect(tf.memory().numTensors).toBe(before);
    ema.dispose();
    expect(tf.memory().numTensors).toBe(before - 2);
    expect(() => new Ema([weights], { decay: 1 })).toThrow(/decay lies in \[0, 1\), got 1/);
  });
});
