/** One player of a run: its variables, its loss, its optimizer. `train` has one player, `trainAlternating` several. */
import * as tf from '@tensorflow/tfjs';
import { asOutOfMemory, type Random, withMemoryAdvice } from '../engine';
import { UserError } from '../errors';
import { Adam } from './adam';
import type { Loss, Schedule } from './train';

export interface PlayerSettings<B> {
  /** Names its curve. */
  readonly name: string;
  /** What this player learns. Gradients are of these alone: every other variable stands still while it moves. */
  readonly variables: readonly tf.Variable[];
  /** A scalar to minimize. Noise comes from `random`, which is the same whenever this update is run. */
  readonly loss: (batch: B, random: Random) => Loss;
  /** Updates a round, each on a mini-batch of its own; default 1. */
  readonly steps?: number;
  /** Default: Adam. An optimizer that you pass is yours to dispose of. */
  readonly optimizer?: tf.Optimizer;
  /** Of the default Adam; default 1e-3. */
  readonly learningRate?: number;
  /** β₁ and β₂ of the default Adam; default 0.9 and 0.999. Adversarial pairs want a small β₁: 0.5 (DCGAN), 0 (WGAN-GP). */
  readonly betas?: readonly [number, number];
  /** After each update of this player: what clips its weights, or averages them. What it makes is tidied up. */
  readonly onUpdate?: () => void;
}

/** What one update gave: the loss, and whatever else the loss function returned. */
export interface Update {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export class Player<B> {
  readonly optimizer: tf.Optimizer;
  readonly steps: number;
  private isFirst = true;

  constructor(
    readonly settings: PlayerSettings<B>,
    /** For messages. */
    private readonly where: string,
  ) {
    const { learningRate, betas, optimizer, steps = 1 } = settings;
    this.steps = steps;
    this.optimizer = optimizer ?? new Adam({ learningRate, beta1: betas?.[0], beta2: betas?.[1] });
  }

  /** @param images size of the batch, for the advice when memory runs out */
  async update(batch: B, random: Random, images: number, step: number): Promise<Update> {
    const { names, scalars, gradients } = withMemoryAdvice(images, () => this.gradients(batch, random));
    const values = await readScalars(scalars).catch((error: unknown) => {
      tf.dispose(gradients);
      throw asOutOfMemory(error)?.withBatchSize(images) ?? error; // a GPU tells only now that its memory ran out
    });
    if (!values.every(Number.isFinite)) {
      tf.dispose(gradients);
      throw notFinite(this.where, step, names, values);
    }
    withMemoryAdvice(images, () => this.optimizer.applyGradients(gradients));
    tf.dispose(gradients);
    const { onUpdate } = this.settings;
    if (onUpdate) tf.tidy(onUpdate);
    const metrics = Object.fromEntries(names.slice(1).map((name, i) => [name, values[i + 1]]));
    return { loss: values[0], metrics };
  }

  /** @param done share of the run that is done */
  setRate(schedule: Schedule | undefined, done: number): void {
    const { optimizer, learningRate = 1e-3 } = this.settings;
    if (optimizer || schedule !== 'cosine' || !(this.optimizer instanceof Adam)) return;
    this.optimizer.learningRate = (learningRate * (1 + Math.cos(Math.PI * Math.min(1, done)))) / 2;
  }

  dispose(): void {
    if (!this.settings.optimizer) this.optimizer.dispose();
  }

  /** Loss, metrics and gradients of one batch. */
  private gradients(batch: B, random: Random) {
    const { loss: lossOf, variables } = this.settings;
    let names = ['loss'];
    let extras: tf.Tensor[] = [];
    try {
      const evaluate = () => {
        const result = lossOf(batch, random);
        if (result instanceof tf.Tensor) return result.asScalar();
        const { loss, ...metrics } = result;
        names = ['loss', ...Object.keys(metrics)];
        extras = Object.values(metrics).map((metric) => tf.keep(metric.asScalar()));
        return loss.asScalar();
      };
      // The tidy is for errors: without it, what was computed up to there would stay.
      const { value, grads } = tf.tidy(() => tf.variableGrads(evaluate, [...variables]));
      if (this.isFirst) warnOfDeaf(this.where, variables, grads);
      this.isFirst = false;
      return { names, scalars: [value, ...extras], gradients: grads };
    } catch (error) {
      tf.dispose(extras);
      throw isUnconnected(error) ? new UserError(unconnected(this.where, variables)) : error;
    }
  }
}

/** One trip to the engine for all of them. */
async function readScalars(scalars: readonly tf.Tensor[]): Promise<number[]> {
  const all = scalars.length === 1 ? scalars[0] : tf.stack([...scalars]);
  try {
    return [...(await all.data())];
  } finally {
    tf.dispose([all, ...scalars]);
  }
}

function isUnconnected(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Cannot find a connection');
}

function unconnected(where: string, variables: readonly tf.Variable[]): string {
  const names = variables.map((variable) => variable.name).join(', ');
  return `${where}: the loss does not depend on any of the variables to learn (${names}). Does it call the model?`;
}

/** A variable that the loss does not depend on is a mistake more often than not, and otherwise hard to see. */
function warnOfDeaf(where: string, variables: readonly tf.Variable[], gradients: tf.NamedTensorMap): void {
  const deaf = variables.filter((variable) => !(variable.name in gradients)).map((variable) => variable.name);
  if (deaf.length > 0) console.warn(`${where}: the loss does not depend on ${deaf.join(', ')}, which will not change.`);
}

function notFinite(where: string, step: number, names: string[], values: number[]): UserError {
  const culprits = names.map((metric, i) => `${metric} = ${values[i]}`).filter((_, i) => !Number.isFinite(values[i]));
  return new UserError(
    `${where}: ${culprits.join(', ')} at step ${step}, so training stops; the weights are as they were before this step. ` +
      'Try a learning rate ten times smaller; look for the logarithm of 0, a division by 0, or exp of a large number ' +
      '(logVar that grew); then build the model anew and train again.',
  );
}
