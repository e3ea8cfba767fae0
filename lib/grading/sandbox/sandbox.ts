import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { makeGroup, removeGroup } from './cgroups';
import { engineFlags, findPack, loader } from './pack';
import { defaultLimits, probe, searchPath, type Limits } from './platform';
import { usageOf, type Usage } from './processes';

/** Why a child is no longer there. */
export type End = 'time' | 'memory' | 'output' | 'exit';

export interface SandboxLimits extends Limits {
  /** Bytes that may be printed past the child's own cap, and bytes of one answer. */
  readonly output: number;
  readonly answer: number;
}

const defaults: SandboxLimits = { ...defaultLimits, output: 8 << 20, answer: 64 << 20 };

/** Every child of this process that may still run, so that none outlives it. */
const running = new Set<Sandbox>();
/** The children of this process that were not ended yet. */
export const livingSandboxes = (): { folder: string; pid: number | undefined }[] =>
  [...running].map(({ folder, pid }) => ({ folder, pid }));
process.on('exit', () => running.forEach((sandbox) => sandbox.kill('exit')));

/** One child process that runs student code, cut off from everything as far as the machine allows. */
export class Sandbox {
  ended: End | undefined;
  private readonly child: ChildProcess;
  private readonly pipe: Duplex;
  /** An empty folder that the child is in. Removed when it ends. */
  readonly folder: string;
  private watch?: NodeJS.Timeout;
  private readonly waiting = new Map<number, (answer: unknown) => void>();
  private readonly gone: Promise<End>;
  private readonly started: Promise<void>;
  private next = 1;
  /** Bytes that came over the pipe since the last order. */
  private received = 0;
  private errors = '';
  private readonly limits: SandboxLimits;
  private readonly group?: string;
  /** Tells children of other limits apart. */
  readonly key: string;

  constructor(limits: Partial<SandboxLimits> = {}) {
    this.key = JSON.stringify(limits);
    this.limits = { ...defaults, ...limits };
    const { wrap, nodeFlags, groups } = probe();
    const pack = findPack();
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-grading-'));
    fs.chmodSync(this.folder, 0o755); // the child may run as another user; it cannot write here either way
    if (groups !== undefined) this.group = makeGroup(groups, this.limits.tasks);
    const [program, ...args] = [
      ...wrap(this.limits, this.folder, this.group),
      ...[process.execPath, ...nodeFlags, ...engineFlags(this.limits.heap), '-r', loader],
      ...(pack === undefined ? [path.join(__dirname, 'child.ts')] : [path.join(__dirname, 'unpack.ts'), pack]),
    ];
    this.child = spawn(program, args, {
      cwd: this.folder,
      env: {
        PATH: searchPath,
        HOME: this.folder,
        LANG: 'C.UTF-8',
        TZ: 'UTC',
        GENLAB_ENGINE: 'cpu',
        UV_THREADPOOL_SIZE: '2',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true, // a process group of its own, to be killed as one
    });
    this.pipe = this.child.stdio[3] as Duplex;
    running.add(this);
    this.limitOutput();
    let hello: () => void;
    this.started = new Promise((resolve) => (hello = resolve));
    this.readAnswers(() => hello());
    this.gone = new Promise((resolve) => {
      this.child.once('error', () => resolve(this.end('exit')));
      this.child.once('exit', () =>
        resolve(this.end(/out of memory|allocation failed|bad_alloc/i.test(this.errors) ? 'memory' : 'exit')),
      );
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** What the child printed as an error, shortened. */
  get lastWords(): string {
    return this.errors.trim().slice(0, 2000);
  }

  /** Waits until the child takes orders; false when it ended instead. */
  async ready(): Promise<boolean> {
    const up = this.started.then(() => true);
    return (await this.within(up, 30)) === true;
  }

  /** Sends an order and waits for its answer, which is untrusted; `undefined` when the child ended instead. */
  async order(order: object, seconds: number): Promise<unknown> {
    if (!(await this.ready())) return undefined;
    if (!this.ended) this.watch ??= this.watchMemory();
    const id = this.next++;
    this.received = 0;
    const answer = new Promise<unknown>((resolve) => this.waiting.set(id, resolve));
    this.pipe.write(`${JSON.stringify({ id, ...order })}\n`);
    return this.within(answer, seconds);
  }

  kill(why: End): void {
    this.end(why);
    if (this.child.pid !== undefined) {
      try {
        process.kill(-this.child.pid, 'SIGKILL');
      } catch {
        this.child.kill('SIGKILL'); // no groups here (Windows), or it is gone already
      }
    }
  }

  /** Ends the child and waits until nothing of it is left. */
  async close(): Promise<void> {
    this.kill('exit');
    await this.gone;
  }

  private usage(): Usage {
    return usageOf(this.child.pid ?? -1);
  }

  /**
   * Waits for an answer, `seconds` of this machine's full attention: where other processes take it, the child gets the
   * time that they took on top, up to six times as long in all. A busy machine costs nobody a point.
   */
  private async within<T>(wanted: Promise<T>, seconds: number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const start = performance.now();
    const before = this.usage().cpuSeconds;
    const late = new Promise<undefined>((resolve) => {
      const look = (): void => {
        const { cpuSeconds, computing } = this.usage();
        const left = seconds - (cpuSeconds - before);
        if (computing && left > 0.1 && performance.now() - start < seconds * 6000) {
          timer = setTimeout(look, left * 1000);
          return;
        }
        this.kill('time');
        resolve(undefined);
      };
      timer = setTimeout(look, seconds * 1000);
    });
    try {
      return await Promise.race([wanted, late, this.gone.then(() => undefined)]);
    } finally {
      clearTimeout(timer);
    }
  }

  private end(why: End): End {
    this.ended ??= why;
    running.delete(this);
    clearInterval(this.watch);
    fs.rmSync(this.folder, { recursive: true, force: true });
    if (this.group !== undefined) removeGroup(this.group);
    return this.ended;
  }

  /** Takes what is printed and throws it away; the first of it may tell why the child died. */
  private limitOutput(): void {
    let seen = 0;
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        seen += chunk.length;
        if (stream === this.child.stderr && this.errors.length < 20_000) this.errors += chunk.toString('latin1');
        if (seen > this.limits.output) this.kill('output');
      });
    }
  }

  private readAnswers(hello: () => void): void {
    let parts: Buffer[] = [];
    this.pipe.on('error', () => undefined); // its end is reported by the process
    this.pipe.on('data', (chunk: Buffer) => {
      this.received += chunk.length;
      if (this.received > this.limits.answer) {
        parts = [];
        return this.kill('output');
      }
      for (let from = 0; ;) {
        const stop = chunk.indexOf(10, from);
        const part = chunk.subarray(from, stop < 0 ? undefined : stop);
        parts.push(part);
        if (stop < 0) return;
        this.take(Buffer.concat(parts).toString('utf8'), hello);
        [parts, from] = [[], stop + 1];
      }
    });
  }

  private take(line: string, hello: () => void): void {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      return; // nobody waits for it
    }
    if (typeof message !== 'object' || message === null) return;
    if ('ready' in message) return hello();
    if (!('id' in message) || typeof message.id !== 'number') return;
    const resolve = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    resolve?.(message);
  }

  private watchMemory(): NodeJS.Timeout {
    const timer = setInterval(() => {
      if (this.usage().megabytes > this.limits.memory) this.kill('memory');
    }, 200);
    return timer.unref();
  }
}
