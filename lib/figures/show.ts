import { bringPlotly } from './chart';
import type { Figure, MimeBundle } from './figure';
import type { PlotlyBundle } from './platform/types';

type Display = (data: MimeBundle, options?: { displayId?: string; update?: boolean }) => void;

/** In which run of which cell each id was last shown: another run starts a new output instead of changing the old one. */
const shownIn = new Map<string, unknown>();

/**
 * Shows anything: a figure in its best form inside a notebook, as one line of text elsewhere; other values as text.
 * @param options.id a second `show` with this id in the same cell replaces what the first one showed
 */
export function show(thing: unknown, options: { id?: string } = {}): void {
  const display: unknown = Reflect.get(globalThis, Symbol.for('jupyter.display'));
  if (!isDisplay(display)) {
    console.log(isFigure(thing) ? thing.text : asText(thing));
    return;
  }
  if (options.id === undefined) {
    display(asBundle(thing));
    return;
  }
  if (isFigure(thing) && thing.needs) {
    // In an output of its own: with the figure, the next update would throw it away.
    const code = bringPlotly(thing.needs);
    if (code) display(code);
  }
  const run: unknown = Reflect.get(globalThis, Symbol.for('jupyter.signal')); // one object for each run of a cell
  const update = shownIn.has(options.id) && shownIn.get(options.id) === run;
  shownIn.set(options.id, run);
  display(asBundle(thing), { displayId: options.id, update });
}

function asBundle(thing: unknown): MimeBundle {
  return isFigure(thing) ? thing.bundle() : { 'text/plain': asText(thing) };
}

function isFigure(thing: unknown): thing is Figure & { needs?: PlotlyBundle } {
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
