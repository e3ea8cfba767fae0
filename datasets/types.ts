import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs';

export type Language = 'en' | 'zh';
export type Bilingual<T> = Readonly<Record<Language, T>>;

/** What a set of labelled pictures is, apart from the pictures. */
export interface DatasetInfo {
  readonly name: string;
  readonly title: Bilingual<string>;
  /** Height, width, channels of every picture. */
  readonly shape: readonly [number, number, number];
  /** Names of the classes; a label is a place in this list. */
  readonly classes: Bilingual<readonly string[]>;
}

export interface Dataset extends DatasetInfo {
  readonly train: Split;
  readonly test: Split;
}

export interface Batch {
  readonly images: Tensor4D; // [B, H, W, C] in [0, 1]
  readonly labels: Tensor1D; // [B] int32
  /** Which pictures of the split these are. */
  readonly indices: Int32Array;
}

export interface BatchOptions {
  readonly batchSize: number;
  /** The same seed and epoch give the same order, on every machine. */
  readonly seed: number;
  /** Each epoch has an order of its own. 0 unless told. */
  readonly epoch?: number;
  /** Leaves out a last batch that is not full. */
  readonly dropLast?: boolean;
}

/** Some of a data set's pictures. Pixels stay bytes until they are asked for. */
export interface Split {
  readonly name: string;
  readonly info: DatasetInfo;
  readonly size: number;
  /** Pictures `from` up to but without `to`; all of them unless told. [B, H, W, C] in [0, 1]; the caller disposes it. */
  images(from?: number, to?: number): Tensor4D;
  /** The pictures at these places, in this order. */
  images(indices: ArrayLike<number>): Tensor4D;
  labels(from?: number, to?: number): Int32Array;
  labels(indices: ArrayLike<number>): Int32Array;
  /**
   * One epoch in random order. A batch's tensors are disposed of when the loop asks for the next one (or ends):
   * clone what should live longer.
   */
  batches(options: BatchOptions): IterableIterator<Batch>;
  /** The first `count` pictures. */
  take(count: number): Split;
  /** The pictures of one class. */
  ofClass(label: number): Split;
}
