import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import { epochBatches } from '../batches';
import type { Batch, BatchOptions, DatasetInfo, Split } from '../types';
import { type AttributeName, type Attributes, attributeNames, attributeVector, type Style, values } from './attributes';
import { caption, type CaptionLanguage } from './captions';
import { drawFace } from './draw';
import { encode, maxTokens } from './tokenizer';

/** What a face is made from: the picture is drawn when it is first asked for. */
export interface FaceRecord {
  readonly attributes: Attributes;
  readonly seed: number;
}

export interface FaceBatch extends Batch {
  /** One for each face, worded anew each epoch. */
  readonly captions: readonly string[];
  /** The captions as numbers, padded with 0. [B, 48] int32 */
  readonly tokens: Tensor2D;
  /** What is true of each face, in the order of `faces.attributeNames`; −1 for what its picture does not show. [B, 16] int32 */
  readonly attributes: Tensor2D;
}

/** What a split needs to know beside its faces. */
export interface FaceSplitOptions {
  readonly size: number;
  /** The attribute that is the label. */
  readonly label: AttributeName;
  /** Of the captions. */
  readonly language: CaptionLanguage;
}

/** A split whose pictures are drawn on first use and kept as bytes. */
export class FaceSplit implements Split {
  readonly size: number;
  private readonly pictureBytes: number;

  /**
   * @param drawn the pictures so far, one slot for each record; shared by the splits that are parts of this one
   * @param places which records belong to this split; all of them unless told
   */
  constructor(
    readonly name: string,
    readonly info: DatasetInfo,
    private readonly records: readonly FaceRecord[],
    private readonly options: FaceSplitOptions,
    private readonly drawn: (Uint8ClampedArray | undefined)[] = new Array(records.length),
    private readonly places: Int32Array = Int32Array.from(records, (_, i) => i),
  ) {
    this.size = places.length;
    this.pictureBytes = info.shape[0] * info.shape[1] * info.shape[2];
  }

  images(which?: number | ArrayLike<number>, to?: number): Tensor4D {
    const indices = this.indices('images', which, to);
    const pixels = new Float32Array(indices.length * this.pictureBytes);
    indices.forEach((index, i) => {
      const bytes = this.picture(this.places[index]);
      for (let k = 0, at = i * this.pictureBytes; k < bytes.length; k++) pixels[at++] = bytes[k] / 255;
    });
    return tf.tensor4d(pixels, [indices.length, ...this.info.shape]);
  }

  labels(which?: number | ArrayLike<number>, to?: number): Int32Array {
    return this.indices('labels', which, to).map((index) => this.labelOf(this.places[index]));
  }

  /** What is true of these faces. */
  attributes(which?: number | ArrayLike<number>, to?: number): Attributes[] {
    return Array.from(this.indices('attributes', which, to), (index) => this.record(index).attributes);
  }

  /** As numbers, −1 for what a picture does not show. [N, 16] int32; the caller disposes it. */
  attributeVectors(which?: number | ArrayLike<number>, to?: number): Tensor2D {
    const indices = this.indices('attributeVectors', which, to);
    const rows = new Int32Array(indices.length * attributeNames.length);
    indices.forEach((index, i) => rows.set(attributeVector(this.record(index).attributes), i * attributeNames.length));
    return tf.tensor2d(rows, [indices.length, attributeNames.length], 'int32');
  }

  /** A caption for each of these faces. Another seed words them otherwise, and mentions other things. */
  captions(
    indices: ArrayLike<number>,
    options: { language?: CaptionLanguage; detail?: number; seed?: number | string } = {},
  ): string[] {
    const { language = this.options.language, detail, seed = 0 } = options;
    return Array.from(this.indices('captions', indices), (index) => {
      const { attributes, seed: face } = this.record(index);
      return caption(attributes, new Random(face).fork(`caption ${seed}`), { language, detail }).text;
    });
  }

  *batches(options: BatchOptions): IterableIterator<FaceBatch> {
    const read = (indices: Int32Array) => ({ images: this.images(indices), labels: this.labels(indices) });
    for (const batch of epochBatches(this.size, options, read)) {
      const captions = this.captions(batch.indices, { seed: `${options.seed} ${options.epoch ?? 0}` });
      const tokens = tf.tensor2d(captions.flatMap(encode), [captions.length, maxTokens], 'int32');
      const attributes = this.attributeVectors(batch.indices);
      try {
        yield { ...batch, captions, tokens, attributes };
      } finally {
        tf.dispose([tokens, attributes]);
      }
    }
  }

  take(count: number): FaceSplit {
    if (!Number.isInteger(count) || count < 0 || count > this.size) {
      throw new RangeError(`take: ${this.name} has ${this.size} faces, cannot take ${count}`);
    }
    return this.only(this.places.slice(0, count));
  }

  ofClass(label: number): FaceSplit {
    const { length } = values[this.options.label];
    if (!Number.isInteger(label) || label < 0 || label >= length) {
      throw new RangeError(`ofClass: ${this.info.name} has the classes 0 to ${length - 1}, got ${label}`);
    }
    return this.only(this.places.filter((place) => this.labelOf(place) === label));
  }

  /** The same faces, drawn by another hand. */
  inStyle(style: Style): FaceSplit {
    const records = Array.from(this.places, (place) => {
      const { attributes, seed } = this.records[place];
      return { attributes: { ...attributes, style }, seed };
    });
    return new FaceSplit(this.name, this.info, records, this.options);
  }

  private only(places: Int32Array): FaceSplit {
    return new FaceSplit(this.name, this.info, this.records, this.options, this.drawn, places);
  }

  private record(index: number): FaceRecord {
    return this.records[this.places[index]];
  }

  private labelOf(place: number): number {
    const list: readonly string[] = values[this.options.label];
    return list.indexOf(this.records[place].attributes[this.options.label]);
  }

  private picture(place: number): Uint8ClampedArray {
    const { attributes, seed } = this.records[place];
    return (this.drawn[place] ??= drawFace(attributes, seed, this.options.size));
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
