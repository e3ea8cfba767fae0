import { getHeapStatistics } from 'node:v8';
import type { Command, ConfigureCommand, CellResult, RunCommand } from '../protocol';
import { AWAIT_HELPER, IMPORT_HELPER, VALUE_HELPER } from '../helpers';
import { type Cell, KeyboardInterrupt, awaitHelper, enterCell } from './cells';
import { installCapture } from './capture';
import { installComms, interruptEvents, takeComm } from './comms';
import { bundleOf, installDisplay } from './display';
import { type Opened, closeSince, opened } from './engine-state';
import { describeError, guardExit, installErrorHandlers } from './errors';
import { evaluate } from './evaluate';
import { send } from './events';
import { dropInput, installInput, takeInput } from './input';
import { installModules } from './modules';
import { installStackTraces, registerCell } from './stack';
import { captureStreams, markStreams } from './streams';
import { cellEnded, isInterrupted, startCommands } from './threads';
import { clearTimers, installTimers, kernelTimers } from './timers';
import { stopTraining, watchTraining } from './training';

/** Milliseconds that code which listens for the interrupt has to come to an end by itself. */
const GRACE = 1500;

const interrupted = (): CellResult => describeError(new KeyboardInterrupt());

let running: { cell: Cell; settle: (result: CellResult) => void; interruptedAt?: number } | undefined;
/** What the parent has not been told yet. */
let ending: { cell: Cell; result: CellResult; interrupted: boolean; before: Opened } | undefined;
let value: unknown;

function define(name: string, content: unknown, writable = false): void {
  Object.defineProperty(globalThis, name, { value: content, writable, configurable: writable, enumerable: false });
}

function configure(command: ConfigureCommand): void {
  process.chdir(command.cwd);
  process.argv = [process.argv[0], `${command.cwd}/notebook.ts`];
  captureStreams();
  installErrorHandlers();
  guardExit();
  installStackTraces();
  installTimers(command.root);
  const modules = installModules(command);
  const load = async (specifier: string): Promise<object> => {
    const loaded = await modules.load(specifier);
    watchTraining();
    return loaded;
  };
  define(IMPORT_HELPER, Object.assign(load, { meta: importMeta(command.cwd) }));
  define(VALUE_HELPER, (shown: unknown) => (value = shown));
  define(AWAIT_HELPER, awaitHelper);
  define('require', modules.require, true);
  define('module', modules.module, true);
  define('exports', modules.module.exports, true);
  define('__dirname', command.cwd, true);
  define('__filename', `${command.cwd}/notebook.ts`, true);
  installDisplay();
  installInput();
  installComms();
  installCapture();
  send({ type: 'ready', heapLimit: getHeapStatistics().heap_size_limit });
}

const importMeta = (cwd: string): object => ({
  url: new URL(`file://${cwd}/notebook.ts`).href,
  dirname: cwd,
  filename: `${cwd}/notebook.ts`,
});

/** One of an execute_request's `user_expressions`. */
async function expressionOf(js: string): Promise<Record<string, unknown>> {
  const failure = await evaluate('expression.ts', js);
  if (failure) return { ...failure };
  return { status: 'ok', data: (await bundleOf(value ?? null)) ?? {}, metadata: {} };
}

async function resultOf(command: RunCommand): Promise<CellResult> {
  value = undefined;
  const failure = await evaluate(command.file, command.js);
  if (failure) return failure;
  const shown = value;
  value = undefined;
  try {
    const data = command.silent ? undefined : await bundleOf(shown);
    const expressions: Record<string, unknown> = {};
    for (const [name, js] of Object.entries(command.expressions)) expressions[name] = await expressionOf(js);
    return { status: 'ok', ...(data ? { data, metadata: {} } : {}), expressions };
  } catch (error) {
    return describeError(error);
  }
}

async function run(command: RunCommand): Promise<void> {
  registerCell(command.file, command);
  const cell = enterCell(command.cell, command.allowInput);
  const before = opened();
  const result = await new Promise<CellResult>((settle) => {
    running = { cell, settle };
    void resultOf(command).then(settle);
  });
  // A call that was broken off by the interrupt, a program's for example, has thrown an error of its own.
  const brokenOff = result.status === 'error' && isInterrupted();
  const wasInterrupted = brokenOff || running?.interruptedAt !== undefined;
  if (wasInterrupted) cell.stopped = true;
  cell.ended = true;
  running = undefined;
  ending = { cell, result: brokenOff ? interrupted() : result, interrupted: wasInterrupted, before };
  dropInput();
  // Promises that reject unhandled are reported after the microtasks: part of the cell still.
  await new Promise<void>((resolve) => void kernelTimers.setImmediate(resolve));
  end();
}

/** Tells the parent. */
function end(): void {
  const ended = ending;
  if (!ended) return;
  ending = undefined;
  if (ended.interrupted) {
    void stopTraining();
    closeSince(ended.before);
  }
  cellEnded();
  markStreams(ended.cell.id);
  send({ type: 'done', cell: ended.cell.id, result: ended.result });
}

/** Comes again and again from the second thread until the cell has ended. */
function interrupt(): void {
  if (!isInterrupted()) return; // the cell that it was meant for has ended
  if (ending) return end(); // it came so late that it broke off our own code
  interruptEvents();
  if (!running) return clearTimers();
  const { cell, settle } = running;
  if (running.interruptedAt === undefined) {
    running.interruptedAt = Date.now();
    cell.interrupted = true;
    clearTimers(cell);
    const training = stopTraining();
    cell.controller.abort(new KeyboardInterrupt());
    if (training) {
      cell.cooperative = true;
      void training.then(() => settle(interrupted()));
    }
  }
  if (!cell.cooperative || Date.now() - running.interruptedAt > GRACE) settle(interrupted());
}

const handlers: { [Type in Command['type']]: (command: Extract<Command, { type: Type }>) => void } = {
  configure,
  run: (command) => void run(command),
  interrupt,
  input: (command) => takeInput(command.value),
  comm: takeComm,
};

startCommands((command) => (handlers[command.type] as (command: Command) => void)(command));
