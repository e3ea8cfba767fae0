import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { expectSameAsCpu } from './compare';

/** Every order of 0 … n−1. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, i) => [...order.slice(0, i), n - 1, ...order.slice(i)]),
  );
}

describe('moving elements, against plain JavaScript', () => {
  test('transpose in every order of four axes, floats and integers', async () => {
    await expectSameAsCpu({ x: [2, 3, 4, 5] }, ({ x }) => orders(4).map((perm) => tf.transpose(x, perm)));
    await expectSameAsCpu({ x: [65, 130] }, ({ x }) => [x.transpose(), x.mul(100).cast('int32').transpose()]);
  });

  test('slice: any rank, whole axes and single elements', async () => {
    await expectSameAsCpu({ x: [3, 4, 5, 6] }, ({ x }) => [
      x.slice([1, 1, 1, 1], [2, 2, 3, 4]),
      x.slice([0, 2], [3, 1]),
      x.slice([1, 0, 0, 0], [1, -1, -1, -1]),
      x.slice([2, 3, 4, 5], [1, 1, 1, 1]),
      x.slice([0, 0, 0, 3], [-1, -1, -1, 2]),
      x.slice([0, 0, 0, 0], [3, 4, 5, 6]),
      x.slice([1, 1, 1, 1], [0, 2, 2, 2]),
      x.reshape([360]).slice([17], [40]),
      x.greater(0).slice([1, 1, 1, 1], [2, 2, 3, 4]),
    ]);
    await expectSameAsCpu({ x: [4, 300, 2] }, ({ x }) => x.slice([1, 10, 0], [2, 280, 2]));
  });

  test('split and concat, along each axis, many and few elements', async () => {
    await expectSameAsCpu({ x: [4, 6, 3] }, ({ x }) => [
      ...tf.split(x, 2, 0),
      ...tf.split(x, [1, 2, 3], 1),
      ...tf.split(x, 3, -1),
    ]);
    await expectSameAsCpu({ a: [2, 3, 4], b: [2, 3, 4], c: [2, 1, 4] }, ({ a, b, c }) => [
      tf.concat([a, b], 0),
      tf.concat([a, c, b], 1),
      tf.concat([a, b], -1),
      tf.concat([a.cast('int32'), b.cast('int32')], 1),
      tf.concat([a, tf.zeros([2, 0, 4])], 1),
      tf.stack([a, b], 2),
    ]);
    await expectSameAsCpu({ a: [3, 400], b: [3, 500] }, ({ a, b }) => tf.concat([a, b], 1));
  });

  test('tile, broadcast and reverse', async () => {
    await expectSameAsCpu({ x: [2, 3, 1, 2] }, ({ x }) => [
      x.tile([1, 1, 1, 1]),
      x.tile([2, 1, 3, 2]),
      x.tile([1, 2, 1, 1]),
      x.broadcastTo([2, 3, 5, 2]),
      x.greater(0).tile([1, 1, 2, 1]),
      x.reverse(),
      x.reverse([1]),
      x.reverse([-1, 0]),
      x.cast('int32').reverse(3),
    ]);
  });

  test('cumulative sums, also along an axis that is counted from the end', async () => {
    await expectSameAsCpu({ x: [2, 3, 4] }, ({ x }) => [x.cumsum(0), x.cumsum(1, true), x.cumsum(2, true, true)]);
    tf.tidy(() => {
      const x = tf.range(0, 24).reshape([2, 3, 4]);
      for (const axis of [1, 2, 3]) {
        const [fromEnd, fromStart] = [x.cumsum(-axis), x.cumsum(3 - axis)];
        expect(fromEnd.shape).toEqual(fromStart.shape);
        expect([...fromEnd.dataSync()]).toEqual([...fromStart.dataSync()]);
      }
    });
  });

  test('gather: rows, middle axis, repeated numbers, a table of numbers', async () => {
    await expectSameAsCpu({ x: [4, 3, 2] }, ({ x }) => [
      x.gather([3, 0, 3]),
      x.gather([2, 1], 1),
      x.gather([1], -1),
      x.gather(tf.tensor2d([0, 1, 2, 3], [2, 2], 'int32')),
    ]);
    await expect(expectSameAsCpu({ x: [4, 3] }, ({ x }) => x.gather([4]))).rejects.toThrow();
  });

  test('stridedSlice', async () => {
    await expectSameAsCpu({ x: [5, 6, 4] }, ({ x }) => [
      x.stridedSlice([0, 0, 0], [5, 6, 4], [2, 3, 1]),
      x.stridedSlice([1, 1, 1], [4, 6, 4], [1, 2, 2]),
      // The stock kernel of plain JavaScript fails where an axis is dropped and another strided.
      tf.getBackend() === 'wasm'
        ? x.stridedSlice([2, 0, 0], [3, 6, 4], [1, 1, 3], 0, 0, 0, 0, 1)
        : x.stridedSlice([2, 0, 0], [3, 6, 4], [1, 1, 3]).reshape([6, 2]),
      x.cast('int32').stridedSlice([0, 0, 1], [5, 6, 4], [4, 5, 2]),
    ]);
  });

  test('depthToSpace', async () => {
    await expectSameAsCpu({ x: [2, 3, 4, 18] }, ({ x }) => [
      tf.depthToSpace(x as tf.Tensor4D, 3),
      tf.depthToSpace(x.slice([0, 0, 0, 0], [2, 3, 4, 8]) as tf.Tensor4D, 2),
    ]);
  });

  test('a twin shares the numbers and outlives its original', async () => {
    await expectSameAsCpu({ x: [7] }, ({ x }) => {
      const original = x.add(1);
      const twin = original.clone();
      original.dispose();
      tf.ones([7]).mul(5).dispose(); // would take the place of what was freed
      return twin.mul(2);
    });
  });
});
