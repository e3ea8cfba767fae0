import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { epochBatches } from './batches';
import type { Batch, BatchOptions, DatasetInfo, Split } from './types';

/** A byte as a grey level in [0, 1]: a look-up is faster than a division. */
const level = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** A split over pictures that lie in memory as bytes, one after the other. */
export class ByteSplit implements Split {
  readonly size: number;
  private readonly pictureBytes: number;

  /** @param places which pictures belong to this split; all of them unless told */
  constructor(
    readonly name: string,
    readonly info: DatasetInfo,
    private readonly pixels: Uint8Array,
    private readonly allLabels: Uint8Array,
    private readonly places?: Int32Array,
  ) {
    this.pictureBytes = info.shape[0] * info.shape[1] * info.shape[2];
    this.size = places?.length ?? allLabels.length;
  }

  images(which?: number | ArrayLike<number>, to?: number): Tensor4D {
    const indices = this.indices('images', which, to);
    const values = new Float32Array(indices.length * this.pictureBytes);
    for (let i = 0, at = 0; i < indices.length; i++) {
      const start = this.place(indices[i]) * this.pictureBytes;
      for (let k = 0; k < this.pictureBytes; k++) values[at++] = level[this.pixels[start + k]];
    }
    return tf.tensor4d(values, [indices.length, ...this.info.shape]);
  }

  labels(which?: number | ArrayLike<number>, to?: number): Int32Array {
    return this.indices('labels', which, to).map((index) => this.allLabels[this.place(index)]);
  }

  batches(options: BatchOptions): IterableIterator<Batch> {
    return epochBatches(this.size, options, (indices) => ({
      images: this.images(indices),
      labels: this.labels(indices),
    }));
  }

  take(count: number): Split {
    if (!Number.isInteger(count) || count < 0 || count > this.size) {
      throw new RangeError(`take: ${this.name} has ${this.size} pictures, cannot take ${count}`);
    }
    return this.only(Int32Array.from({ length: count }, (_, index) => this.place(index)));
  }

  ofClass(label: number): Split {
    const classes = this.info.classes.en.length;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(`ofClass: ${this.info.name} has the classes 0 to ${classes - 1}, got ${label}`);
    }
    const all = this.places ?? Int32Array.from({ length: this.size }, (_, index) => index);
    return this.only(all.filter((place) => this.allLabels[place] === label));
  }

  private only(places: Int32Array): Split {
    return new ByteSplit(this.name, this.info, this.pixels, this.allLabels, places);
  }

  private place(index: number): number {
    return this.places ? this.places[index] : index;
  }

  private indices(caller: string, which: number | ArrayLike<number> = 0, to = this.size): Int32Array {
    const range = typeof which === 'number';
    if (range && !(Number.isInteger(which) && Number.isInteger(to) && which >= 0 && to <= this.size && which <= to)) {
      throw new RangeError(`${caller}: ${which} to ${to} is not a range within 0 to ${this.size}`);
    }
    const indices = range ? Int32Array.from({ length: to - which }, (_, i) => which + i) : Int32Array.from(which);
    const outside = indices.find((index, i) => index < 0 || index >= this.size || (!range && index !== which[i]));
    if (outside !== undefined) {
      throw new RangeError(`${caller}: ${this.name} has the pictures 0 to ${this.size - 1}, got ${outside}`);
    }
    return indices;
  }
}
