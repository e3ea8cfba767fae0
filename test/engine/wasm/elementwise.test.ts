import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ready } from '../../../lib/engine';
import { expectClose, expectSameAsCpu } from './compare';

beforeAll(() => ready({ engine: 'wasm' }));

const special = { shape: [9], values: [NaN, Infinity, -Infinity, 0, -0, 1e-30, -1e-30, 100, -100] };

describe('functions of single elements, against plain JavaScript', () => {
  test('tanh keeps its digits at every size of argument', () => {
    const values = Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? 1 : -1) * 10 ** (-6 + i / 50));
    const got = tf.tidy(() => tf.tanh(tf.tensor1d(values)).dataSync());
    values.forEach((value, i) => expect(Math.abs(got[i] / Math.tanh(value) - 1), `${value}`).toBeLessThan(1e-6));
    const atEdges = tf.tidy(() => tf.tanh(tf.tensor(special.values)).dataSync());
    expectClose(atEdges, special.values.map(Math.tanh), 1e-6);
  });

  test('leakyRelu and its gradient', async () => {
    await expectSameAsCpu({ x: [50], dy: [50] }, ({ x, dy }) => [
      tf.leakyRelu(x, 0.2),
      tf.grad((x) => tf.leakyRelu(x, 0.2))(x, dy),
      tf.grad((x) => tf.relu(x))(x, dy),
      tf.leakyRelu(x.mul(10).cast('int32'), 0.5),
    ]);
  });

  test('maximum and minimum, of one shape, with a number, broadcast, and of what is not a number', async () => {
    await expectSameAsCpu({ a: [3, 4], b: [3, 4], row: [4] }, ({ a, b, row }) => [
      tf.maximum(a, b),
      tf.minimum(a, b),
      tf.maximum(a, 0.1),
      tf.minimum(0.1, a),
      tf.maximum(a, row),
      tf.minimum(row, a),
      tf.maximum(a.cast('int32'), b.cast('int32')),
    ]);
    await expectSameAsCpu({ x: special }, ({ x }) => [tf.maximum(x, 0.5), tf.minimum(x, x.reverse())]);
  });

  test('where chooses bits, so that what is not chosen cannot spoil the rest', async () => {
    await expectSameAsCpu({ x: special }, ({ x }) => [
      tf.where(tf.isFinite(x), x, tf.zerosLike(x)),
      tf.where(x.greater(0), x, x.neg()),
    ]);
    await expectSameAsCpu({ x: [2, 3] }, ({ x }) => [
      tf.where(tf.tensor1d([1, 0, 1], 'bool'), x, x.neg()),
      tf.where(x.greater(0), x.cast('int32'), tf.onesLike(x).cast('int32')),
    ]);
  });

  test('powers', async () => {
    await expectSameAsCpu({ x: { shape: [4], values: [0.5, 1, 2, 9] } }, ({ x }) => [
      x.pow(2),
      x.pow(0.5),
      x.pow(3),
      x.pow(x),
      x.cast('int32').pow(tf.scalar(2, 'int32')),
    ]);
  });

  test('powers with a number that are products', async () => {
    await expectSameAsCpu({ x: { shape: [4], values: [0.5, 1, 2, 9] } }, ({ x }) =>
      [1.5, 3, 4, -1].map((n) => x.pow(n)),
    );
    await expectSameAsCpu({ x: [6] }, ({ x }) => [x.pow(3), x.pow(4)]);
  });
});
