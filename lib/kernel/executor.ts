import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import {
  COMMANDS_FD,
  type CellError,
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
import { FrameReader, MarkedStream } from './frames';

export interface ExecutorOptions extends Omit<ConfigureCommand, 'type'> {
  readonly env?: NodeJS.ProcessEnv;
  /** Flags of Node for the process that runs the cells. */
  readonly execArgv?: readonly string[];
}

export interface ExecutorHandlers {
  output(event: OutputEvent): void;
  /** A cell asks the person at the notebook; answer with `answer`. */
  input(event: Extract<ExecutorEvent, { type: 'input' }>): void;
  /** The process died and a new one takes its place: every variable is lost. */
  lost?(why: string): void;
}

/** Milliseconds after an interrupt before a process that does not end its cell is killed. */
const KILL_AFTER = 10_000;

/**
 * The process that runs cells, seen from its parent. One cell at a time. If it dies (out of memory, a crash in native code,
 * an interrupt that nothing answers), the cell ends with an error and a new process is started.
 */
export class Executor {
  private child: ChildProcess | undefined;
  private ready: Promise<void> = Promise.resolve();
  private running: { cell: string; settle: (result: CellResult) => void; killed?: boolean } | undefined;
  private disposed = false;
  private starts = 0;
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
    this.starts++;
    this.dying = '';
    const events = child.stdio[EVENTS_FD] as Readable;
    const marks = { stdout: new MarkedStream(), stderr: new MarkedStream() };
    let markReady = (): void => undefined;
    this.ready = new Promise((resolve) => (markReady = resolve));
    const reader = new FrameReader((event: ExecutorEvent) => {
      if (event.type === 'ready') markReady();
      else if (event.type === 'output') this.handlers.output(event);
      else if (event.type === 'input') this.handlers.input(event);
      else void this.finish(event.cell, event.result, marks);
    });
    events.on('data', (chunk: Buffer) => reader.push(chunk));
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => {
        const text = marks[name].push(chunk);
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
    const { cwd, root, paths } = this.options;
    this.send({ type: 'configure', cwd, root, paths });
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
    if (this.running?.cell !== cell) return;
    const { settle } = this.running;
    this.running = undefined;
    settle(result);
  }

  private died(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null, error?: Error): void {
    if (child !== this.child) return;
    const running = this.running;
    this.running = undefined;
    const why = error?.message ?? causeOfDeath(code, signal, this.dying, running?.killed ?? false);
    if (!this.disposed) this.start();
    running?.settle(deathOf(why, running.killed ?? false));
    if (!this.disposed) this.handlers.lost?.(why);
  }

  /** Resolves when cells can run. */
  async whenReady(): Promise<void> {
    await this.ready;
  }

  async run(command: Omit<RunCommand, 'type'>): Promise<CellResult> {
    if (this.running) throw new Error('the executor runs one cell at a time');
    return await new Promise((settle) => {
      this.running = { cell: command.cell, settle };
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

  /** Ends the running cell: politely, then by V8's termination, then with the process. */
  interrupt(): void {
    this.send({ type: 'interrupt' });
    const running = this.running;
    if (!running) return;
    setTimeout(() => {
      if (this.running !== running) return;
      running.killed = true;
      this.child?.kill('SIGKILL');
    }, KILL_AFTER).unref();
  }

  answer(value: string | null): void {
    this.send({ type: 'input', value });
  }

  comm(command: Omit<CommCommand, 'type'>): void {
    this.send({ type: 'comm', ...command });
  }

  /** Ends the process for good. */
  async dispose(): Promise<void> {
    this.disposed = true;
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.kill('SIGKILL');
    });
  }
}

function causeOfDeath(code: number | null, signal: string | null, dying: string, killed: boolean): string {
  const lost = 'All variables are lost: run the cells again from the top.';
  if (killed) return `The cell did not answer the interrupt, so its process was ended. ${lost}`;
  if (/Last few GCs|heap out of memory|heap limit/i.test(dying)) {
    return `Out of memory: the cell used more JavaScript memory than Node allows. ${lost}`;
  }
  if (signal === 'SIGKILL')
    return `The process was killed (SIGKILL): most likely the machine ran out of memory. ${lost}`;
  return `The process that runs the cells ended (${signal ?? `exit code ${code}`}). ${lost}`;
}

function deathOf(why: string, killed: boolean): CellError {
  const ename = killed ? 'KeyboardInterrupt' : why.startsWith('Out of memory') ? 'OutOfMemory' : 'ExecutorDied';
  return { status: 'error', ename, evalue: why, traceback: [`\u001b[31m${ename}\u001b[39m: ${why}`] };
}
