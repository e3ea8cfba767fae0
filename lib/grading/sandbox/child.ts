/**
 * The process that runs student code. It is told cells to load and questions to answer, over file descriptor 3, one JSON
 * object a line; it holds no check, no expected value, no solution and no other submission. Started by sandbox.ts, as it
 * is or through unpack.ts.
 */
import { Console } from 'node:console';
import net from 'node:net';
import { Writable } from 'node:stream';
import Module, { createRequire } from 'node:module';
import { ready } from '../../engine';
import { describeError, Host, type Answer, type Ask } from '../host';
import { CellScope, type PreparedCell } from './cells';

interface Order {
  readonly id: number;
  readonly load?: PreparedCell;
  readonly ask?: Ask;
  /** Names of the library's functions that this order's exercise is about: they cannot be called meanwhile. */
  readonly closed?: readonly string[];
}

const requireHere = createRequire(__filename);
const harmless = ['assert', 'buffer', 'events', 'path', 'perf_hooks', 'timers', 'timers/promises', 'url', 'util'];
const mine = /^(genlab|@tensorflow\/tfjs(?!-node)[\w-]*)$/; // not the native engine: there is no native code

let closed: ReadonlySet<string> = new Set();

/** A family of the library, whose functions look before each call whether they are closed just now. */
function guarded(name: string, family: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const look = (member: string): void => {
    if (closed.has(member)) {
      throw new Error(`${name}.${member} is what this exercise asks for: the library's own cannot be called here.`);
    }
  };
  const guard = ([key, value]: [string, unknown]): [string, unknown] => {
    if (typeof value !== 'function') return [key, value];
    const handler: ProxyHandler<typeof value> = {
      apply: (callee, self, args) => (look(key), Reflect.apply(callee, self, args)),
      construct: (callee, args, target) => (look(key), Reflect.construct(callee, args, target) as object),
    };
    return [key, new Proxy(value, handler)];
  };
  return Object.fromEntries(Object.entries(family).map(guard));
}

const isFamily = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && '__esModule' in value;

let library: Record<string, unknown> | undefined;

/** The library as a cell sees it. */
function guardedLibrary(): Record<string, unknown> {
  library ??= Object.fromEntries(
    Object.entries(guarded('genlab', requireHere('genlab') as Record<string, unknown>)).map(([name, value]) => [
      name,
      isFamily(value) ? guarded(name, value) : value,
    ]),
  );
  return { ...library, check: noCheck };
}

/** Stands for a notebook's display: there is nobody to show anything to. */
const silent: unknown = new Proxy(() => silent, { get: (_, key) => (key === 'then' ? undefined : silent) });

/** Checks are asked by the grader, not by the notebook, while work is graded. */
const noCheck = (): Promise<undefined> => Promise.resolve(undefined);

async function load(specifier: string): Promise<unknown> {
  if (specifier === 'genlab/grading') return { check: noCheck };
  if (specifier === 'tslab') return { display: silent, newDisplay: () => silent, clearOutput: () => undefined };
  const plain = specifier.replace(/^node:/, '');
  if (!harmless.includes(plain) && !mine.test(specifier)) {
    throw new Error(`'${specifier}' cannot be imported while work is graded.`);
  }
  if (specifier === 'genlab') return guardedLibrary();
  const found: unknown = requireHere(specifier);
  if (typeof found === 'object' && found !== null && !('__esModule' in found)) return { ...found, default: found };
  return found;
}

/**
 * Native code would run outside all of Node's rules, so none is loaded. A package that brings some can still be imported;
 * only what needs the native part fails.
 */
function withoutAddons(): void {
  const absent = (): never => {
    throw new Error('There is no native code while work is graded.');
  };
  const nothing: unknown = new Proxy(
    {},
    {
      get: (_, key) =>
        key === '__esModule'
          ? undefined
          : function () {
              absent();
            },
    },
  );
  const { _extensions: extensions } = Module as unknown as {
    _extensions: Record<string, (module: { exports: unknown }) => void>;
  };
  extensions['.node'] = (module) => void (module.exports = nothing);
}

/** What student code could use against the processes around it. The sandbox forbids most of it once more from outside. */
function disarm(): void {
  for (const name of [
    'kill',
    '_kill',
    'binding',
    '_linkedBinding',
    'dlopen',
    'getBuiltinModule',
    'mainModule',
    '_debugProcess',
  ]) {
    Reflect.deleteProperty(process, name);
  }
  process.argv = process.execArgv = []; // paths of this machine
  process.on('uncaughtException', () => undefined); // a stray timer's error costs nothing
  process.on('unhandledRejection', () => undefined);
  // Printing is no crime, but nobody reads it; and a real stream would lend its class, a socket, to student code.
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  for (const name of ['stdout', 'stderr', 'stdin']) Object.defineProperty(process, name, { value: sink });
  globalThis.console = new Console({ stdout: sink, stderr: sink });
  for (const name of ['fetch', 'WebSocket', 'EventSource']) Reflect.deleteProperty(globalThis, name);
}

/**
 * Timers that student code sets are cleared when its order is done: what it left running would fall upon the next one,
 * and sooner or later by chance.
 */
function ownTimers(): () => void {
  const pending: (() => void)[] = [];
  const tracked = <A extends unknown[], T>(set: (...args: A) => T, clear: (timer: T) => void): ((...args: A) => T) =>
    Object.assign((...args: A): T => {
      const timer = set(...args);
      pending.push(() => clear(timer));
      return timer;
    }, set); // with its `promisify.custom`
  const own = {
    setTimeout: tracked(setTimeout, clearTimeout),
    setInterval: tracked(setInterval, clearInterval),
    setImmediate: tracked(setImmediate, clearImmediate),
  };
  Object.assign(globalThis, own);
  return () => pending.splice(0).forEach((clear) => clear());
}

/**
 * The text of functions is nobody's business: an earlier answer that stands in for a wrong one would tell its solution.
 */
function hideSources(): void {
  const named = (callee: unknown): string => (typeof callee === 'function' ? callee.name : '');
  Object.defineProperty(Function.prototype, 'toString', {
    configurable: true,
    writable: true,
    value: {
      toString(this: unknown): string {
        return `function ${named(this)}() { [text not shown] }`;
      },
    }.toString,
  });
}

/** Loads all that a cell may ask for, so that nothing is left to load when the first one comes. */
export async function preload(): Promise<void> {
  withoutAddons();
  requireHere('@tensorflow/tfjs');
  requireHere('genlab');
  await ready({ engine: 'cpu' });
}

export async function main(): Promise<void> {
  const pipe = new net.Socket({ fd: 3, readable: true, writable: true });
  const { stringify, parse } = JSON; // before any student code can replace them
  const send = pipe.write.bind(pipe);
  Error.stackTraceLimit = 50; // TensorFlow.js's own frames come before the student's line
  await preload();
  const scope = new CellScope(load);
  const host = new Host(scope.lookup);
  disarm();
  hideSources();
  const clearTimers = ownTimers();

  const obey = async ({ load: cell, ask }: Order): Promise<Answer | { loaded: true }> => {
    if (ask) return host.answer(ask);
    if (!cell) return { missing: '' };
    try {
      await scope.run(cell);
      return { loaded: true };
    } catch (error) {
      return { threw: describeError(error) };
    }
  };

  let rest = '';
  let queue = Promise.resolve();
  pipe.setEncoding('utf8');
  pipe.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const order: Order = parse(line);
      queue = queue.then(async () => {
        closed = new Set(order.closed);
        const answer = await obey(order);
        clearTimers();
        send(`${stringify({ id: order.id, ...answer })}\n`);
      });
    }
  });
  pipe.on('end', () => process.exit(0)); // the grader is gone
  pipe.on('error', () => process.exit(0));
  send(`${stringify({ ready: true })}\n`);
}

if (require.main === module) void main();
