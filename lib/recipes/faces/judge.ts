/** How faces are measured: by what the attribute classifiers read off them, and by the features those look at. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import type { FaceSplit } from '../../../datasets';
import { faceAttributeClassifier } from '../../checkpoints';
import { Random } from '../../engine';
import {
  attributes,
  fidAgainstN,
  frechetDistance,
  frechetStatistics,
  precisionRecall,
  type Rows,
  rowsOf,
} from '../../metrics';
import { drawn } from '../drawn';
import type { OwnMeasuring, Sampler } from '../recipe';

type Wanted = readonly ArrayLike<number>[];

/** Images at a time: bounds the memory. */
const batch = 250;

export class Judge {
  private readonly classifier = faceAttributeClassifier();
  /** Up to the layer before the heads. [B,32,32,3] -> [B,128] */
  private readonly features = tf.model({
    inputs: this.classifier.network.inputs,
    outputs: this.classifier.network.getLayer('features_relu').output as tf.SymbolicTensor,
  });

  /** Opens the classifiers for as long as `use` takes. */
  static async during<T>(use: (judge: Judge) => Promise<T>): Promise<T> {
    const judge = new Judge();
    try {
      return await use(judge);
    } finally {
      attributes.dispose(judge.classifier);
    }
  }

  /** Share of what was asked for that pictures show, from 0 to 1. @param wanted −1 where nothing was asked for, [B][16] */
  async accuracy(images: Tensor4D, wanted: Wanted): Promise<number> {
    return (await this.score(images, wanted)).overall;
  }

  score(images: Tensor4D, wanted: Wanted): Promise<attributes.AttributeScore> {
    return attributes.attributeAccuracy(this.classifier, images, wanted);
  }

  /** What the classifiers read off pictures. [B,32,32,3] -> [B][16] */
  async read(images: Tensor4D): Promise<number[][]> {
    const found = attributes.readAttributes(this.classifier, images);
    const rows = (await found.array()) as number[][];
    found.dispose();
    return rows;
  }

  /**
   * FID, precision and recall over the classifiers' features, of samples against new faces of the same kind. Such a FID compares
   * with others of the same features and the same n alone.
   */
  async distribution(
    { train, test }: { readonly train: FaceSplit; readonly test: FaceSplit },
    sampler: Sampler,
    { samples, seed, say }: OwnMeasuring,
  ): Promise<Record<string, number>> {
    const statistics = await frechetStatistics(await this.ofSplit(train));
    const real = await this.ofSplit(test);
    const begin = performance.now();
    const made = await this.ofBatches(drawn('samples', sampler, samples, new Random(seed).fork('measure'), say));
    const seconds = (performance.now() - begin) / 1000;
    const n = Math.min(real.count, made.count);
    const first = ({ values, size }: Rows) => ({
      values: Float32Array.from(values).subarray(0, n * size),
      count: n,
      size,
    });
    const { precision, recall } = await precisionRecall(first(real), first(made));
    const [floor] = await fidAgainstN(real, statistics, [n]);
    return {
      'samples measured': made.count,
      'FID (features of face-attributes)': frechetDistance(statistics, await frechetStatistics(made)),
      [`FID of ${n} new real faces, the floor`]: floor.fid,
      precision,
      recall,
      'images/s, reading included': made.count / seconds,
    };
  }

  private ofSplit(split: FaceSplit): Promise<Rows> {
    function* parts(): Generator<Tensor4D> {
      for (let from = 0; from < split.size; from += batch) yield split.images(from, Math.min(split.size, from + batch));
    }
    return this.ofBatches(parts());
  }

  /** Features of pictures; each batch is disposed of. */
  private async ofBatches(batches: Iterable<Tensor4D> | AsyncIterable<Tensor4D>): Promise<Rows> {
    const parts: Rows[] = [];
    for await (const images of batches) {
      const features = this.features.predict(images) as tf.Tensor2D;
      parts.push(await rowsOf(features));
      tf.dispose([images, features]);
    }
    const { size } = parts[0];
    const count = parts.reduce((sum, part) => sum + part.count, 0);
    const values = new Float32Array(count * size);
    parts.reduce((at, part) => (values.set(part.values, at), at + part.values.length), 0);
    return { values, count, size };
  }
}

/** The attributes that each of these faces shows, as numbers; −1 for what it does not. [N][16] */
export async function shown(split: FaceSplit, indices: ArrayLike<number>): Promise<number[][]> {
  const vectors = split.attributeVectors(indices);
  const rows = (await vectors.array()) as number[][];
  vectors.dispose();
  return rows;
}
