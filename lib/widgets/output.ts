import { type Captured, capture } from './kernel';
import { Outputs } from './outputs';
import { Widget, type WidgetOptions } from './widget';

/** Milliseconds that outputs are gathered before the page is told: a figure and the line above it come together. */
const GATHER = 40;
/** The same for code that never yields. */
const AT_MOST = 120;
/** Characters a second that the page is told at most, because it is told everything each time. */
const PACE = 4e6;

/**
 * A place for what code prints and shows. Its outputs are part of the widget's state: they come through a reload, into a
 * second window, and into the saved notebook.
 */
export class Output extends Widget {
  private readonly outputs = new Outputs();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private changedAt = 0;
  private wait = GATHER;

  constructor(options: Pick<WidgetOptions, 'width'> = {}) {
    super({ module: 'output', name: 'Output' }, { msg_id: '', outputs: [] }, options);
  }

  /**
   * Runs code whose output is to appear here, also after its `await`s, and what it throws.
   * @returns what the code returns; undefined if it throws
   */
  capture<T>(work: () => Promise<T>): Promise<T | undefined>;
  capture<T>(work: () => T): T | undefined;
  capture(work: () => unknown): unknown {
    return this.run(work, undefined);
  }

  /** @param controller aborts what the code runs, such as a training */
  protected run(work: () => unknown, controller: AbortController | undefined): unknown {
    try {
      const result = capture().run((output) => this.take(output), work, { controller });
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => this.fail(error, controller)).finally(() => this.flush());
    } catch (error) {
      return this.fail(error, controller);
    } finally {
      this.flush();
    }
  }

  private fail(thrown: unknown, controller: AbortController | undefined): undefined {
    if (thrown instanceof Error && thrown.name === 'KeyboardInterrupt') throw thrown; // the cell's own end
    if (controller?.signal.aborted) return undefined; // it was told to end, and has
    this.outputs.add({ output_type: 'error', ...capture().describe(thrown) });
    this.changed();
    return undefined;
  }

  private take(output: Captured): void {
    this.outputs.take(output);
    this.changed();
  }

  /** Shows a value as the last line of a cell would. */
  async append(value: unknown): Promise<void> {
    const data = await capture().bundle(value);
    if (!data) return;
    this.take({ kind: 'display_data', content: { data, metadata: {} } });
    this.flush();
  }

  /** Empties it. @param wait only when the next output comes, so that nothing flickers */
  clear(wait = false): void {
    this.take({ kind: 'clear_output', content: { wait } });
    if (!wait) this.flush();
  }

  /** After `clear(true)`: nothing more comes. */
  protected settle(): void {
    this.outputs.settle();
    this.flush();
  }

  private changed(): void {
    if (this.timer === undefined) {
      this.changedAt = Date.now();
      this.timer = setTimeout(() => this.flush(), this.wait);
      this.timer.unref?.();
    } else if (Date.now() - this.changedAt > Math.max(AT_MOST, this.wait)) {
      this.flush(); // the timer has no turn
    }
  }

  /** Tells the page what is here now. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const before = JSON.stringify(this.model.get('outputs'));
    const outputs = JSON.stringify(this.outputs.all);
    if (outputs === before) return;
    this.wait = Math.max(GATHER, (1000 * outputs.length) / PACE);
    this.model.set({ outputs: JSON.parse(outputs) });
  }

  get text(): string {
    return this.outputs.all
      .map(({ text, data, ename, evalue }) => {
        if (typeof text === 'string') return text.replace(/\n$/, '');
        if (ename !== undefined) return `${ename as string}: ${evalue as string}`;
        return String((data as { 'text/plain'?: string } | undefined)?.['text/plain'] ?? '');
      })
      .join('\n');
  }
}

export const output = (options?: Pick<WidgetOptions, 'width'>): Output => new Output(options);
