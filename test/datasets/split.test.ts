import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ByteSplit } from '../../datasets/split';
import type { DatasetInfo } from '../../datasets';
import { ready } from '../../lib/engine';

const info: DatasetInfo = {
  name: 'tiny',
  title: { en: 'Tiny', zh: '小' },
  shape: [1, 2, 1],
  classes: { en: ['even', 'odd'], zh: ['偶', '奇'] },
};
/** Picture i is the two bytes i and 255 − i; its class is its parity. */
const pixels = Uint8Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? i / 2 : 255 - (i - 1) / 2));
const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 2);
const split = new ByteSplit('train', info, pixels, labels);

beforeAll(async () => {
  await ready({ engine: 'wasm' });
});

function first(images: tf.Tensor4D): number[] {
  const values = images.dataSync();
  images.dispose();
  return Array.from({ length: values.length / 2 }, (_, i) => Math.round(values[2 * i] * 255));
}

describe('a split', () => {
  it('turns bytes into numbers from 0 to 1', () => {
    const images = split.images(0, 2);
    expect(images.shape).toEqual([2, 1, 2, 1]);
    expect([...images.dataSync()]).toEqual([0, 1, 1 / 255, 254 / 255].map(Math.fround));
    images.dispose();
  });

  it('gives all, a stretch, or a choice', () => {
    expect(first(split.images())).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(first(split.images(5, 8))).toEqual([5, 6, 7]);
    expect(first(split.images(18))).toEqual([18, 19]);
    expect(first(split.images([7, 3, 3]))).toEqual([7, 3, 3]);
    expect([...split.labels([7, 2])]).toEqual([1, 0]);
    expect([...split.labels(0, 3)]).toEqual([0, 1, 0]);
  });

  it('takes the first, and one class, also one after the other', () => {
    expect(first(split.take(3).images())).toEqual([0, 1, 2]);
    expect(first(split.ofClass(1).take(2).images())).toEqual([1, 3]);
    expect(first(split.take(5).ofClass(0).images())).toEqual([0, 2, 4]);
    expect(split.ofClass(0).size).toBe(10);
  });

  it.each([
    [() => split.images(0, 21), /0 to 21 is not a range within 0 to 20/],
    [() => split.images(-1), /not a range/],
    [() => split.images([20]), /pictures 0 to 19, got 20/],
    [() => split.images([0.5]), /pictures 0 to 19/],
    [() => split.take(21), /has 20 pictures, cannot take 21/],
    [() => split.ofClass(2), /classes 0 to 1, got 2/],
    [() => [...split.batches({ batchSize: 0, seed: 1 })], /batchSize.*at least 1, got 0/],
  ])('says what cannot be had', (ask, message) => {
    expect(ask).toThrow(message);
  });

  const order = (seed: number, epoch?: number, dropLast = false) =>
    [...split.batches({ batchSize: 8, seed, ...(epoch !== undefined && { epoch }), dropLast })].map(({ indices }) => [
      ...indices,
    ]);

  it('is batched in an order that depends on seed and epoch alone', () => {
    expect(order(1)).toEqual(order(1, 0));
    expect(order(1, 1)).not.toEqual(order(1, 0));
    expect(order(2)).not.toEqual(order(1));
    expect(order(1).map(({ length }) => length)).toEqual([8, 8, 4]);
    expect(
      order(1)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(order(1, 0, true).map(({ length }) => length)).toEqual([8, 8]);
  });

  it('keeps pictures and labels of a batch together', () => {
    for (const { images, labels: batchLabels, indices } of split.batches({ batchSize: 6, seed: 3 })) {
      expect(
        Array.from(images.dataSync())
          .filter((_, i) => i % 2 === 0)
          .map((v) => Math.round(v * 255)),
      ).toEqual([...indices]);
      expect([...batchLabels.dataSync()]).toEqual([...indices].map((index) => index % 2));
      expect(batchLabels.dtype).toBe('int32');
    }
  });

  it('disposes of each batch when the loop goes on, ends or breaks', () => {
    const before = tf.memory().numTensors;
    const alive: number[] = [];
    for (const { images } of split.batches({ batchSize: 4, seed: 1 })) {
      alive.push(tf.memory().numTensors - before);
      expect(images.isDisposed).toBe(false);
    }
    expect(alive).toEqual([2, 2, 2, 2, 2]);
    for (const batch of split.batches({ batchSize: 4, seed: 1 })) if (batch.indices.length > 0) break;
    expect(tf.memory().numTensors).toBe(before);
  });
});
