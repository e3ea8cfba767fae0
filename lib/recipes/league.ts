/** The league table: every shipped model of Fashion-MNIST, measured in one way, beside the published figures. */
import { fashionMnist } from '../../datasets';
import { hasCheckpoint, loadCheckpoint } from '../checkpoints';
import { countParams } from '../nn';
import { measureTrainee, Ruler } from './measure';
import { published } from './published';
import type { Published, Recipe, Trainee } from './recipe';

export interface LeagueRow {
  readonly model: string;
  readonly fid: number;
  readonly is: number;
  /** Of the test set's inception score. */
  readonly isFraction: number;
  readonly precision?: number;
  readonly recall?: number;
  readonly imagesPerSecond?: number;
  readonly params?: number;
  readonly trainHours?: number;
  /** How many samples. */
  readonly n: number;
  readonly published?: Partial<Published>;
}

/** @param seconds how long it was trained, as the file says */
export interface Shipped {
  readonly trainee: Trainee;
  readonly seconds: number;
}

/** A recipe's model with its shipped weights. @throws UserError when it was not trained yet, or the file is damaged */
export function openShipped(recipe: Recipe): Shipped {
  const trainee = recipe.open();
  try {
    const { trainSeconds } = loadCheckpoint(recipe.name, trainee.networks);
    trainee.loaded();
    return { trainee, seconds: Number(trainSeconds) };
  } catch (error) {
    trainee.dispose();
    throw error;
  }
}

/** Measures recipes that have a checkpoint, one after the other; the first row is the test set. */
export async function measureLeague(
  recipes: readonly Recipe[],
  options: { readonly samples?: number; readonly say?: (line: string) => void } = {},
): Promise<LeagueRow[]> {
  const { samples = 10_000, say = () => undefined } = options;
  const data = await fashionMnist();
  const ruler = await Ruler.of(data);
  const rows: LeagueRow[] = [];
  try {
    rows.push(await testSetRow(ruler, samples));
    for (const recipe of recipes.filter(({ name }) => hasCheckpoint(name))) {
      say(recipe.title);
      const { trainee, seconds } = openShipped(recipe);
      try {
        const { reports } = await measureTrainee(recipe, trainee, data, ruler, { samples, say });
        const params = countParams(...Object.values(trainee.networks));
        const several = Object.keys(reports).length > 1;
        for (const [sampler, report] of Object.entries(reports)) {
          const { fid, is, isTestSet, precision, recall, imagesPerSecond, n } = report;
          rows.push({
            model: several ? `${recipe.title}: ${sampler}` : recipe.title,
            ...{ fid, is, isFraction: is / isTestSet, precision, recall, imagesPerSecond },
            ...{ params, trainHours: seconds / 3600, n, published: recipe.published },
          });
        }
      } finally {
        trainee.dispose();
      }
    }
  } finally {
    ruler.dispose();
  }
  return rows;
}

/** The floor: what as many real images have. */
async function testSetRow(ruler: Ruler, samples: number): Promise<LeagueRow> {
  const { fid, n } = await ruler.floor(samples);
  return { model: 'test set', fid, is: ruler.reference.isTestSet, isFraction: 1, n, published: published['test set'] };
}
