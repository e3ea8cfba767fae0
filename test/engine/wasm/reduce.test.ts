import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { ready } from '../../../lib/engine';
import { expectSameAsCpu } from './compare';

test('sums and means over every choice of axes, kept or not', async () => {
  const choices = Array.from({ length: 16 }, (_, bits) => [0, 1, 2, 3].filter((axis) => bits & (1 << axis)));
  await expectSameAsCpu({ x: [3, 5, 2, 7] }, ({ x }) =>
    choices.slice(1).flatMap((axes) => [
      tf.sum(x, axes),
      tf.sum(x, axes, true),
      tf.mean(x, axes),
      tf.mean(
        x,
        axes.map((axis) => axis - 4),
        true,
      ),
    ]),
  );
  await expectSameAsCpu({ x: [3, 4] }, ({ x }) => [x.mul(10).cast('int32').sum(0), x.sum(), x.mean()]);
});

test('a long sum does not lose small numbers', async () => {
  await ready({ engine: 'wasm' });
  const sums = tf.tidy(() => tf.fill([100_000, 2], 0.1).sum(0).dataSync());
  for (const sum of sums) expect(Math.abs(sum - 10_000)).toBeLessThan(0.01); // in single precision it is off by 1
});

test('moments and the gradient through them', async () => {
  await expectSameAsCpu({ x: [2, 6, 6, 3], dy: [2, 6, 6, 3] }, ({ x, dy }) => {
    const normalize = (x: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, [1, 2], true);
      return x.sub(mean).mul(variance.add(1e-3).rsqrt());
    };
    return [normalize(x), tf.grad(normalize)(x, dy)];
  });
});

test('over the last axis and others apart from it', async () => {
  await expectSameAsCpu({ x: [3, 5, 2, 4] }, ({ x }) => [
    x.sum([1, 3]),
    x.mean([1, 3], true),
    x.sum([0, 2, 3]),
    x.mean([0, 1, 3]),
    tf.moments(x, [1, 3], true).variance,
  ]);
});
