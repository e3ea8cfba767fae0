import type { OutputType } from '../protocol';

type Take = (kind: OutputType, content: Record<string, unknown>) => void;

/**
 * Which cell the code at hand belongs to. Async hooks would answer this too, but they abort Node when V8 terminates a running
 * callback, which is how a cell is interrupted. So the compiler wraps each `await` of a cell, and timers remember their cell.
 */
export interface Cell {
  readonly id: string;
  readonly allowInput: boolean;
  /** Aborted when the cell is interrupted; made when first asked for. */
  readonly controller: AbortController;
  /** The run of a cell that this code comes from: the same for the callbacks of its widgets. */
  readonly root: object;
  /** Takes what the code prints and shows, instead of the notebook. */
  readonly take?: Take;
  /** Somebody listens for the interrupt and will end the cell by themselves. */
  cooperative: boolean;
  /** What is left of its code ends at the next `await`. */
  interrupted: boolean;
  /** Interrupted and ended: prints nothing any more. */
  stopped: boolean;
  /** Its own code has ended; timers and widgets of it may go on. */
  ended: boolean;
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

function newCell(id: string, allowInput: boolean, root: object = {}): Cell {
  const controller = new AbortController();
  return { id, allowInput, controller, root, cooperative: false, interrupted: false, stopped: false, ended: false };
}

export function enterCell(id: string, allowInput: boolean): Cell {
  foreground = newCell(id, allowInput);
  current = foreground;
  return foreground;
}

/** For a callback that comes from outside (a widget's): output of the cell that made it, but interrupted for itself. */
export const eventOf = (maker: Cell | undefined): Cell => newCell(maker?.id ?? '', false, maker?.root);

/** Code of a cell whose output is taken, or which has a signal of its own; all else is the cell's. */
export function contextOf(
  cell: Cell | undefined,
  { take, controller }: { take: Take; controller: AbortController | undefined },
): Cell {
  const base = cell ?? newCell('', false);
  const { id, allowInput, root } = base;
  if (controller)
    base.controller.signal.addEventListener('abort', () => controller.abort(base.controller.signal.reason));
  const own = { id, allowInput, root, take, controller: controller ?? base.controller };
  const shared = Object.fromEntries(
    (['cooperative', 'interrupted', 'stopped', 'ended'] as const).map((name) => [
      name,
      { get: () => base[name], set: (value: boolean) => (base[name] = value), enumerable: true },
    ]),
  );
  return Object.defineProperties(own, shared) as unknown as Cell;
}

/** Contexts whose promise is still open. */
const open: Cell[] = [];

/** @returns the promise, settled as part of whatever awaits it */
export async function keepContext<T>(context: Cell, promise: Promise<T>): Promise<T> {
  open.push(context);
  try {
    return await promise;
  } finally {
    open.splice(open.indexOf(context), 1);
  }
}

/**
 * Who takes an output. After an `await` inside a library, the code at hand cannot be told from the cell's own: then it is
 * the code that was started last and has not come to its end.
 */
export function takerOf(cell: Cell | undefined): Take | undefined {
  if (cell?.take || cell !== foreground) return cell?.take;
  const mayBe = ({ root, interrupted }: Cell): boolean =>
    !interrupted && (!foreground || foreground.ended || root === foreground.root);
  return open.findLast(mayBe)?.take;
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
