import { inspect } from 'node:util';
import type { MimeBundle } from '../protocol';
import { currentCell } from './cells';
import { output } from './events';
import { listens } from './threads';

const displayMethod = Symbol.for('Jupyter.display');

export interface DisplayOptions {
  readonly metadata?: Record<string, unknown>;
  /** Names the output, so that a later call can replace it. */
  readonly displayId?: string;
  /** Replace the output of that name. */
  readonly update?: boolean;
  /** Under the cell, also where an output widget takes what the code shows. */
  readonly past?: boolean;
}

/** Bytes travel as base64. */
const encoded = (data: MimeBundle): MimeBundle =>
  Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [
      mime,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ]),
  );

function display(data: MimeBundle, options: DisplayOptions = {}): void {
  const content = {
    data: encoded(data),
    metadata: options.metadata ?? {},
    transient: options.displayId === undefined ? {} : { display_id: options.displayId },
  };
  output(options.update ? 'update_display_data' : 'display_data', content, undefined, options.past);
}

/** What Jupyter shows for a cell's value; nothing for undefined. */
export async function bundleOf(value: unknown): Promise<MimeBundle | undefined> {
  if (value === undefined) return undefined;
  if (value !== null && (typeof value === 'object' || typeof value === 'function')) {
    const show: unknown = Reflect.get(value, displayMethod);
    if (typeof show === 'function') {
      const data: unknown = await show.call(value);
      if (data === undefined || data === null) return undefined; // it has shown itself
      if (typeof data === 'object') return encoded(data as MimeBundle);
    }
  }
  return { 'text/plain': inspect(value, { maxStringLength: typeof value === 'string' ? Infinity : 10_000 }) };
}

/** The globals that libraries look for to know that a notebook shows what they draw. */
export function installDisplay(): void {
  const define = (name: string, descriptor: PropertyDescriptor): void =>
    void Object.defineProperty(globalThis, Symbol.for(name), { configurable: true, ...descriptor });
  define('jupyter.display', { value: display });
  define('jupyter.clear', { value: (wait = false) => output('clear_output', { wait }) });
  define('jupyter.signal', {
    get() {
      const cell = currentCell();
      if (!cell) return new AbortController().signal;
      cell.cooperative = true;
      listens();
      return cell.controller.signal;
    },
  });
}
