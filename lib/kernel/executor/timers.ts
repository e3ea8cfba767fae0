import path from 'node:path';
import { promisify } from 'node:util';
import { type Cell, currentCell, runAs } from './cells';
import { reportUncaught } from './errors';

type Callback = (...args: unknown[]) => unknown;

const original = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };

/** Timers that code of a cell made, so that an interrupt can end them. */
const live = new Map<object, { cell: Cell | undefined; clear: () => void }>();

let projectRoot = '/';

/**
 * Was the function that called us written by the person at the notebook? A library's timers are left alone: it may need
 * them to end in good order.
 */
function calledByUser(timer: object): boolean {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = (_, frames) => frames[0]?.getFileName() || frames[0]?.getScriptNameOrSourceURL() || '';
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, timer as () => void);
  const file = holder.stack ?? '';
  Error.stackTraceLimit = stackTraceLimit;
  Error.prepareStackTrace = prepareStackTrace;
  if (!file || file.startsWith('node:')) return false;
  return !file.includes('node_modules') && !file.startsWith(path.join(projectRoot, 'lib') + path.sep);
}

function wrap(make: 'setTimeout' | 'setInterval' | 'setImmediate', callback: Callback, rest: unknown[]): object {
  if (typeof callback !== 'function') return Reflect.apply(original[make], globalThis, [callback, ...rest]);
  const cell = currentCell();
  const args = make === 'setImmediate' ? rest : rest.slice(1);
  const delay = make === 'setImmediate' ? [] : [rest[0]];
  const fire = (): void => {
    if (make !== 'setInterval') live.delete(handle);
    // In a microtask, because V8 may be told to terminate it: inside Node's own timer loop that would abort the process.
    void Promise.resolve().then(() => {
      if (cell?.interrupted && mine) return;
      runAs(cell, () => {
        try {
          Reflect.apply(callback, handle, args);
        } catch (error) {
          reportUncaught(error, 'in a timer');
        }
      });
    });
  };
  const mine = calledByUser(globalThis[make]);
  const handle: object = Reflect.apply(original[make], globalThis, [fire, ...delay]);
  if (mine) {
    const clear = make === 'setImmediate' ? original.clearImmediate : original.clearTimeout;
    live.set(handle, { cell, clear: () => clear(handle as NodeJS.Timeout & NodeJS.Immediate) });
  }
  return handle;
}

/** Stops the timers of one cell, or of every cell. */
export function clearTimers(cell?: Cell): void {
  for (const [handle, timer] of live) {
    if (cell && timer.cell !== cell) continue;
    timer.clear();
    live.delete(handle);
  }
}

export function installTimers(root: string): void {
  projectRoot = root;
  const wrapped = {
    setTimeout: (callback: Callback, ...rest: unknown[]) => wrap('setTimeout', callback, rest),
    setInterval: (callback: Callback, ...rest: unknown[]) => wrap('setInterval', callback, rest),
    setImmediate: (callback: Callback, ...rest: unknown[]) => wrap('setImmediate', callback, rest),
    clearTimeout(handle?: NodeJS.Timeout) {
      if (handle && typeof handle === 'object') live.delete(handle);
      original.clearTimeout(handle);
    },
    clearInterval(handle?: NodeJS.Timeout) {
      if (handle && typeof handle === 'object') live.delete(handle);
      original.clearInterval(handle);
    },
    clearImmediate(handle?: NodeJS.Immediate) {
      if (handle) live.delete(handle);
      original.clearImmediate(handle);
    },
  };
  for (const [name, value] of Object.entries(wrapped)) {
    Object.defineProperty(value, 'name', { value: name });
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
  }
  for (const name of ['setTimeout', 'setImmediate'] as const) {
    Object.defineProperty(wrapped[name], promisify.custom, {
      value: (original[name] as unknown as Record<symbol, unknown>)[promisify.custom],
    });
  }
}

/** Node's own, for the kernel itself. */
export const kernelTimers = original;
