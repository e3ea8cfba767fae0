import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Reading } from './source';

const loader = path.resolve(__dirname, '..', 'setup', 'register.js');

/** Reads students' cells in a thread that can be stopped. Nothing of theirs is run there. */
export class Reader {
  private worker?: Worker;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly known = new Map<string, Promise<Reading>>();

  constructor(private readonly seconds = 20) {}

  read(source: string): Promise<Reading> {
    const known = this.known.get(source);
    if (known) return known;
    const reading = this.queue.then(() => this.readNow(source));
    this.queue = reading;
    this.known.set(source, reading);
    return reading;
  }

  /** Lets go of what was read so far. */
  forget(): void {
    this.known.clear();
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }

  private async readNow(source: string): Promise<Reading> {
    const worker = (this.worker ??= new Worker(path.join(__dirname, 'reader-worker.ts'), {
      execArgv: ['-r', loader],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    }));
    const reading = await new Promise<Reading | undefined>((resolve) => {
      const timer = setTimeout(() => settle(), this.seconds * 1000);
      const settle = (found?: Reading): void => {
        clearTimeout(timer);
        worker.off('message', settle).off('error', fail).off('exit', fail);
        resolve(found);
      };
      const fail = (): void => settle();
      worker.on('message', settle).on('error', fail).on('exit', fail);
      worker.postMessage(source);
    });
    if (reading) return reading;
    await this.close(); // the next cell gets a new thread
    return {
      declared: new Set(),
      identifiers: new Set(),
      members: new Set(),
      bare: source,
      code: { syntax: 'the compiler gives up on this text', line: 1 },
    };
  }
}
