import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import {
  COMMANDS_FD,
  type CellResult,
  type Command,
  type CommCommand,
  type ConfigureCommand,
  EVENTS_FD,
  type ExecutorEvent,
  type OutputEvent,
  type RunCommand,
  streamMark,
} from './protocol';
import { deathOf } from './death';
import { FrameReader, MarkedStream } from './frames';
import { Interruption } from './interruption';
import { programsOf, signalAll } from './processes.js';

export interface ExecutorOptions extends Omit<ConfigureCommand, 'type'> {
  readonly env?: NodeJS.ProcessEnv;
  /** Flags of Node for the process that runs the cells. */
  readonly execArgv?: readonly string[];
}

export interface ExecutorHandlers {
  output(event: OutputEvent): void;
  /** A cell asks the person at the notebook; answer with `answer`. */
  input(event: Extract<ExecutorEvent, { type: 'input' }>): void;
  /** Names that cells have declared: what is lost when the process dies. */
  variables?(): readonly string[];
  /** The process died and a new one takes its place: every variable is lost. */
  lost?(why: string): void;
}

/** What Node writes when it ends with an inspector's session open, as ours always is. */
const NODES_LAST_WORDS = 'Waiting for the debugger to disconnect...\n';

interface RunningCell {
  readonly cell: string;
  /** Milliseconds since the process was started. */
  readonly after: number;
  readonly settle: (result: CellResult) => void;
  interruption?: Interruption;
  killed?: boolean;
}

/**
 * An interrupt reaches a program that the cell waits for too. When that ends first, Node tells its end as an error, or the cell
 * goes on as if the program had done its work.
 */
function asInterrupted(result: CellResult, { reachedPrograms }: Interruption): CellResult {
  const goesOn = result.status === 'ok' && reachedPrograms;
  const failed = result.status === 'error' && result.evalue.startsWith('Command failed');
  if (!goesOn && !failed) return result;
  const interrupted = 'the cell was interrupted';
  const [, ...rest] = result.status === 'error' ? result.traceback : [];
  return {
    status: 'error',
    ename: 'KeyboardInterrupt',
    evalue: interrupted,
    traceback: [`KeyboardInterrupt: ${interrupted}`, ...rest],
  };
}

/**
 * The process that runs cells, seen from its parent. One cell at a time. If it dies (out of memory, a crash in native code,
 * an interrupt that nothing answers), the cell ends with an error and a new process is started.
 */
export class Executor {
  private child: ChildProcess | undefined;
  private ready: Promise<void> = Promise.resolve();
  private running: RunningCell | undefined;
  private disposed = false;
  private readonly unread = new Map<number, () => void>();
  private commCount = 0;
  private starts = 0;
  private startedAt = 0;
  /** Bytes that the process's JavaScript may use. */
  private heapLimit = 0;
  /** What the process wrote when it began to die. */
  private dying = '';

  constructor(
    private readonly options: ExecutorOptions,
    private readonly handlers: ExecutorHandlers,
  ) {
    this.start();
  }

  private start(): void {
    const child = spawn(
      process.execPath,
      [...(this.options.execArgv ?? []), path.join(__dirname, 'executor', 'start.js')],
      {
        cwd: this.options.cwd,
        env: { ...process.env, ...this.options.env },
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      },
    );
    this.child = child;
    this.startedAt = Date.now();
    this.starts++;
    this.dying = '';
    const events = child.stdio[EVENTS_FD] as Readable;
    const marks = { stdout: new MarkedStream(), stderr: new MarkedStream() };
    let markReady = (): void => undefined;
    this.ready = new Promise((resolve) => (markReady = resolve));
    const reader = new FrameReader((event: ExecutorEvent) => {
      if (event.type === 'ready') {
        this.heapLimit = event.heapLimit;
        markReady();
      } else if (event.type === 'output') this.handlers.output(event);
      else if (event.type === 'input') this.handlers.input(event);
      else if (event.type === 'comm-read') this.commRead(event.number);
      else void this.finish(event.cell, event.result, marks);
    });
    events.on('data', (chunk: Buffer) => reader.push(chunk));
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => {
        const text = marks[name].push(chunk).replace(NODES_LAST_WORDS, '');
        if (name === 'stderr' && /<--- Last few GCs|FATAL ERROR/.test(text)) this.dying += text;
        if (!text || this.dying) return; // V8's own dump of a full heap says nothing to the person at the notebook
        const content = { name, text };
        this.handlers.output({ type: 'output', cell: this.running?.cell ?? null, kind: 'stream', content });
      });
    }
    for (const stream of [events, this.commands]) stream.on('error', () => undefined); // 'exit' tells
    // 'close' comes after everything that the process wrote has been read.
    child.on('close', (code, signal) => this.died(child, code, signal));
    child.on('error', (error) => this.died(child, null, null, error));
    const { cwd, root, paths, emit } = this.options;
    this.send({ type: 'configure', cwd, root, paths, emit });
  }

  private get commands(): Writable {
    return this.child?.stdio[COMMANDS_FD] as unknown as Writable;
  }

  private send(command: Command): void {
    if (this.commands.writable) this.commands.write(JSON.stringify(command) + '\n');
  }

  /** Waits until what native code wrote during the cell is here as well, then ends the cell. */
  private async finish(cell: string, result: CellResult, marks: Record<string, MarkedStream>): Promise<void> {
    await Promise.all(Object.values(marks).map((stream) => stream.passed(streamMark(cell))));
    if (this.running?.cell === cell) await this.running.interruption?.programsEnded();
    if (this.running?.cell !== cell) return;
    const { interruption } = this.running;
    this.end()?.settle(interruption ? asInterrupted(result, interruption) : result);
  }

  /** No cell is running from here on. @returns the one that was */
  private end(): RunningCell | undefined {
    const { running } = this;
    running?.interruption?.end();
    this.running = undefined;
    return running;
  }

  private died(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null, error?: Error): void {
    if (child !== this.child) return;
    const running = this.end();
    this.commRead();
    const killed = running?.killed ?? false;
    const lost = this.handlers.variables?.() ?? [];
    const death = deathOf({ code, signal, dying: this.dying, heapLimit: this.heapLimit, killed, lost, error });
    if (!this.disposed) this.start();
    running?.settle(death);
    if (!this.disposed) this.handlers.lost?.(death.evalue);
  }

  /** Resolves when cells can run. */
  async whenReady(): Promise<void> {
    await this.ready;
  }

  async run(command: Omit<RunCommand, 'type'>): Promise<CellResult> {
    if (this.running) throw new Error('the executor runs one cell at a time');
    return await new Promise((settle) => {
      this.running = { cell: command.cell, after: Date.now() - this.startedAt, settle };
      this.send({ type: 'run', ...command });
    });
  }

  /** Goes up with every new process: variables of an earlier one are lost. */
  get generation(): number {
    return this.starts;
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  /**
   * Ends the running cell: politely, then by V8's termination. Programs that it has started are ended too. A call into native
   * code is waited for; a second interrupt, after the person was told, ends the process.
   */
  interrupt(): void {
    this.send({ type: 'interrupt' });
    const { running, child } = this;
    if (!running || child?.pid === undefined) return;
    if (running.interruption) return running.interruption.again();
    running.interruption = new Interruption({
      pid: child.pid,
      after: running.after,
      tell: (text) => {
        const content = { name: 'stderr', text };
        this.handlers.output({ type: 'output', cell: running.cell, kind: 'stream', content });
      },
      kill: () => {
        running.killed = true;
        this.killAll();
      },
    });
  }

  /** Ends the process and every program that its cells have started. */
  private killAll(): void {
    const { child } = this;
    if (child?.pid === undefined) return;
    const programs = programsOf(child.pid);
    child.kill('SIGKILL');
    signalAll(programs, 'SIGKILL');
  }

  answer(value: string | null): void {
    this.send({ type: 'input', value });
  }

  /** Hands on a front end's message. @returns a promise that its callback has returned, or begun to wait */
  async comm(command: Omit<CommCommand, 'type' | 'number'>): Promise<void> {
    const number = ++this.commCount;
    await new Promise<void>((resolve) => {
      this.unread.set(number, resolve);
      this.send({ type: 'comm', number, ...command });
    });
  }

  /** @param number of the message; every message without it */
  private commRead(number?: number): void {
    for (const [one, resolve] of this.unread) {
      if (number !== undefined && one !== number) continue;
      this.unread.delete(one);
      resolve();
    }
  }

  /** Ends the process for good. */
  async dispose(): Promise<void> {
    this.disposed = true;
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      this.killAll();
    });
  }
}
