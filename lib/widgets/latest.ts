import { capture } from './kernel';

interface Waiting<V> {
  readonly value: V;
  /** Runs code as part of the event that brought the value. */
  readonly enter: <T>(work: () => T) => T;
  readonly signal: AbortSignal | undefined;
}

/**
 * Hands values to work that may take long, one at a time: while it works, later values wait, and only the latest of them
 * is handed on. Work that returns at once gets every value.
 */
export class Latest<V> {
  private waiting: Waiting<V> | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly work: (value: V) => unknown) {}

  /** @returns a promise that nothing is at work or waits any more; undefined where that is so already */
  push(value: V): Promise<void> | undefined {
    const { bind, signal } = capture();
    const one = { value, enter: bind(), signal: signal() };
    if (this.running) {
      this.waiting = one;
      return this.running.catch(() => undefined); // told once, to whom it began for
    }
    const result = this.work(value);
    if (!(result instanceof Promise)) return undefined;
    this.running = this.drain(unlessAborted(result, one.signal));
    return this.running;
  }

  private async drain(first: Promise<unknown>): Promise<void> {
    try {
      await first;
      for (let next = this.waiting; next; next = this.waiting) {
        const { value, enter, signal } = next;
        this.waiting = undefined;
        await unlessAborted(
          enter(() => this.work(value)),
          signal,
        );
      }
    } finally {
      this.waiting = undefined;
      this.running = undefined;
    }
  }

  get busy(): boolean {
    return this.running !== undefined;
  }
}

/** An interrupt ends the wait, whether or not the work notices it. */
export async function unlessAborted(work: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  if (!signal) return await work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
