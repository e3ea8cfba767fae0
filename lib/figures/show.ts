import type { Figure, MimeBundle } from './figure';

type Display = (data: MimeBundle, options?: { displayId?: string; update?: boolean }) => void;

/** Where each id was last shown: a later cell with the same id starts a new output instead of changing the old one. */
const shownIn = new Map<string, unknown>();

/**
 * Shows anything: a figure in its best form inside a notebook, as one line of text elsewhere; other values as text.
 * @param options.id a second `show` with this id in the same cell replaces what the first one showed
 */
export async function show(thing: unknown, options: { id?: string } = {}): Promise<void> {
  const rendered = isFigure(thing) ? thing.bundle() : { 'text/plain': asText(thing) };
  // No await without need: a figure shown in the middle of a cell keeps its place between the lines printed around it.
  const bundle = rendered instanceof Promise ? await rendered : rendered;
  const display: unknown = Reflect.get(globalThis, Symbol.for('jupyter.display'));
  if (!isDisplay(display)) {
    console.log(bundle['text/plain']);
  } else if (options.id === undefined) {
    display(bundle);
  } else {
    const cell: unknown = Reflect.get(globalThis, Symbol.for('jupyter.signal')); // one object per run of a cell
    display(bundle, { displayId: options.id, update: shownIn.has(options.id) && shownIn.get(options.id) === cell });
    shownIn.set(options.id, cell);
  }
}

function isFigure(thing: unknown): thing is Figure {
  return typeof thing === 'object' && thing !== null && 'bundle' in thing && typeof thing.bundle === 'function';
}

function isDisplay(value: unknown): value is Display {
  return typeof value === 'function';
}

function asText(thing: unknown): string {
  if (typeof thing !== 'object' || thing === null) return String(thing);
  const text = String(thing);
  return text === '[object Object]' ? JSON.stringify(thing, null, 2) : text;
}
