import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ready } from '../../../lib/engine';
import { expectClose, expectSameAsCpu, tensors } from './compare';

beforeAll(() => ready({ engine: 'wasm' }));

test('the same data in another shape: the stock kernel answered [5, 7]', () => {
  tf.tidy(() => {
    const data = tf.tensor([1, 2, 3, 4], [2, 2]);
    const row = tf.tensor([1, 2], [1, 2]);
    expect([...tf.matMul(row, data as tf.Tensor2D).dataSync()]).toEqual([7, 10]);
    // Four numbers as [1, 4]: XNNPACK's packed copy of the [2, 2] matrix must not be used.
    expect([...tf.matMul(tf.tensor([3], [1, 1]), data.reshape([1, 4])).dataSync()]).toEqual([3, 6, 9, 12]);
    expect([...tf.matMul(row, data.transpose() as tf.Tensor2D).dataSync()]).toEqual([5, 11]);
  });
});

describe('products against plain JavaScript', () => {
  const transposes = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));
  test.each(transposes)('transposed: %s, %s', async (a, b) => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [5, 7, 3],
      [33, 1, 9],
      [1, 64, 17],
      [40, 50, 1],
    ]) {
      const inputs = { a: a ? [k, m] : [m, k], b: b ? [n, k] : [k, n] };
      await expectSameAsCpu(inputs, (x) => tf.matMul(x.a, x.b, a, b));
      const batched = { a: [3, ...inputs.a], b: [3, ...inputs.b] };
      await expectSameAsCpu(batched, (x) => tf.matMul(x.a, x.b, a, b));
    }
  });

  test('batches that are broadcast', async () => {
    await expectSameAsCpu({ a: [4, 2, 3], b: [3, 5] }, (x) => tf.matMul(x.a, x.b));
    await expectSameAsCpu({ a: [2, 3], b: [4, 3, 5] }, (x) => tf.matMul(x.a, x.b));
    // Two axes at once is more than the plain JavaScript backend can do: there they are stretched first.
    await ready({ engine: 'wasm' });
    tf.tidy(() => {
      const { a, b } = tensors({ a: [2, 1, 2, 3], b: [1, 3, 3, 2] });
      const stretched = tf.matMul(a.tile([1, 3, 1, 1]), b.tile([2, 1, 1, 1]));
      expectClose(tf.matMul(a, b).dataSync(), stretched.dataSync(), 1e-6);
    });
  });

  test('bias and activation in the same pass', async () => {
    for (const activation of ['linear', 'relu', 'relu6', 'sigmoid', 'elu'] as const) {
      await expectSameAsCpu({ a: [6, 4], b: [5, 4], bias: [5] }, ({ a, b, bias }) =>
        tf.fused.matMul({ a, b, bias, activation, transposeB: true }),
      );
    }
  });

  test('nothing to multiply', async () => {
    await expectSameAsCpu({ a: { shape: [0, 3], values: [] }, b: [3, 2] }, (x) => tf.matMul(x.a, x.b));
  });
});

test('a product of integers is refused in plain words', () => {
  tf.tidy(() => {
    const integers = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
    expect(() => tf.matMul(integers, integers)).toThrow('matMul multiplies float32 tensors, got int32 and int32.');
  });
});
