/** One way to measure every recipe: the same classifier, the same number of samples, the same reference. */
import type { Tensor4D } from '@tensorflow/tfjs';
import { type Dataset, fashionMnist } from '../../datasets';
import { fashionMnistClassifier } from '../checkpoints';
import { Random } from '../engine';
import {
  classifier as classifiers,
  evaluateSamples,
  fidAgainstN,
  type FidPoint,
  type Reference,
  referenceOf,
  type Report,
} from '../metrics';
import type { Recipe, Sampler, Trainee } from './recipe';

export interface MeasureOptions {
  /** How many samples; 10,000 unless told. FIDs of different numbers cannot be compared. */
  readonly samples?: number;
  /** Which of the samplers; those of `recipe.league` unless told, and all where there are none. */
  readonly samplers?: readonly string[];
  readonly say?: (line: string) => void;
}

/** What is measured of a recipe: each sampler's report, and what the model itself can be asked. */
export interface Measured {
  readonly reports: Readonly<Record<string, Report>>;
  readonly own: Readonly<Record<string, number>>;
}

export function dataOf(recipe: Recipe): Promise<Dataset> {
  return { 'fashion-mnist': () => fashionMnist() }[recipe.data]();
}

/** The classifier with what it makes of the real images: read once, used for every recipe. */
export class Ruler {
  private constructor(
    private readonly classifier: classifiers.Classifier,
    readonly reference: Reference,
  ) {}

  static async of(data: Dataset): Promise<Ruler> {
    const classifier = fashionMnistClassifier();
    return new Ruler(classifier, await referenceOf(data, classifier));
  }

  /** Draws `samples` images and measures them. */
  measure(title: string, sampler: Sampler, samples: number, seed: number): Promise<Report> {
    return evaluateSamples(drawn(sampler, samples, new Random(seed).fork('measure')), this.reference, this.classifier, {
      model: title,
    });
  }

  /** FID of so many test images (all of them where there are fewer): what a perfect generator would have. */
  async floor(samples: number): Promise<FidPoint> {
    const { features, statistics } = this.reference;
    const [point] = await fidAgainstN(features, statistics, [Math.min(samples, features.count)]);
    return point;
  }

  dispose(): void {
    classifiers.dispose(this.classifier);
  }
}

/** Measures a trainee with the weights that are shipped. */
export async function measureTrainee(
  recipe: Recipe,
  trainee: Trainee,
  data: Dataset,
  ruler: Ruler,
  options: MeasureOptions = {},
): Promise<Measured> {
  const { samples = 10_000, say = () => undefined } = options;
  const names = options.samplers ?? recipe.league ?? Object.keys(trainee.samplers);
  const reports: Record<string, Report> = {};
  return trainee.asShipped(async () => {
    for (const name of names) {
      reports[name] = await ruler.measure(recipe.title, trainee.samplers[name], samples, recipe.seed);
      const { fid, is, imagesPerSecond } = reports[name];
      say(
        `${name}: FID ${fid.toFixed(3)}, IS ${is.toFixed(3)}, ${imagesPerSecond.toFixed(1)} images/s (n = ${samples})`,
      );
    }
    return { reports, own: (await trainee.measure?.(data)) ?? {} };
  });
}

/** Images in batches, so that memory does not grow with their number. */
async function* drawn(sampler: Sampler, n: number, random: Random): AsyncGenerator<Tensor4D> {
  const batch = 250;
  for (let from = 0; from < n; from += batch) yield await sampler(Math.min(batch, n - from), random.fork(from));
}
