/** Trains a recipe from beginning to end: kept on the way, with sheets of samples; at the end the shipped file and its card. */
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { ready } from '../engine';
import { UserError } from '../errors';
import { fileStore } from '../files';
import { Ruler } from './measure';
import type { Recipe } from './recipe';
import { writeSheet } from './sheet';
import { ship } from './ship';

export interface TrainRecipeOptions {
  /** Go on with the run that was kept; else it starts anew. */
  readonly resume?: boolean;
  /** Train no further: ship the run that was kept, as far as it got. The run stays, and can go on. */
  readonly ship?: boolean;
  /** Steps between two times that the run is kept; 200 unless told. */
  readonly every?: number;
  /** Where the run is kept; `.genlab/training/NAME` unless told. Removed when the run is done. */
  readonly runs?: string;
  /** Where sheets of samples go; `out/NAME` unless told. */
  readonly out?: string;
  /** Pictures on a sheet; 40 unless told. */
  readonly sheet?: number;
  /** Where the checkpoint and its card go; `checkpoints/` unless told. */
  readonly checkpoints?: string;
  /** How many samples the card's figures are measured on; 10,000 unless told. 0 measures nothing. */
  readonly samples?: number;
  readonly signal?: AbortSignal;
  /** Told what happens. */
  readonly say?: (line: string) => void;
}

const root = path.join(__dirname, '..', '..');

/**
 * @returns false when it was interrupted: with `resume` it goes on
 * @throws UserError when the recipe trains nothing of its own, or there is nothing to ship
 */
export async function trainRecipe(recipe: Recipe, options: TrainRecipeOptions = {}): Promise<boolean> {
  const { say = () => undefined, out = path.join(root, 'out', recipe.name), every = 200 } = options;
  const { runs = path.join(root, '.genlab', 'training', recipe.name), ship: onlyShip = false } = options;
  if (recipe.weights !== undefined) {
    throw new UserError(
      `${recipe.name} works with the weights of ${recipe.weights}, which genlab train ${recipe.weights} makes.`,
      2,
    );
  }
  if (onlyShip && !existsSync(runs)) throw nothingKept(recipe, runs);
  const sheet = { seed: recipe.seed, count: options.sheet ?? 40 };
  const engine = await ready();
  const data = await recipe.load();
  const trainee = recipe.open();
  try {
    // To ship what there is, the run is taken up and stopped before its next step.
    const signal = onlyShip ? AbortSignal.abort() : options.signal;
    const histories = await trainee.train(data, {
      checkpoint: { store: fileStore(runs), every },
      resume: onlyShip || (options.resume ?? false),
      ...(signal && { signal }),
      onEpoch: async ({ epoch }) => {
        const file = path.join(out, `epoch-${String(epoch).padStart(3, '0')}.png`);
        await writeSheet(recipe, trainee, file, { ...sheet, data });
        say(`Epoch ${epoch}: ${path.relative(process.cwd(), file)}`);
      },
    });
    const isWhole = histories.every((history) => !history.interrupted);
    if (!isWhole && !onlyShip) return false;
    if (histories.length < recipe.epochs.length || histories.some((history) => history.loss.length === 0)) {
      throw nothingKept(recipe, runs, histories.length);
    }
    const ruler = options.samples === 0 ? undefined : await Ruler.for(recipe);
    try {
      const { samples = 10_000, checkpoints: folder } = options;
      await ship(recipe, trainee, histories, { data, engine, ruler, samples, say, ...(folder && { folder }) });
    } finally {
      ruler?.dispose();
    }
    await writeSheet(recipe, trainee, path.join(out, 'final.png'), { ...sheet, data });
    if (isWhole) await fs.rm(runs, { recursive: true, force: true });
    return true;
  } finally {
    trainee.dispose();
  }
}

function nothingKept({ name, epochs }: Recipe, runs: string, stages = 0): UserError {
  const stage = epochs.length > 1 && stages > 0 ? `stage ${stages} of ${epochs.length} only` : 'no step';
  const where = path.relative(process.cwd(), runs);
  return new UserError(
    `${name}: ${stage} is kept in ${where}, so there is no model to ship. genlab train ${name} --resume trains it.`,
    1,
  );
}
