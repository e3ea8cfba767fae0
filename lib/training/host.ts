/** What the surroundings offer: a notebook, a terminal or nothing; a browser or Node. Nothing here fails where it is absent. */
import { UserError } from '../errors';

type Display = (
  data: Record<string, unknown>,
  options?: { metadata?: Record<string, unknown>; displayId?: string; update?: boolean },
) => void;

/** How the notebook's kernel shows something; nothing outside of a notebook. */
export function notebookDisplay(): Display | undefined {
  return (globalThis as { [name: symbol]: unknown })[Symbol.for('jupyter.display')] as Display | undefined;
}

/** Aborted when the person interrupts the running cell. */
export function cellSignal(): AbortSignal | undefined {
  return (globalThis as { [name: symbol]: unknown })[Symbol.for('jupyter.signal')] as AbortSignal | undefined;
}

/** Node's standard output when a person reads along there. */
export function terminal(): { write(text: string): void; readonly columns: number } | undefined {
  const out = globalThis.process?.stdout;
  return out?.isTTY ? { write: (text) => void out.write(text), columns: out.columns || 80 } : undefined;
}

export function environment(name: string): string | undefined {
  return globalThis.process?.env?.[name];
}

/** Bytes that the process holds, where that can be known. */
export function memoryInUse(): number | undefined {
  return globalThis.process?.memoryUsage?.rss?.();
}

/** Lets everything else that waits have a turn: messages from Jupyter, an interrupt, a repaint. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof globalThis.setImmediate === 'function') {
      globalThis.setImmediate(() => resolve());
    } else {
      // Not setTimeout: a browser makes each take 4 ms at least.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }
  });
}

/** How much time a person gives to a run: GENLAB_BUDGET is `quick`, `default` or `full`. */
export function budget<T>(choices: { readonly quick: T; readonly default: T; readonly full: T }): T {
  const name = environment('GENLAB_BUDGET') || 'default';
  if (name === 'quick' || name === 'default' || name === 'full') return choices[name];
  throw new UserError(`GENLAB_BUDGET is '${name}'; it can be quick, default or full.`, 2);
}
