/** One way to measure every recipe of Fashion-MNIST: the same classifier, the same number of samples, the same reference. */
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
import { drawn } from './drawn';
import type { Recipe, Sampler, Trainee } from './recipe';

export interface MeasureOptions {
  /** How many samples; 10,000 unless told. FIDs of different numbers cannot be compared. */
  readonly samples?: number;
  /** Which of the samplers; `all` of them, or those of `recipe.league` (all where it has no such list). */
  readonly samplers?: 'all' | readonly string[];
  /** Whether the model is asked for what it alone can tell; it is unless told. */
  readonly own?: boolean;
  readonly say?: (line: string) => void;
}

/** What is measured of a recipe: each sampler's report, and what the model itself can be asked. */
export interface Measured {
  readonly reports: Readonly<Record<string, Report>>;
  readonly own: Readonly<Record<string, number>>;
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

  /** What measures this recipe's samples; nothing where the recipe measures itself, as those of faces do. */
  static async for({ data }: Recipe): Promise<Ruler | undefined> {
    return data === 'fashion-mnist' ? Ruler.of(await fashionMnist()) : undefined;
  }

  /** Draws `samples` images and measures them. */
  measure(
    title: string,
    sampler: Sampler,
    samples: number,
    seed: number,
    say?: (line: string) => void,
  ): Promise<Report> {
    const batches = drawn(title, sampler, samples, new Random(seed).fork('measure'), say);
    return evaluateSamples(batches, this.reference, this.classifier, { model: title });
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

/** Measures a trainee with the weights that are shipped. Without a ruler, only what the model itself can be asked. */
export async function measureTrainee(
  recipe: Recipe,
  trainee: Trainee,
  data: unknown,
  ruler: Ruler | undefined,
  options: MeasureOptions = {},
): Promise<Measured> {
  const { samples = 10_000, own = true, say = () => undefined } = options;
  const reports: Record<string, Report> = {};
  return trainee.asShipped(async () => {
    for (const name of ruler ? samplersOf(recipe, trainee, options.samplers) : []) {
      const n = Math.min(samples, recipe.slow?.[name] ?? samples);
      const title = `${recipe.title}, ${name}`;
      const report = await (ruler as Ruler).measure(title, trainee.samplers[name], n, recipe.seed, say);
      reports[name] = report;
      const { fid, is, imagesPerSecond } = report;
      say(
        `${title}: FID ${fid.toFixed(3)}, IS ${is.toFixed(3)}, ${imagesPerSecond.toPrecision(3)} images/s (n = ${n})`,
      );
    }
    const asked = own ? await trainee.measure?.(data, { samples, seed: recipe.seed, say }) : undefined;
    return { reports, own: asked ?? {} };
  });
}

function samplersOf(recipe: Recipe, trainee: Trainee, wished: MeasureOptions['samplers']): readonly string[] {
  if (wished !== undefined && wished !== 'all') return wished;
  const all = Object.keys(trainee.samplers);
  return wished === 'all' ? all : (recipe.league ?? all);
}
