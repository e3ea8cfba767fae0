import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ready } from '../../../lib/engine';
import { expectClose, tensors } from './compare';

beforeAll(() => ready({ engine: 'wasm' }));

interface Size {
  image: [number, number];
  filter: [number, number];
  stride: [number, number];
  pad: 'same' | 'valid' | number;
  channels: [number, number];
}

/** The definition, one product at a time, in double precision: y and both gradients of sum(y · dy). */
function byDefinition(size: Size, x: ArrayLike<number>, w: ArrayLike<number>, dyAt: (i: number) => number) {
  const [height, width] = size.image;
  const [inChannels, outChannels] = size.channels;
  const rows = along(height, size.filter[0], size.stride[0], size.pad);
  const columns = along(width, size.filter[1], size.stride[1], size.pad);
  const y = new Float64Array(batch * rows.count * columns.count * outChannels);
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  for (let b = 0; b < batch; b++)
    for (let r = 0; r < rows.count; r++)
      for (let c = 0; c < columns.count; c++)
        for (let i = 0; i < size.filter[0]; i++)
          for (let j = 0; j < size.filter[1]; j++) {
            const [row, column] = [r * size.stride[0] + i - rows.before, c * size.stride[1] + j - columns.before];
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            for (let o = 0; o < outChannels; o++) {
              const target = ((b * rows.count + r) * columns.count + c) * outChannels + o;
              for (let k = 0; k < inChannels; k++) {
                const at = ((b * height + row) * width + column) * inChannels + k;
                const tap = ((i * size.filter[1] + j) * inChannels + k) * outChannels + o;
                y[target] += x[at] * w[tap];
                dx[at] += dyAt(target) * w[tap];
                dw[tap] += dyAt(target) * x[at];
              }
            }
          }
  return { y, dx, dw, shape: [batch, rows.count, columns.count, outChannels] };
}

const batch = 2;

function along(size: number, filter: number, stride: number, pad: Size['pad']) {
  if (pad === 'same') {
    const count = Math.ceil(size / stride);
    return { count, before: Math.floor(Math.max(0, (count - 1) * stride + filter - size) / 2) };
  }
  const before = pad === 'valid' ? 0 : pad;
  return { count: Math.floor((size + 2 * before - filter) / stride) + 1, before };
}

const sizes: Size[] = [];
for (const image of [
  [7, 8],
  [5, 6],
] as const)
  for (const filter of [
    [1, 1],
    [3, 3],
    [4, 4],
    [2, 3],
    [5, 1],
  ] as const)
    for (const stride of [
      [1, 1],
      [2, 2],
      [2, 1],
      [3, 3],
    ] as const)
      for (const pad of ['same', 'valid', 1] as const)
        for (const channels of [
          [1, 8],
          [5, 2],
          [3, 3],
        ] as const)
          sizes.push({ image: [...image], filter: [...filter], stride: [...stride], pad, channels: [...channels] });

describe('a convolution, both its gradients and its transpose against the definition', () => {
  test(`${sizes.length} sizes`, () => {
    for (const size of sizes) {
      const about = JSON.stringify(size);
      tf.tidy(() => {
        const [inChannels, outChannels] = size.channels;
        const { x, w } = tensors({
          x: [batch, ...size.image, inChannels],
          w: [...size.filter, inChannels, outChannels],
        });
        const expected = byDefinition(size, x.dataSync(), w.dataSync(), (i) => Math.cos(i));
        const dy = tf.tensor(
          Float32Array.from(expected.y, (_, i) => Math.cos(i)),
          expected.shape,
        );
        const convolve = (x: tf.Tensor, w: tf.Tensor) =>
          tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, size.stride, size.pad);
        const y = convolve(x, w);
        expect(y.shape, about).toEqual(expected.shape);
        expectClose(y.dataSync(), expected.y, 1e-5);
        const [dx, dw] = tf.grads(convolve)([x, w], dy);
        expectClose(dx.dataSync(), expected.dx, 1e-5);
        expectClose(dw.dataSync(), expected.dw, 1e-5);
        const transposed = tf.conv2dTranspose(
          dy as tf.Tensor4D,
          w as tf.Tensor4D,
          x.shape as [number, number, number, number],
          size.stride,
          size.pad,
        );
        expectClose(transposed.dataSync(), expected.dx, 1e-5);
      });
    }
  });

  test('an empty batch', () => {
    tf.tidy(() => {
      const w = tf.ones([3, 3, 1, 2]);
      const [, dw] = tf.grads((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'))([
        tf.zeros([0, 4, 4, 1]),
        w,
      ]);
      expect([...dw.dataSync()].every((value) => value === 0)).toBe(true);
    });
  });
});

test('a filter that changes in place of another is seen by the next convolution', () => {
  const [x, w] = [tf.ones([1, 4, 4, 1]) as tf.Tensor4D, tf.variable(tf.ones([3, 3, 1, 1]))];
  const sum = () =>
    tf.tidy(
      () =>
        tf
          .conv2d(x, w as tf.Tensor4D, 1, 'valid')
          .sum()
          .dataSync()[0],
    );
  expect(sum()).toBe(36);
  tf.tidy(() => w.assign(tf.mul(w, 2)));
  expect(sum()).toBe(72);
  tf.dispose([x, w]);
});
