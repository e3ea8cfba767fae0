/** Trains a recipe from beginning to end: kept on the way, with sheets of samples; at the end the shipped file and its card. */
import os from 'node:os';
import path from 'node:path';
import type { Dataset } from '../../datasets';
import { loadCheckpoint, type ModelCard, saveCheckpoint } from '../checkpoints';
import { describe, type EngineReport, ready } from '../engine';
import { fileStore } from '../files';
import { countParams } from '../nn';
import type { History } from '../training';
import { dataOf, type Measured, measureTrainee, Ruler } from './measure';
import type { Recipe, Trainee } from './recipe';
import { writeSheet } from './sheet';

export interface TrainRecipeOptions {
  /** Go on with the run that was kept; else it starts anew. */
  readonly resume?: boolean;
  /** Steps between two times that the run is kept; 200 unless told. */
  readonly every?: number;
  /** Where the run is kept; `.genlab/training/NAME` unless told. */
  readonly runs?: string;
  /** Where sheets of samples go; `out/NAME` unless told. */
  readonly out?: string;
  /** How many samples the card's figures are measured on; 10,000 unless told. */
  readonly samples?: number;
  readonly signal?: AbortSignal;
  /** Told what happens. */
  readonly say?: (line: string) => void;
}

const root = path.join(__dirname, '..', '..');

/** @returns false when it was interrupted: with `resume` it goes on */
export async function trainRecipe(recipe: Recipe, options: TrainRecipeOptions = {}): Promise<boolean> {
  const { say = () => undefined, out = path.join(root, 'out', recipe.name), every = 200, signal } = options;
  const { runs = path.join(root, '.genlab', 'training', recipe.name), resume = false } = options;
  const engine = await ready();
  const data = await dataOf(recipe);
  const trainee = recipe.open();
  try {
    const histories = await trainee.train(data, {
      checkpoint: { store: fileStore(runs), every },
      resume,
      ...(signal && { signal }),
      onEpoch: async ({ epoch }) => {
        const file = path.join(out, `epoch-${String(epoch).padStart(3, '0')}.png`);
        await writeSheet(trainee, file, recipe);
        say(`Epoch ${epoch}: ${path.relative(process.cwd(), file)}`);
      },
    });
    if (histories.some((history) => history.interrupted)) return false;
    await ship(recipe, trainee, histories, { data, engine, samples: options.samples ?? 10_000, say });
    await writeSheet(trainee, path.join(out, 'final.png'), recipe);
    return true;
  } finally {
    trainee.dispose();
  }
}

interface Shipping {
  readonly data: Dataset;
  readonly engine: EngineReport;
  readonly samples: number;
  readonly say: (line: string) => void;
}

/** Writes the file, measures what it holds, and writes it again with the figures on its card. */
async function ship(recipe: Recipe, trainee: Trainee, histories: readonly History[], to: Shipping): Promise<void> {
  const facts = factsOf(recipe, trainee, histories, to.engine);
  const seconds = histories.reduce((sum, history) => sum + history.seconds, 0);
  const card = (metrics: ModelCard['metrics']): ModelCard => ({
    title: `${recipe.title} on Fashion-MNIST`,
    about: `${recipe.paper}. Built by \`${recipe.family}\` of the library; drawn from by \`genlab sample ${recipe.name}\`.`,
    facts,
    metrics,
    command: `genlab train ${recipe.name}`,
    metadata: { trainSeconds: String(Math.round(seconds)) },
  });
  await trainee.asShipped(() => saveCheckpoint(recipe.name, trainee.networks, card({})));
  loadCheckpoint(recipe.name, trainee.networks); // in half precision, as people will load it
  trainee.loaded();
  const ruler = await Ruler.of(to.data);
  try {
    const measured = await measureTrainee(recipe, trainee, to.data, ruler, to);
    await saveCheckpoint(recipe.name, trainee.networks, card(figuresOf(measured)));
  } finally {
    ruler.dispose();
  }
}

function factsOf(
  { data, seed, batchSize, epochs }: Recipe,
  { networks }: Trainee,
  histories: readonly History[],
  engine: EngineReport,
): ModelCard['facts'] {
  const steps = histories.map((history) => history.loss.length.toLocaleString('en-US'));
  const seconds = histories.reduce((sum, history) => sum + history.seconds, 0);
  return {
    data: `${data}, the training images`,
    seed,
    engine: describe(engine).replace(/^Engine: /, ''),
    cores: os.cpus().length,
    steps: `${steps.join(' and ')} of ${batchSize} images (${epochs.join(' and ')} epochs)`,
    time: `${(seconds / 3600).toFixed(2)} hours`,
    parameters: countParams(...Object.values(networks)),
  };
}

function figuresOf({ reports, own }: Measured): ModelCard['metrics'] {
  const rows: Record<string, string> = {};
  for (const [name, report] of Object.entries(reports)) {
    rows[name] =
      `FID ${report.fid.toFixed(3)} (n = ${report.n.toLocaleString('en-US')}; real images ${report.fidFloor.toFixed(3)}), ` +
      `IS ${report.is.toFixed(3)} of ${report.isTestSet.toFixed(3)} (${(report.is / report.isTestSet).toFixed(3)}), ` +
      `precision ${report.precision.toFixed(3)}, recall ${report.recall.toFixed(3)}, ` +
      `${report.imagesPerSecond.toPrecision(3)} images/s`;
  }
  for (const [name, value] of Object.entries(own)) rows[name] = value.toFixed(3);
  const [any] = Object.values(reports);
  if (any) rows['classifier that measures'] = `${(100 * any.classifierAccuracy).toFixed(2)} % right on the test images`;
  return rows;
}
