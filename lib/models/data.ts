import * as tf from '@tensorflow/tfjs';
import { Random } from '../engine';
import type { TrainOptions } from '../training';

/** What the models' `train…` and `evaluate` ask of their data; every split of `datasets/` is one. */
export interface ImageSplit {
  readonly size: number;
  batches(options: { batchSize: number; seed: number; epoch?: number; dropLast?: boolean }): Iterable<ImageBatch>;
}

export interface ImageBatch {
  /** [B,H,W,C] in [0, 1]; [B,n] for points. */
  readonly images: tf.Tensor;
  /** [B], the number of each example's class, where it has one. */
  readonly labels?: tf.Tensor1D;
}

type LoopOptions = 'schedule' | 'onStep' | 'onEpoch' | 'checkpoint' | 'resume' | 'signal';

/** Settings that every `train…` of images has; the loop's own mean what `train` says. */
export interface ImageTraining extends Partial<Pick<TrainOptions<ImageBatch>, LoopOptions>> {
  /** Shown beside the bar. */
  readonly name?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly seed?: number;
}

/** A split, or a tensor of examples along its first axis, which then is a split without labels. */
export function asSplit(data: ImageSplit | tf.Tensor): ImageSplit {
  return data instanceof tf.Tensor ? new TensorSplit(data) : data;
}

class TensorSplit implements ImageSplit {
  readonly size: number;

  constructor(private readonly examples: tf.Tensor) {
    this.size = examples.shape[0];
  }

  *batches({ batchSize, seed, epoch = 0, dropLast }: Parameters<ImageSplit['batches']>[0]): Iterable<ImageBatch> {
    const order = new Random(seed).fork(`epoch ${epoch}`).shuffle(this.size);
    const end = dropLast ? this.size - (this.size % batchSize) : this.size;
    for (let from = 0; from < end; from += batchSize) {
      yield { images: tf.tidy(() => this.examples.gather(tf.tensor1d(order.slice(from, from + batchSize), 'int32'))) };
    }
  }
}
