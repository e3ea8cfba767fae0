import { listens } from './threads';
import { kernelTimers } from './timers';

/**
 * A `model.fit` of TensorFlow.js that is interrupted must be told to stop, or the model stays locked: the next `fit` would
 * throw "another fit() call is ongoing". No other library needs this; all others go by the cell's AbortSignal.
 */
interface Model {
  stopTraining: boolean;
  isTraining: boolean;
}
type Fit = (this: Model, ...args: unknown[]) => Promise<unknown>;

const running = new Map<Model, Promise<unknown>>();
let patched = false;

/** Turns of the event loop in which an interrupted run comes to its end, unless a callback of it waits for something else. */
const TURNS = 200;

/** Waits for a run that was told to stop. One that V8 has broken off never ends, and left its model locked. */
async function unlock(model: Model): Promise<void> {
  const run = running.get(model);
  if (!run) return;
  let ended = false;
  void run.then(() => (ended = true));
  for (let turn = 0; turn < TURNS && !ended; turn++)
    await new Promise<void>((next) => void kernelTimers.setTimeout(next, 1));
  running.delete(model);
  model.isTraining = false;
}

function guard(prototype: Record<string, Fit>, name: string): void {
  const original = prototype[name];
  prototype[name] = async function fit(...args) {
    if (this.stopTraining) await unlock(this);
    listens();
    const run = original.apply(this, args);
    const settled = run.then(
      () => undefined,
      () => undefined,
    );
    running.set(this, settled);
    void settled.then(() => running.get(this) === settled && running.delete(this));
    return run;
  };
}

/** Looks whether a cell has loaded TensorFlow.js since the last call. */
export function watchTraining(): void {
  if (patched) return;
  const file = Object.keys(require.cache).find((name) => /tfjs-layers[\\/]dist[\\/]tf-layers[^\\/]*\.js$/.test(name));
  if (!file || !require.cache[file]?.loaded) return;
  patched = true;
  const { LayersModel } = require.cache[file].exports as { LayersModel: { prototype: Record<string, Fit> } };
  for (const name of ['fit', 'fitDataset']) guard(LayersModel.prototype, name);
}

/** Asks every running `fit` to stop after its batch. @returns a promise of their end; undefined where none runs */
export function stopTraining(): Promise<unknown> | undefined {
  const going = [...running].filter(([model]) => !model.stopTraining);
  if (!going.length) return undefined;
  for (const [model] of going) model.stopTraining = true;
  return Promise.all(going.map(([, run]) => run));
}
