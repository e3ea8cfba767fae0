/** Worker processes, each with one notebook at a time. One that dies costs a retry and nothing else. */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { GradeOptions, OwnOptions } from '../grade';
import type { FileResult } from '../results';

export interface Job extends OwnOptions {
  readonly id: number;
  /** Absolute. */
  readonly file: string;
}

/** What became of a job. A reason says what kept it from being graded, which is never the notebook's fault. */
export type Outcome = { readonly result: FileResult } | { readonly reason: string };

export type WorkerOptions = Pick<GradeOptions, 'root' | 'specs' | 'seconds' | 'hidden' | 'secret' | 'allowWeakSandbox'>;
export type ToWorker = { readonly options: WorkerOptions } | Job;
export type FromWorker =
  | { readonly alive: true }
  | { readonly id: number; readonly result: FileResult }
  | { readonly id: number; readonly error: string; readonly known: boolean };

export interface PoolOptions extends WorkerOptions {
  readonly workers: number;
  /** Stops all work at once; what is under way is dropped. */
  readonly signal?: AbortSignal;
  /** Told of each job as it is done. Its failure stops the pool. */
  readonly onDone: (job: Job, outcome: Outcome) => Promise<void>;
  /** Told of a worker that was lost with a job, which is tried again. */
  readonly onLost?: (job: Job) => void;
}

const loader = path.resolve(__dirname, '..', '..', 'setup', 'register.js');
const tries = 3;
/** A worker says that it lives every 5 seconds; one that does not for so many is stuck. */
const patience = 180;

/** Gets jobs done by several workers. @throws what `onDone` throws */
export async function runJobs(jobs: readonly Job[], options: PoolOptions): Promise<void> {
  const { workers, signal, onDone, onLost, ...workerOptions } = options;
  const waiting = jobs.map((job) => ({ job, tried: 0 })).reverse();
  const stop = new AbortController();
  const end = (): void => stop.abort();
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();

  const work = async (): Promise<void> => {
    let worker: Worker | undefined;
    try {
      for (let next = waiting.pop(); next && !stop.signal.aborted; next = waiting.pop()) {
        if (!worker?.alive) worker = new Worker(workerOptions, stop.signal);
        const outcome = await worker.grade(next.job);
        if (stop.signal.aborted) return;
        const again = 'lost' in outcome || ('reason' in outcome && !outcome.known);
        if (again && next.tried + 1 < tries) {
          onLost?.(next.job);
          waiting.unshift({ job: next.job, tried: next.tried + 1 }); // last, so that it holds up nobody
          continue;
        }
        const reason =
          'lost' in outcome ? `the process that graded it ended ${tries} times (${outcome.lost})` : undefined;
        await onDone(next.job, reason === undefined ? (outcome as Outcome) : { reason });
      }
    } catch (error) {
      end();
      throw error;
    } finally {
      worker?.close();
    }
  };

  const count = Math.max(1, Math.min(workers, jobs.length));
  const ends = await Promise.allSettled(Array.from({ length: count }, work));
  signal?.removeEventListener('abort', end);
  const failed = ends.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

type Graded = { result: FileResult } | { reason: string; known: boolean } | { lost: string };

class Worker {
  alive = true;
  private readonly child: ChildProcess;
  private settle?: (outcome: Graded) => void;
  private heard = performance.now();
  private readonly watch: NodeJS.Timeout;
  private lastWords = '';
  private readonly stop = (): void => void this.child.kill('SIGKILL');

  constructor(
    options: WorkerOptions,
    private readonly signal: AbortSignal,
  ) {
    this.child = fork(path.join(__dirname, 'worker.ts'), [], {
      execArgv: ['--no-warnings', '-r', loader],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.lastWords = `${this.lastWords}${chunk.toString('utf8')}`.slice(-2000);
    });
    this.child.on('message', (message: FromWorker) => this.take(message));
    this.child.once('error', (error) => this.gone(error.message));
    this.child.once('exit', (code, killer) => this.gone(killer ?? `exit code ${code}`));
    signal.addEventListener('abort', this.stop);
    this.watch = setInterval(() => {
      if (performance.now() - this.heard > patience * 1000) this.stop();
    }, 1000);
    this.send({ options });
  }

  grade(job: Job): Promise<Graded> {
    return new Promise((resolve) => {
      this.settle = resolve;
      if (this.alive) this.send(job);
      else this.gone('it did not start');
    });
  }

  /** Lets the worker end by itself, with all that it started. */
  close(): void {
    clearInterval(this.watch);
    this.signal.removeEventListener('abort', this.stop);
    if (this.child.connected) this.child.disconnect();
  }

  private send(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => undefined); // its end is told by `exit`
  }

  private take(message: FromWorker): void {
    this.heard = performance.now();
    if ('alive' in message) return;
    const outcome = 'result' in message ? { result: message.result } : { reason: message.error, known: message.known };
    this.settle?.(outcome);
    this.settle = undefined;
  }

  private gone(how: string): void {
    this.alive = false;
    this.close();
    const words = this.lastWords.trim().split('\n').at(-1);
    this.settle?.({ lost: words ? `${how}: ${words.slice(0, 200)}` : how });
    this.settle = undefined;
  }
}
