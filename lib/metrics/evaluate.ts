/** The course's league table: every generator measured in one way, beside what the real data have. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { UserError } from '../errors';
import type { ImageSplit } from '../models';
import { type Classifier, read } from './classifier';
import {
  fidAgainstN,
  fidInfinity,
  frechetDistance,
  frechetStatistics,
  FrechetStatistics,
  type Gaussian,
} from './frechet';
import { inceptionScore } from './inception-score';
import { precisionRecall } from './neighbours';
import { pick, type Rows, rowsOf, RowStore } from './rows';

/** What the metrics must know of the real data, under one classifier. Made once by `referenceOf`. */
export interface Reference {
  /** Of the training images' features: what FID compares with. */
  readonly statistics: Gaussian;
  /** The test images' features: the floor of FID, and the real side of precision and recall. */
  readonly features: Rows;
  /** Inception score of the test images. */
  readonly isTestSet: number;
  /** The classifier's, on the test images. */
  readonly classifierAccuracy: number;
}

/** One line of the league table. Every figure depends on the classifier, and FID on n too: quote them together. */
export interface Report {
  readonly model: string;
  /** How many images were measured. */
  readonly n: number;
  /** From the training images. */
  readonly fid: number;
  /** What n real test images have instead (all of them where n is more): no generator can be expected below it. */
  readonly fidFloor: number;
  /** FID extrapolated to infinitely many samples. */
  readonly fidInfinity: number;
  readonly is: number;
  readonly isTestSet: number;
  readonly precision: number;
  readonly recall: number;
  /** Time to make the images alone; the first batch, which warms up, does not count where there are others. */
  readonly imagesPerSecond: number;
  readonly classifierAccuracy: number;
}

/** Images that the classifier reads at once: bounds the memory, whatever the batches are. */
const chunk = 250;

/** Reads all images of a labelled data set once (70,000 of Fashion-MNIST in about half a minute). */
export async function referenceOf(
  data: { readonly train: ImageSplit; readonly test: ImageSplit },
  classifier: Classifier,
): Promise<Reference> {
  const statistics = new FrechetStatistics(classifier.config.channels[2]);
  for await (const { features } of readings(imagesOf(data.train), classifier)) statistics.addRows(features);
  const [features, probabilities] = [new RowStore(), new RowStore()];
  const labels: number[] = [];
  for await (const reading of readings(imagesOf(data.test, labels), classifier)) {
    features.add(reading.features);
    probabilities.add(reading.probabilities);
  }
  const splits = Math.min(10, data.test.size);
  return {
    statistics: { mean: statistics.mean, covariance: statistics.covariance },
    features: features.rows(),
    isTestSet: (await inceptionScore(probabilities.rows(), splits)).mean,
    classifierAccuracy: shareRight(probabilities.rows(), labels),
  };
}

/**
 * Measures the images of a generator, which come in batches and are let go of one after the other.
 * @param batches images in [0, 1], [B,H,W,C]; each batch is disposed of when it has been read
 * @throws UserError when there are too few images to measure (under 50)
 */
export async function evaluateSamples(
  batches: Iterable<Tensor4D> | AsyncIterable<Tensor4D>,
  reference: Reference,
  classifier: Classifier,
  options: { readonly model?: string; readonly seed?: number; readonly k?: number } = {},
): Promise<Report> {
  const { model = '', seed = 0, k = 3 } = options;
  const [features, probabilities] = [new RowStore(), new RowStore()];
  const watch = new GenerationWatch();
  for await (const reading of readings(watch.timed(batches), classifier)) {
    features.add(reading.features);
    probabilities.add(reading.probabilities);
  }
  const samples = features.rows();
  const n = samples.count;
  if (n < 50) throw new UserError(`evaluateSamples: FID and the others need at least 50 images, got ${n}.`);
  const { statistics, features: real, isTestSet, classifierAccuracy } = reference;
  const most = Math.min(n, real.count);
  const first = (rows: Rows) =>
    pick(
      rows,
      Int32Array.from({ length: most }, (_, i) => i),
    );
  const [floor] = await fidAgainstN(real, statistics, [most], seed);
  const { precision, recall } = await precisionRecall(first(real), first(samples), k);
  return {
    model,
    n,
    fid: frechetDistance(statistics, await frechetStatistics(samples)),
    fidFloor: floor.fid,
    fidInfinity: (await fidInfinity(samples, statistics, { seed })).fid,
    is: (await inceptionScore(probabilities.rows())).mean,
    isTestSet,
    precision,
    recall,
    imagesPerSecond: watch.imagesPerSecond(),
    classifierAccuracy,
  };
}

/**
 * How fast a sampler is: images a second over `rounds` calls, after one that warms up.
 * @param generate gives one batch of images; each is disposed of
 */
export async function imagesPerSecond(generate: () => tf.Tensor | Promise<tf.Tensor>, rounds = 3): Promise<number> {
  const watch = new GenerationWatch();
  async function* batches() {
    for (let round = 0; round <= rounds; round++) yield (await generate()) as Tensor4D;
  }
  for await (const images of watch.timed(batches())) images.dispose();
  return watch.imagesPerSecond();
}

/** Measures the time between asking for a batch and having it. */
class GenerationWatch {
  private readonly laps: { images: number; seconds: number }[] = [];

  async *timed(batches: Iterable<Tensor4D> | AsyncIterable<Tensor4D>): AsyncGenerator<Tensor4D> {
    let start = performance.now();
    for await (const images of batches) {
      const corner = tf.tidy(() => images.flatten().slice([0], [1]));
      await corner.data(); // engines that compute later have computed now
      corner.dispose();
      this.laps.push({ images: images.shape[0], seconds: (performance.now() - start) / 1000 });
      yield images;
      start = performance.now();
    }
  }

  imagesPerSecond(): number {
    const counted = this.laps.length > 1 ? this.laps.slice(1) : this.laps;
    const sum = (key: 'images' | 'seconds') => counted.reduce((total, lap) => total + lap[key], 0);
    return sum('images') / sum('seconds');
  }
}

/** Features and probabilities, chunk after chunk; batches are disposed of. */
async function* readings(
  batches: Iterable<Tensor4D> | AsyncIterable<Tensor4D>,
  classifier: Classifier,
): AsyncGenerator<{ features: Rows; probabilities: Rows }> {
  for await (const images of batches) {
    try {
      const [count, ...shape] = images.shape;
      for (let from = 0; from < count; from += chunk) {
        const reading = tf.tidy(() => {
          const part = images.slice([from, 0, 0, 0], [Math.min(chunk, count - from), ...shape]);
          return { ...read(classifier, part) };
        });
        const rows = { features: await rowsOf(reading.features), probabilities: await rowsOf(reading.probabilities) };
        tf.dispose([reading.features, reading.probabilities]);
        yield rows;
      }
    } finally {
      images.dispose();
    }
  }
}

/** @param seen takes the labels, in the order of the images */
function* imagesOf(split: ImageSplit, seen?: number[]): Generator<Tensor4D> {
  for (const { images, labels } of split.batches({ batchSize: chunk, seed: 0 })) {
    if (labels) seen?.push(...labels.dataSync());
    labels?.dispose();
    yield images as Tensor4D;
  }
}

/** How often the most probable class is the label, from 0 to 1. */
function shareRight({ values, count, size }: Rows, labels: readonly number[]): number {
  if (labels.length !== count) throw new UserError('referenceOf: the test images need labels.');
  let right = 0;
  for (let row = 0; row < count; row++) {
    let best = 0;
    for (let k = 1; k < size; k++) if (values[row * size + k] > values[row * size + best]) best = k;
    if (best === labels[row]) right++;
  }
  return right / count;
}
