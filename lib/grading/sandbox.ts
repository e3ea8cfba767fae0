import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { probe } from './protections';

/** Why a child is no longer there. */
export type End = 'time' | 'memory' | 'output' | 'exit';

export interface SandboxLimits {
  /** Megabytes of V8 heap, and of resident memory in all. */
  readonly heap: number;
  readonly memory: number;
  /** Bytes that may be printed past the child's own cap, and bytes of one answer. */
  readonly output: number;
  readonly answer: number;
}

/**
 * Compiles the library into the loader's cache, so that a child, which may not write there, finds it compiled. Once a
 * process, and quick where nothing has changed.
 */
let warmed = false;
function warm(): void {
  if (warmed) return;
  warmed = true;
  const { root, transpile } = createRequire(__filename)(loader) as {
    root: string;
    transpile(file: string, source: string): unknown;
  };
  for (const folder of ['lib', 'datasets']) {
    const at = path.join(root, folder);
    if (!fs.existsSync(at)) continue;
    for (const entry of fs.readdirSync(at, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/(?<!\.d)\.ts$/.test(entry.name)) continue;
      const file = path.join(entry.parentPath, entry.name);
      transpile(file, fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    }
  }
}

const defaults: SandboxLimits = { heap: 256, memory: 1000, output: 8 << 20, answer: 64 << 20 };
const childFile = path.join(__dirname, 'child.ts');
const loader = path.resolve(__dirname, '..', 'setup', 'register.js');

/** Every child of this process that may still run, so that none outlives it. */
const running = new Set<Sandbox>();
process.on('exit', () => running.forEach((sandbox) => sandbox.kill('exit')));

/** One child process that runs student code, cut off from everything as far as the machine allows. */
export class Sandbox {
  ended: End | undefined;
  private readonly child: ChildProcess;
  private readonly pipe: Duplex;
  /** An empty folder that the child is in. Removed when it ends. */
  readonly folder: string;
  private readonly watch?: NodeJS.Timeout;
  private readonly waiting = new Map<number, (answer: unknown) => void>();
  private readonly gone: Promise<End>;
  private readonly started: Promise<void>;
  private next = 1;
  private errors = '';

  constructor(private readonly limits: SandboxLimits = defaults) {
    const { wrap, nodeFlags, active } = probe();
    warm();
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-grading-'));
    fs.chmodSync(this.folder, 0o755); // the child may run as another user; it cannot write here either way
    const flags = [`--max-old-space-size=${limits.heap}`, '--no-warnings', '--no-addons'];
    const [program, ...args] = [...wrap, process.execPath, ...nodeFlags, ...flags, '-r', loader, childFile];
    this.child = spawn(program, args, {
      cwd: this.folder,
      env: {
        PATH: '/usr/bin:/bin',
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
        resolve(this.end(/heap out of memory|allocation failed/i.test(this.errors) ? 'memory' : 'exit')),
      );
    });
    if (active.has('memory')) this.watch = this.watchMemory();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Sends an order and waits for its answer, which is untrusted; `undefined` when the child ended instead. */
  async order(order: object, seconds: number): Promise<unknown> {
    if (
      !(await this.within(
        this.started.then(() => true),
        30,
      ))
    )
      return undefined;
    const id = this.next++;
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
        // It is gone already.
      }
    }
  }

  /** Ends the child and waits until nothing of it is left. */
  async close(): Promise<void> {
    this.kill('exit');
    await this.gone;
  }

  private async within<T>(wanted: Promise<T>, seconds: number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        this.kill('time');
        resolve(undefined);
      }, seconds * 1000);
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
    let size = 0;
    this.pipe.on('error', () => undefined); // its end is reported by the process
    this.pipe.on('data', (chunk: Buffer) => {
      for (let from = 0; ;) {
        const stop = chunk.indexOf(10, from);
        const part = chunk.subarray(from, stop < 0 ? undefined : stop);
        parts.push(part);
        size += part.length;
        if (size > this.limits.answer) return this.kill('output');
        if (stop < 0) return;
        this.take(Buffer.concat(parts).toString('utf8'), hello);
        [parts, size, from] = [[], 0, stop + 1];
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
      if (this.child.pid !== undefined && residentMegabytes(this.child.pid) > this.limits.memory) this.kill('memory');
    }, 100);
    return timer.unref();
  }
}

/** Resident memory of a process and its descendants (Linux). */
function residentMegabytes(pid: number): number {
  try {
    const pages = Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    const below = children ? children.split(' ').map((id) => residentMegabytes(Number(id))) : [];
    return (pages * 4096) / 2 ** 20 + below.reduce((all, one) => all + one, 0);
  } catch {
    return 0; // it ended meanwhile
  }
}
