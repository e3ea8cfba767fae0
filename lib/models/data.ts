import type * as tf from '@tensorflow/tfjs';

/** What the models' `train…` and `evaluate` ask of a data set's split; every split of `datasets/` is one. */
export interface ImageSplit {
  readonly size: number;
  batches(options: { batchSize: number; seed: number; epoch?: number; dropLast?: boolean }): Iterable<ImageBatch>;
}

export interface ImageBatch {
  /** [B,H,W,C], grey levels or colours in [0, 1]. */
  readonly images: tf.Tensor4D;
  /** [B], the number of each image's class. */
  readonly labels: tf.Tensor1D;
}

/** Settings that every `train…` of images has. */
export interface ImageTraining {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly seed?: number;
}
