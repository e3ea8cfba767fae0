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
  const spent = new Map<string, Spent>(); // by function of the addon
  const operations = new Map<string, Spent>();
  const note = (where: Map<string, Spent>, name: string, milliseconds: number): void => {
    const entry = where.get(name);
    if (entry) {
      entry.calls++;
      entry.milliseconds += milliseconds;
    } else where.set(name, { calls: 1, milliseconds });
  };
  const watched: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(stock)) {
    const value = stock[name];
    watched[name] = value;
    if (typeof value !== 'function') continue;
    const isOurs = name.startsWith('genlab');
    watched[name] = (...args: unknown[]): unknown => {
      const start = performance.now();
      try {
        return (value as (...args: unknown[]) => unknown).apply(stock, args);
      } finally {
        const milliseconds = performance.now() - start;
        note(spent, name, milliseconds);
        if (name === 'executeOp') note(operations, String(args[0]), milliseconds);
        else if (isOurs) note(operations, name, milliseconds);
      }
    };
  }
  backend.binding = watched;
  const sum = (of: Map<string, Spent>, what: keyof Spent) => [...of.values()].reduce((sum, one) => sum + one[what], 0);
  return {
    total: () => sum(spent, 'milliseconds'),
    calls: () => sum(operations, 'calls'),
    operations: () =>
      [...operations].map(([name, entry]) => ({ name, ...entry })).sort((a, b) => b.milliseconds - a.milliseconds),
    clear: () => {
      spent.clear();
      operations.clear();
    },
    stop: () => {
      backend.binding = stock;
    },
  };
}

interface Spent {
  calls: number;
  milliseconds: number;
}
