/** The league table: every shipped model of Fashion-MNIST, measured in one way, beside the published figures. */
import { fashionMnist } from '../../datasets';
import { checkpointCard, hasCheckpoint, loadCheckpoint } from '../checkpoints';
import { UserError } from '../errors';
import { countParams } from '../nn';
import type { ShippedModel } from '../self-check';
import { reportsOn } from './card';
import { type MeasureOptions, measureTrainee, Ruler } from './measure';
import { published } from './published';
import { checkpointOf, type Published, type Recipe, type Trainee } from './recipe';
import { recipes } from './registry';

/** One line; null where a figure does not exist, as for the real images. */
export interface LeagueRow {
  readonly model: string;
  readonly fid: number;
  readonly is: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly imagesPerSecond: number | null;
  readonly params: number | null;
  readonly trainHours: number | null;
  /** How many samples. */
  readonly n: number;
  /** Null for a model that the published table does not have. */
  readonly published: Partial<Published> | null;
}

export interface Shipped {
  readonly trainee: Trainee;
  /** How long it was trained, as the file says. */
  readonly trainSeconds: number;
  /** How long reading the file took, checksum and all. */
  readonly loadSeconds: number;
}

/** Whether a recipe's weights are there. */
export function isShipped(recipe: Recipe, folder?: string): boolean {
  return hasCheckpoint(checkpointOf(recipe), folder);
}

/**
 * A recipe's model with its shipped weights.
 * @param folder where the file lies: `checkpoints/` unless told
 * @throws UserError when it was not trained yet, or the file is damaged
 */
export function openShipped(recipe: Recipe, folder?: string): Shipped {
  const name = checkpointOf(recipe);
  if (!hasCheckpoint(name, folder)) {
    const whose = name === recipe.name ? name : `${recipe.name}, which works with the weights of ${name},`;
    throw new UserError(`${whose} is not trained yet: genlab train ${name} does it.`, 3);
  }
  const trainee = recipe.open();
  try {
    const begin = performance.now();
    const metadata = loadCheckpoint(name, trainee.networks, folder);
    trainee.loaded(metadata);
    const loadSeconds = (performance.now() - begin) / 1000;
    return { trainee, trainSeconds: Number(metadata.trainSeconds), loadSeconds };
  } catch (error) {
    trainee.dispose();
    throw error;
  }
}

/** Every model of the league table whose checkpoint is there, in the order of the course. */
export function shippedModels(folder?: string): ShippedModel[] {
  return recipes
    .filter((recipe) => recipe.data === 'fashion-mnist' && isShipped(recipe, folder))
    .map((recipe) => {
      const { name, title, league } = recipe;
      const told = Object.entries(reportsOn(checkpointCard(checkpointOf(recipe), folder) ?? ''));
      return {
        name,
        title,
        reports: Object.fromEntries(told.filter(([sampler]) => league?.includes(sampler) ?? true)),
        async draw(n, random, sampler) {
          const { trainee } = openShipped(recipe, folder);
          try {
            const [first] = Object.keys(trainee.samplers);
            const sample = trainee.samplers[sampler ?? first];
            if (!sample) throw new UserError(`${name} has no sampler '${sampler}'.`, 2);
            return await trainee.asShipped(() => sample(n, random));
          } finally {
            trainee.dispose();
          }
        },
      };
    });
}

export interface LeagueOptions extends Pick<MeasureOptions, 'samples' | 'samplers' | 'say'> {
  /** Where the checkpoints lie: `checkpoints/` unless told. */
  readonly folder?: string;
  /** Told what each model itself can be asked, such as its bits a pixel; where it is left out, nobody asks. */
  readonly onOwn?: (recipe: Recipe, figures: Readonly<Record<string, number>>) => void;
}

/** Measures recipes that have a checkpoint, one after the other; the first row is the test set. Recipes of faces have no rows. */
export async function measureLeague(recipes: readonly Recipe[], options: LeagueOptions = {}): Promise<LeagueRow[]> {
  const { samples = 10_000, say = () => undefined, onOwn, folder } = options;
  const chosen = recipes.filter((recipe) => isShipped(recipe, folder));
  const rows: LeagueRow[] = [];
  const ruler = chosen.some(({ data }) => data === 'fashion-mnist') ? await Ruler.of(await fashionMnist()) : undefined;
  try {
    if (ruler) rows.push(await testSetRow(ruler, samples));
    for (const recipe of chosen) {
      const { trainee, trainSeconds, loadSeconds } = openShipped(recipe, folder);
      say(`${recipe.title}: loaded in ${loadSeconds.toFixed(2)} s`);
      try {
        const settings = { samples, own: onOwn !== undefined, say, samplers: options.samplers };
        const needsData = onOwn && trainee.measure;
        const data = needsData ? await recipe.load() : undefined;
        const which = recipe.data === 'fashion-mnist' ? ruler : undefined;
        const { reports, own } = await measureTrainee(recipe, trainee, data, which, settings);
        onOwn?.(recipe, own);
        const params = countParams(...Object.values(trainee.networks));
        const several = Object.keys(reports).length > 1;
        for (const [sampler, report] of Object.entries(reports)) {
          const { fid, is, precision, recall, imagesPerSecond, n } = report;
          rows.push({
            model: several ? `${recipe.title}: ${sampler}` : recipe.title,
            ...{ fid, is, precision, recall, imagesPerSecond, params },
            trainHours: trainSeconds / 3600,
            n,
            published: recipe.published ?? null,
          });
        }
      } finally {
        trainee.dispose();
      }
    }
  } finally {
    ruler?.dispose();
  }
  return rows;
}

/** The floor: what as many real images have. */
async function testSetRow(ruler: Ruler, samples: number): Promise<LeagueRow> {
  const { fid, n } = await ruler.floor(samples);
  return {
    model: 'test set',
    fid,
    is: ruler.reference.isTestSet,
    ...{ precision: null, recall: null, imagesPerSecond: null, params: null, trainHours: null },
    n,
    published: published['test set'],
  };
}
