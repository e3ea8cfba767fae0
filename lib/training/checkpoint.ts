/** Weights and runs as files. Where files are kept is the caller's: a folder, a browser's storage, memory. */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import { emptyHistory, type HistoryData } from './history';
import { readSafetensors, type TensorData, writeSafetensors } from './safetensors';
import { type RunState, save, type Saved } from './state';

/** Keeps files by name. `fileStore(folder)` is the one for Node. */
export interface CheckpointStore {
  /** Undefined where there is no such file. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Whole or not at all: an interruption leaves the older file. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** Keeps files in memory: for tests, and for a page that is only looked at once. */
export function memoryStore(): CheckpointStore {
  const files = new Map<string, Uint8Array>();
  return {
    read: async (name) => files.get(name),
    write: async (name, bytes) => void files.set(name, bytes),
  };
}

type Models = Readonly<Record<string, tf.LayersModel>>;

/**
 * All weights of models as a safetensors file; a tensor's name is `model.layer/weight`.
 * @param options.half stores half precision: half the size, three decimal digits
 */
export async function saveWeights(
  models: Models,
  options: { readonly half?: boolean; readonly metadata?: Readonly<Record<string, string>> } = {},
): Promise<Uint8Array> {
  const tensors = new Map<string, TensorData>();
  for (const [name, weight] of namedWeights(models)) tensors.set(name, await save(name, weight));
  return writeSafetensors(tensors, options);
}

/**
 * Puts a file's weights into models that were built with the same config; gives the file's metadata.
 * @param where the file's name, for messages
 * @throws UserError when the file is broken or is of another model; the models are then as they were.
 */
export function loadWeights(models: Models, bytes: Uint8Array, where: string): Readonly<Record<string, string>> {
  const { tensors, metadata } = readSafetensors(bytes, where);
  const weights = namedWeights(models);
  for (const [name, { shape }] of weights) {
    const found = tensors.get(name);
    if (!found) throw new UserError(`${where}: there is no ${name} in it; it belongs to another model.`);
    checkShape(where, name, found.shape, shape);
  }
  const unknown = [...tensors.keys()].find((name) => !weights.has(name));
  if (unknown) throw new UserError(`${where}: the model has no ${unknown}; the file belongs to another model.`);
  for (const [name, weight] of weights) assign(weight, tensors.get(name) as TensorData);
  return metadata;
}

/** A run as a file: the variables, what changes beside them (`untrained`), the optimizers, the curves. */
export async function packRun(
  variables: readonly tf.Variable[],
  state: RunState,
  untrained: readonly tf.Variable[] = [],
): Promise<Uint8Array> {
  const { history, optimizers, ...position } = state;
  const { loss, metrics, ...story } = history;
  const keys = keysOf(variables);
  const tensors = new Map<string, TensorData>();
  for (const [i, key] of keys.entries()) tensors.set(`variable:${key}`, await save(key, variables[i]));
  for (const [i, key] of keysOf(untrained).entries()) tensors.set(`state:${key}`, await save(key, untrained[i]));
  for (const [player, optimizer] of optimizers.entries()) {
    const kind = optimizerKind(player);
    for (const saved of optimizer) tensors.set(`${kind}:${renamed(saved.name, variables.map(nameOf), keys)}`, saved);
  }
  // Losses came out of the engine as float32, so nothing is lost.
  for (const [name, curve] of Object.entries({ ...metrics, loss })) {
    const values = Float32Array.from(curve);
    tensors.set(`curve:${name}`, { dtype: 'float32', shape: [values.length], values });
  }
  return writeSafetensors(tensors, { metadata: { genlab: 'run 1', run: JSON.stringify({ ...position, story }) } });
}

/** Puts a saved run's weights into the variables and gives the rest of it. */
export function unpackRun(
  variables: readonly tf.Variable[],
  bytes: Uint8Array,
  where: string,
  untrained: readonly tf.Variable[] = [],
): RunState {
  const { tensors, metadata } = readSafetensors(bytes, where);
  if (metadata.genlab !== 'run 1') throw new UserError(`${where} is not a training run that this version can resume.`);
  const { story, ...position } = JSON.parse(metadata.run) as Omit<RunState, 'history' | 'optimizers'> & {
    story: Omit<HistoryData, 'loss' | 'metrics'>;
  };
  const keys = keysOf(variables);
  const find = (name: string, key: string, { shape }: tf.Variable) => {
    const found = tensors.get(name);
    if (!found) throw new UserError(`${where}: there is no ${key} in it; it is a run of another model.`);
    checkShape(where, key, found.shape, shape);
    return found;
  };
  // All of it is looked at before anything is changed.
  const values = keys.map((key, i) => find(`variable:${key}`, key, variables[i]));
  const states = keysOf(untrained).map((key, i) => find(`state:${key}`, key, untrained[i]));
  const history: HistoryData = { ...emptyHistory(story.name), ...story };
  const optimizers: Saved[][] = [];
  for (const [name, data] of tensors) {
    const [kind, rest] = [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)];
    const player = /^optimizer(\d*)$/.exec(kind);
    if (player) {
      (optimizers[Number(player[1])] ??= []).push({ ...data, name: renamed(rest, keys, variables.map(nameOf)) });
    } else if (kind === 'curve' && rest === 'loss') history.loss.push(...data.values);
    else if (kind === 'curve') history.metrics[rest] = [...data.values];
  }
  values.forEach((data, i) => assign(variables[i], data));
  states.forEach((data, i) => assign(untrained[i], data));
  return { ...position, history, optimizers };
}

/** `optimizer`, `optimizer1`, …: the first has the name that a run of one player always had. */
function optimizerKind(player: number): string {
  return player === 0 ? 'optimizer' : `optimizer${player}`;
}

function namedWeights(models: Models): Map<string, tf.Variable> {
  return new Map(
    Object.entries(models).flatMap(([model, { weights }]) =>
      weights.map((weight) => [`${model}.${weight.originalName}`, weight.read() as tf.Variable] as const),
    ),
  );
}

/** Names that are the same in every process: TensorFlow.js counts up (`mu/kernel_3`) as models are built. */
function keysOf(variables: readonly tf.Variable[]): string[] {
  return variables.map(({ name }, i) => (/^\d+$/.test(name) ? String(i) : `${i}.${name.replace(/_\d+$/, '')}`));
}

/** `mu/kernel_3/m` under the other list's name for the same variable. */
function renamed(name: string, from: readonly string[], to: readonly string[]): string {
  const i = from.findIndex((prefix) => name.startsWith(`${prefix}/`));
  return i < 0 ? name : to[i] + name.slice(from[i].length);
}

function nameOf(variable: tf.Variable): string {
  return variable.name;
}

function assign(variable: tf.Variable, { values, shape, dtype }: TensorData): void {
  tf.tidy(() => variable.assign(tf.tensor(values, [...shape], dtype)));
}

function checkShape(where: string, name: string, found: readonly number[], expected: readonly number[]): void {
  if (String(found) === String(expected)) return;
  throw new UserError(`${where}: ${name} is [${String(found)}] in the file, the model's is [${String(expected)}].`);
}
