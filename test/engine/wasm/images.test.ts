import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { ready } from '../../../lib/engine';
import { expectClose, expectSameAsCpu, tensors } from './compare';

const image = (x: tf.Tensor) => x as tf.Tensor4D;

describe('gradients of pooling and resizing, against plain JavaScript', () => {
  const pools = [2, 3].flatMap((size) =>
    [1, 2, 3].flatMap((stride) => (['same', 'valid'] as const).map((pad) => ({ size, stride, pad }))),
  );

  test.each(pools)('maxPool $size/$stride $pad', async ({ size, stride, pad }) => {
    await expectSameAsCpu({ x: [2, 7, 6, 3] }, ({ x }) => tf.grad((x) => tf.maxPool(image(x), size, stride, pad))(x));
  });

  // The plain JavaScript backend divides by the whole window also at the edges.
  test.each(pools)('avgPool $size/$stride $pad: by differences', async ({ size, stride, pad }) => {
    await ready({ engine: 'wasm' });
    tf.tidy(() => {
      const { x } = tensors({ x: [1, 5, 4, 2] });
      const f = (x: tf.Tensor) => tf.avgPool(image(x), size, stride, pad);
      const weights = f(x).cos();
      const gradient = tf
        .grad((x) => f(x).mul(weights).sum())(x)
        .dataSync();
      const unit = (i: number) => tf.oneHot(tf.scalar(i, 'int32'), x.size).cast('float32').reshape(x.shape);
      // Pooling is linear: its value at a unit vector is the derivative.
      const expected = Array.from(gradient, (_, i) => f(unit(i)).mul(weights).sum().dataSync()[0]);
      expectClose(gradient, expected, 1e-5);
    });
  });

  test('a tie goes to the first of the largest', async () => {
    await ready({ engine: 'wasm' });
    const gradient = tf.tidy(() =>
      tf
        .grad((x) => tf.maxPool(image(x), 2, 2, 'valid'))(tf.ones([1, 2, 2, 1]))
        .dataSync(),
    );
    expect([...gradient]).toEqual([1, 0, 0, 0]);
  });

  test.each([
    [8, 8],
    [4, 12],
    [3, 2],
    [5, 7],
  ])('resizeNearestNeighbor to %i × %i', async (height, width) => {
    await expectSameAsCpu({ x: [1, 4, 4, 3] }, ({ x }) =>
      tf.grad((x) => tf.image.resizeNearestNeighbor(image(x), [height, width]))(x),
    );
  });

  test('depthwise convolution: channels one by one are ordinary convolutions', async () => {
    await ready({ engine: 'wasm' });
    for (const [stride, pad, multiplier] of [
      [1, 'same', 1],
      [2, 'same', 2],
      [1, 'valid', 3],
    ] as const) {
      tf.tidy(() => {
        const { x, w } = tensors({ x: [2, 6, 5, 3], w: [3, 3, 3, multiplier] });
        const depthwise = (x: tf.Tensor, w: tf.Tensor) => tf.depthwiseConv2d(image(x), image(w), stride, pad);
        const oneByOne = (x: tf.Tensor, w: tf.Tensor) =>
          tf.concat(
            [0, 1, 2].map((c) => {
              const channel = image(tf.slice(x, [0, 0, 0, c], [-1, -1, -1, 1]));
              return tf.conv2d(channel, image(tf.slice(w, [0, 0, c, 0], [-1, -1, 1, -1])), stride, pad);
            }),
            3,
          );
        const dy = depthwise(x, w).cos();
        const [got, expected] = [depthwise, oneByOne].map((f) => [f(x, w), ...tf.grads(f)([x, w], dy)]);
        got.forEach((result, i) => expectClose(result.dataSync(), expected[i].dataSync(), 1e-5));
      });
    }
  });

  test('resizing to the nearest pixel, larger, smaller and with aligned corners', async () => {
    await expectSameAsCpu({ x: [2, 3, 4, 5] }, ({ x }) => [
      tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [6, 8]),
      tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [7, 3]),
      tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [5, 9], true),
      tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [6, 8], false, true),
    ]);
  });

  test('the gradients of resizing, with aligned corners too', async () => {
    const resized = (resize: typeof tf.image.resizeBilinear, size: [number, number], align: boolean) => {
      return (x: tf.Tensor) =>
        tf.grad((x) =>
          resize(x as tf.Tensor4D, size, align)
            .square()
            .sum(),
        )(x);
    };
    await expectSameAsCpu({ x: [2, 3, 4, 2] }, ({ x }) =>
      [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor].flatMap((resize) => [
        resized(resize, [6, 8], false)(x),
        resized(resize, [2, 3], false)(x),
        resized(resize, [5, 9], true)(x),
      ]),
    );
  });
});
