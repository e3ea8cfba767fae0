import * as tf from '@tensorflow/tfjs';
import { Random } from '../lib/engine';
import type { BatchOptions } from './types';

/** One epoch of a split in random order, as `Split.batches` promises it. */
export function* epochBatches<Images extends tf.Tensor>(
  size: number,
  { batchSize, seed, epoch = 0, dropLast = false }: BatchOptions,
  read: (indices: Int32Array) => { images: Images; labels: Int32Array },
): IterableIterator<{ images: Images; labels: tf.Tensor1D; indices: Int32Array }> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batches: batchSize must be a whole number of at least 1, got ${batchSize}`);
  }
  const order = new Random(seed).fork(`epoch ${epoch}`).shuffle(size);
  const end = dropLast ? size - (size % batchSize) : size;
  for (let from = 0; from < end; from += batchSize) {
    const indices = order.subarray(from, Math.min(from + batchSize, end));
    const { images, labels } = read(indices);
    const batch = { images, labels: tf.tensor1d(labels, 'int32'), indices };
    try {
      yield batch;
    } finally {
      tf.dispose([batch.images, batch.labels]);
    }
  }
}
