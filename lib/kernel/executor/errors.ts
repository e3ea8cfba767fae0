import { inspect, types } from 'node:util';
import type { CellError } from '../protocol';
import { KeyboardInterrupt } from './cells';
import { type Frame, codeFrame, frameLine, placeOf, stackFrames } from './stack';

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;

const textOf = (read: () => unknown): string => {
  try {
    return String(read());
  } catch {
    return ''; // a getter of the user's that throws
  }
};

const isProject = (frame: Frame): boolean => !frame.file.includes('node_modules');

/** Code frames: where it was thrown, as far as it is not a package's code, and the cell that led there. */
function pictures(frames: readonly Frame[]): string[] {
  const thrown = frames.find(isProject);
  const cell = frames.findLast((frame) => frame.label);
  return [...new Set([thrown, cell])].flatMap((frame) => {
    const lines = frame ? codeFrame(frame) : [];
    return frame && lines.length ? [bold(placeOf(frame)), ...lines] : [];
  });
}

function traceback(error: Error, depth = 0): string[] {
  const frames = stackFrames(error);
  const ename = textOf(() => error.name) || 'Error';
  const lines = [`${bold(red(ename))}: ${textOf(() => error.message)}`, ...pictures(frames), ...frames.map(frameLine)];
  if (error instanceof AggregateError && depth < 3) {
    for (const one of error.errors.slice(0, 5)) lines.push('One of the errors:', ...indent(traceOf(one, depth + 1)));
  }
  if (error.cause !== undefined && depth < 3) lines.push('Caused by:', ...indent(traceOf(error.cause, depth + 1)));
  return lines;
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
const traceOf = (thrown: unknown, depth: number): string[] =>
  types.isNativeError(thrown) ? traceback(thrown, depth) : [inspect(thrown)];

const lineOf = (place: { readonly line: number } | undefined): { line?: number } => (place ? { line: place.line } : {});

/** What a cell threw, as Jupyter's error. @param place where, for a thrown value that carries no stack */
export function describeError(thrown: unknown, place?: Omit<Frame, 'name'>): CellError {
  if (thrown instanceof KeyboardInterrupt) {
    return {
      status: 'error',
      ename: thrown.name,
      evalue: thrown.message,
      traceback: [`${bold(red(thrown.name))}: ${thrown.message}`],
    };
  }
  if (types.isNativeError(thrown)) {
    return {
      status: 'error',
      ename: textOf(() => thrown.name) || 'Error',
      evalue: textOf(() => thrown.message),
      traceback: traceback(thrown),
      ...lineOf(stackFrames(thrown).findLast((frame) => frame.label)),
    };
  }
  const value = inspect(thrown);
  const where = place ? [bold(placeOf(place)), ...codeFrame(place)] : [];
  return {
    status: 'error',
    ename: 'Thrown',
    evalue: typeof thrown === 'string' ? thrown : value,
    traceback: [`${bold(red('Thrown'))}: ${value}`, ...where],
    ...lineOf(place),
  };
}

/** An error that no cell waits for: shown on stderr, and the kernel lives on. */
export function reportUncaught(thrown: unknown, where: string): void {
  if (thrown instanceof KeyboardInterrupt) return; // the rest of an interrupted cell
  process.stderr.write(`Uncaught ${where}: ${describeError(thrown).traceback.join('\n')}\n`);
}

export function installErrorHandlers(): void {
  process.on('uncaughtException', (error) => reportUncaught(error, 'exception'));
  process.on('unhandledRejection', (reason) => reportUncaught(reason, 'rejection of a promise'));
}

/** What `process.exit` and `process.abort` throw in a cell: a notebook has no process of its own to end. */
export class ProcessExit extends Error {
  constructor(call: string) {
    super(`process.${call} ends the cell; the kernel goes on`);
    this.name = 'ProcessExit';
  }
}

export function guardExit(): void {
  const exit = (code?: unknown): never => {
    throw new ProcessExit(`exit(${code ?? ''})`);
  };
  const abort = (): never => {
    throw new ProcessExit('abort()');
  };
  for (const [name, value] of Object.entries({ exit, abort, reallyExit: exit })) {
    Object.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: true });
  }
  process.on('SIGINT', () => undefined); // Ctrl+C reaches the whole group; the parent decides what it means
}
