/** The metrics of bench/metrics.ts on the engine of GENLAB_ENGINE, as a process that answers. */
import * as tf from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import * as metrics from '../../lib/metrics';
import { answerMain, type Work } from './answer';

const images = 10_000;

/** Features of two sources that differ a little, as the classifier gives them: 128 numbers, none below 0. */
const pair = async () => {
  const random = new Random(0);
  const cloud = (mean: number) =>
    metrics.rowsOf(tf.tidy(() => random.normal([images, 128], mean).relu() as tf.Tensor2D));
  return [await cloud(0), await cloud(0.1)] as const;
};

const works: Record<string, Work> = {
  'FID of 10,000 images': () => {
    const clouds = pair();
    return async () => {
      const [real, fake] = await clouds;
      return metrics.frechetDistance(await metrics.frechetStatistics(real), await metrics.frechetStatistics(fake));
    };
  },
  'Inception score of 10,000 images': () => {
    const probabilities = metrics.rowsOf(tf.tidy(() => tf.softmax(new Random(0).normal<tf.Rank.R2>([images, 10]))));
    return async () => metrics.inceptionScore(await probabilities);
  },
  'precision and recall of 10,000 images': () => {
    const clouds = pair();
    return async () => metrics.precisionRecall(...(await clouds));
  },
  'exact W1 of 500 points': () => {
    const random = new Random(0);
    const [a, b] = [random.normal<tf.Rank.R2>([500, 2]), random.normal<tf.Rank.R2>([500, 2], 1)];
    return () => metrics.wasserstein(a, b);
  },
};

answerMain(works);
