/** What is shipped of a run: the weights in half precision, and a card that says how they were made and what was measured. */
import os from 'node:os';
import { loadCheckpoint, type ModelCard, saveCheckpoint } from '../checkpoints';
import { describe, type EngineReport } from '../engine';
import { countParams } from '../nn';
import type { History } from '../training';
import { figuresOf } from './card';
import { measureTrainee, type Ruler } from './measure';
import type { Recipe, Trainee } from './recipe';

export interface Shipping {
  readonly data: unknown;
  readonly engine: EngineReport;
  readonly ruler: Ruler | undefined;
  /** How many are drawn to measure; 0 measures nothing. */
  readonly samples: number;
  readonly say: (line: string) => void;
  /** Where the file and its card go; `checkpoints/` unless told. */
  readonly folder?: string;
}

/** Writes the file, measures what it holds by the samplers of the league, and writes it again with the figures on its card. */
export async function ship(
  recipe: Recipe,
  trainee: Trainee,
  histories: readonly History[],
  { data, engine, ruler, samples, say, folder }: Shipping,
): Promise<void> {
  const facts = factsOf(recipe, trainee, histories, engine);
  const metadata = { ...(await trainee.metadata?.()), trainSeconds: String(Math.round(secondsOf(histories))) };
  const card = (metrics: ModelCard['metrics']): ModelCard => ({
    title: recipe.data === 'faces' ? recipe.title : `${recipe.title} on Fashion-MNIST`,
    about: `${recipe.paper}. Built by \`${recipe.family}\` of the library; \`genlab sample ${recipe.name}\` shows what it does.`,
    facts,
    metrics,
    command: `genlab train ${recipe.name}`,
    metadata,
  });
  const size = await trainee.asShipped(() => saveCheckpoint(recipe.name, trainee.networks, card({}), folder));
  say(`checkpoints/${recipe.name}.safetensors: ${size.toLocaleString('en-US')} bytes`);
  trainee.loaded(loadCheckpoint(recipe.name, trainee.networks, folder)); // in half precision, as people will load it
  if (samples === 0) return;
  const measured = await measureTrainee(recipe, trainee, data, ruler, { samples, say });
  await saveCheckpoint(recipe.name, trainee.networks, card(figuresOf(measured)), folder);
}

function secondsOf(histories: readonly History[]): number {
  return histories.reduce((sum, history) => sum + history.seconds, 0);
}

function factsOf(
  { images, seed, batchSize, epochs }: Recipe,
  { networks }: Trainee,
  histories: readonly History[],
  engine: EngineReport,
): ModelCard['facts'] {
  const stages = histories.map(({ loss, interrupted, data }, i) => {
    const steps = loss.length.toLocaleString('en-US');
    const seen = data.images.toLocaleString('en-US');
    return interrupted
      ? `${steps} (ended early: ${seen} images seen, ${epochs[i]} epochs were planned)`
      : `${steps} (${epochs[i]} epochs, ${seen} images seen)`;
  });
  return {
    data: images,
    seed,
    engine: describe(engine).replace(/^Engine: /, ''),
    cores: os.cpus().length,
    steps: `${stages.join(', then ')}, batches of ${batchSize}`,
    time: `${(secondsOf(histories) / 3600).toFixed(2)} hours`,
    parameters: countParams(...Object.values(networks)),
  };
}
