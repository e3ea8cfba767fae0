/** A stopwatch on every call from JavaScript into tfjs-node's addon. */
import * as tf from '@tensorflow/tfjs';

export interface Addon {
  /** Milliseconds inside the addon since the last `clear`. */
  total(): number;
  /** How many operations ran. */
  calls(): number;
  /** TensorFlow's operations, and functions of ours beside them, by the time they took, the longest first. */
  operations(): { name: string; calls: number; milliseconds: number }[];
  clear(): void;
  stop(): void;
}

/** Puts stopwatches around the functions of the native engine, which must be the one that runs. */
export function watchAddon(): Addon {
  const backend = tf.backend() as unknown as { binding: Record<string, unknown> };
  const stock = backend.binding;
  const spent = new Map<string, { calls: number; milliseconds: number }>();
  const note = (name: string, milliseconds: number): void => {
    const entry = spent.get(name) ?? { calls: 0, milliseconds: 0 };
    spent.set(name, { calls: entry.calls + 1, milliseconds: entry.milliseconds + milliseconds });
  };
  const watched: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(stock)) {
    const value = stock[name];
    watched[name] = value;
    if (typeof value !== 'function') continue;
    watched[name] = (...args: unknown[]): unknown => {
      const start = performance.now();
      try {
        return (value as (...args: unknown[]) => unknown).apply(stock, args);
      } finally {
        const milliseconds = performance.now() - start;
        note(name, milliseconds);
        if (name === 'executeOp') note(`operation ${String(args[0])}`, milliseconds);
        if (name.startsWith('genlab')) note(`operation ${name}`, milliseconds);
      }
    };
  }
  backend.binding = watched;
  const isOperation = (name: string) => name.startsWith('operation ');
  return {
    total: () => [...spent].reduce((sum, [name, { milliseconds }]) => sum + (isOperation(name) ? 0 : milliseconds), 0),
    calls: () => [...spent].reduce((sum, [name, { calls }]) => sum + (isOperation(name) ? calls : 0), 0),
    operations: () =>
      [...spent]
        .filter(([name]) => isOperation(name))
        .map(([name, entry]) => ({ name: name.slice('operation '.length), ...entry }))
        .sort((a, b) => b.milliseconds - a.milliseconds),
    clear: () => spent.clear(),
    stop: () => {
      backend.binding = stock;
    },
  };
}
