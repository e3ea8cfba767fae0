/** What of a run must be kept for it to go on later with the same bits. */
import * as tf from '@tensorflow/tfjs';
import type { HistoryData } from './history';

/** A tensor as plain data: it holds no engine memory and is collected like any object. */
export interface Saved {
  readonly name: string;
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

export interface RunState {
  readonly seed: number;
  /** Steps done. */
  readonly step: number;
  readonly epoch: number;
  /** Batches of this epoch that are done. */
  readonly stepInEpoch: number;
  readonly history: HistoryData;
  /** One for each player. */
  readonly optimizers: readonly (readonly Saved[])[];
}

/** The last run of each set of variables, under the first of them; forgotten together with the model. */
const runs = new WeakMap<tf.Variable, RunState>();

export function remember(variables: readonly tf.Variable[], state: RunState): void {
  runs.set(variables[0], state);
}

export function recall(variables: readonly tf.Variable[]): RunState | undefined {
  return runs.get(variables[0]);
}

export async function save(name: string, tensor: tf.Tensor): Promise<Saved> {
  const dtype = tensor.dtype === 'int32' ? 'int32' : 'float32';
  const values = (await tensor.data()).slice() as Float32Array | Int32Array;
  return { name, dtype, shape: tensor.shape, values };
}

export async function saveOptimizer(optimizer: tf.Optimizer): Promise<Saved[]> {
  const weights = await optimizer.getWeights();
  const saved = await Promise.all(weights.map(({ name, tensor }) => save(name, tensor)));
  // The step count is a tensor made for the occasion; the others are the optimizer's own.
  for (const { tensor } of weights) if (!(tensor instanceof tf.Variable)) tensor.dispose();
  return saved;
}

export async function restoreOptimizer(optimizer: tf.Optimizer, saved: readonly Saved[]): Promise<void> {
  const weights = saved.map(({ name, dtype, shape, values }) => ({
    name,
    tensor: tf.tensor(values, [...shape], dtype),
  }));
  await optimizer.setWeights(weights);
  tf.dispose(weights.map(({ tensor }) => tensor));
}
