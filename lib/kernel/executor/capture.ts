import type { MimeBundle, OutputType } from '../protocol';
import { contextOf, currentCell, keepContext, runAs } from './cells';
import { bundleOf } from './display';
import { describeError } from './errors';

/** Something printed or shown. */
export interface Captured {
  readonly kind: OutputType;
  readonly content: Record<string, unknown>;
}

export interface CaptureOptions {
  /** What `jupyter.signal` is for the code; the cell's own without it. */
  readonly controller?: AbortController;
}

/**
 * Runs code whose output goes somewhere else than under the cell, also what it puts out after an `await`.
 * @param take gets each output
 * @returns what the code returns
 */
function run<T>(take: (output: Captured) => void, work: () => T, { controller }: CaptureOptions = {}): T {
  const context = contextOf(currentCell(), { take: (kind, content) => take({ kind, content }), controller });
  let result: T | undefined;
  runAs(context, () => (result = work()));
  if (!(result instanceof Promise)) return result as T;
  return keepContext(context, result) as T;
}

/** An error as Jupyter shows it. */
function describe(thrown: unknown): { ename: string; evalue: string; traceback: string[] } {
  const { ename, evalue, traceback } = describeError(thrown);
  return { ename, evalue, traceback };
}

/** @returns a function that runs code as part of what runs now: for later, when an `await` in a library has lost it */
function bind(): <T>(work: () => T) => T {
  const cell = currentCell();
  return <T>(work: () => T): T => {
    let result: T | undefined;
    runAs(cell, () => (result = work()));
    return result as T;
  };
}

/** Aborted when what runs now is interrupted; to ask for it binds to nothing, unlike `jupyter.signal`. */
const signal = (): AbortSignal | undefined => currentCell()?.controller.signal;

const bundle = (value: unknown): Promise<MimeBundle | undefined> => bundleOf(value);

/** `globalThis[Symbol.for('jupyter.capture')]`: what an output widget builds on. */
export function installCapture(): void {
  const define = (name: string, descriptor: PropertyDescriptor): void =>
    void Object.defineProperty(globalThis, Symbol.for(name), { configurable: true, ...descriptor });
  define('jupyter.capture', { value: { run, bind, signal, describe, bundle } });
  define('jupyter.captured', { get: () => currentCell()?.take !== undefined });
  define('jupyter.run', { get: () => currentCell()?.root });
}
