import type * as tf from '@tensorflow/tfjs';
import type { Random } from '../engine';
import type { CheckpointStore } from './checkpoint';
import { History } from './history';
import { Run, type RunOptions } from './run';

/** What a loss function may return: the loss alone, or the loss and whatever else is worth a curve. All scalars. */
export type Loss = tf.Tensor | ({ readonly loss: tf.Tensor } & Readonly<Record<string, tf.Tensor>>);

export interface StepInfo {
  /** Steps done, from 1. */
  readonly step: number;
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface TrainOptions<B> {
  /** Shown beside the bar. */
  readonly name: string;
  /** What is learned: `variablesOf(model)`. */
  readonly variables: readonly tf.Variable[];
  /**
   * The mini-batches of one epoch (counted from 1): a tensor, or an object of tensors, each with one entry for each image
   * along its first axis. The loop disposes of them.
   */
  readonly batches: (epoch: number, random: Random) => Iterable<B> | AsyncIterable<B>;
  /** The loss of one batch, a scalar. Noise comes from `random`, which is the same whenever this step is run. */
  readonly loss: (batch: B, random: Random) => Loss;
  /** When to stop: after so many epochs, or after so many steps in all. */
  readonly epochs?: number;
  readonly steps?: number;
  /** Batches an epoch has, if you know it: lets the bar tell the time left during the first epoch. */
  readonly stepsPerEpoch?: number;
  /** Default: Adam with `learningRate`. An optimizer that you pass is yours to dispose of. */
  readonly optimizer?: tf.Optimizer;
  /** Of the default Adam; default 1e-3. */
  readonly learningRate?: number;
  /** β₁ and β₂ of the default Adam; default 0.9 and 0.999. */
  readonly betas?: readonly [number, number];
  /** After each update of the variables: what averages or clips them. What it makes is tidied up. */
  readonly onUpdate?: () => void;
  /**
   * What changes in training without being learned, kept in checkpoints beside the variables: moving statistics of batch
   * normalization, averages of weights (`stateOf(model)`).
   */
  readonly state?: readonly tf.Variable[];
  /** `cosine` lets the default Adam's rate fall to 0 along half a cosine, which a short run gains from. Default `constant`. */
  readonly schedule?: Schedule;
  readonly seed?: number;
  readonly onStep?: (info: StepInfo) => void | Promise<void>;
  /** After each epoch; numbers that it returns are kept in `history.epochs`. */
  readonly onEpoch?: (info: StepInfo) => EpochResult | Promise<EpochResult>;
  /** Keeps the run as a file every so many steps and at the end, as `NAME.run.safetensors`. */
  readonly checkpoint?: { readonly store: CheckpointStore; readonly every: number };
  /**
   * Go on where the last run of these variables was interrupted, instead of starting anew; in a new process, where the
   * last checkpoint was written. Without either it starts at the beginning.
   */
  readonly resume?: boolean;
  /** Stops the run when it aborts; default: the interrupt button of the notebook. */
  readonly signal?: AbortSignal;
}

export type Schedule = 'constant' | 'cosine';

type EpochResult = Readonly<Record<string, number>> | void;

/**
 * Minimizes a loss over mini-batches, with a live bar, and gives the history of the run.
 *
 * Interrupting it keeps the weights; a call with `resume: true` then ends with the same weights, to the bit, as a run that
 * was never interrupted, because a step's noise depends on `seed` and the step alone.
 * @throws UserError when the loss is no longer a finite number; the weights are as they were before that step.
 */
export async function train<B>(options: TrainOptions<B>): Promise<History> {
  const { variables, loss, optimizer, learningRate, betas, onUpdate, ...rest } = options;
  const player = { name: options.name, variables, loss, optimizer, learningRate, betas, onUpdate };
  return play({ ...rest, caller: 'train', players: [player] });
}

/** Runs it to its end, whichever that is. */
export async function play<B>(options: RunOptions<B>): Promise<History> {
  const run = new Run(options);
  await run.begin();
  try {
    while (!run.isOver()) await run.oneEpoch();
  } catch (error) {
    run.failed = true;
    throw error;
  } finally {
    await run.end();
  }
  return new History(structuredClone(run.history));
}
