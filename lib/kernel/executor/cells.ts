/**
 * Which cell the code at hand belongs to. Async hooks would answer this too, but they abort Node when V8 terminates a running
 * callback, which is how a cell is interrupted. So the compiler wraps each `await` of a cell, and timers remember their cell.
 */
export interface Cell {
  readonly id: string;
  readonly allowInput: boolean;
  /** Aborted when the cell is interrupted; made when first asked for. */
  readonly controller: AbortController;
  /** Somebody listens for the interrupt and will end the cell by themselves. */
  cooperative: boolean;
  /** What is left of its code ends at the next `await`. */
  interrupted: boolean;
  /** Interrupted and ended: prints nothing any more. */
  stopped: boolean;
}

/** Thrown into the code of an interrupted cell. */
export class KeyboardInterrupt extends Error {
  constructor() {
    super('the cell was interrupted');
    this.name = 'KeyboardInterrupt';
  }
}

let foreground: Cell | undefined;
let current: Cell | undefined;

export const currentCell = (): Cell | undefined => current;

export function enterCell(id: string, allowInput: boolean): Cell {
  foreground = {
    id,
    allowInput,
    controller: new AbortController(),
    cooperative: false,
    interrupted: false,
    stopped: false,
  };
  current = foreground;
  return foreground;
}

/** Runs a callback (of a timer, say) as part of the cell that made it. */
export function runAs(cell: Cell | undefined, callback: () => void): void {
  const before = current;
  current = cell;
  try {
    callback();
  } finally {
    current = before;
  }
}

/**
 * `await x` in a cell is compiled to `__await__.end(__await__.begin(), await x)`: the code after it runs as part of the same
 * cell again, or not at all when that cell was interrupted.
 */
export const awaitHelper = {
  begin: (): Cell | undefined => current,
  end<T>(cell: Cell | undefined, value: T): T {
    if (cell?.interrupted) throw new KeyboardInterrupt();
    if (cell !== foreground) {
      current = cell;
      void Promise.resolve().then(() => (current = foreground));
    }
    return value;
  },
  /** `for await (… of x)` iterates this instead of `x`. */
  async *each<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
    const cell = current;
    for await (const item of items) {
      awaitHelper.end(cell, undefined);
      yield item;
    }
  },
};
