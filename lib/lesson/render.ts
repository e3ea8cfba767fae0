import type { Cell, Edit, Lang, Region, Variant } from './types';
import { lineStart } from './syntax';

/** What stands where a solution was. */
export const stubs = {
  en: { code: '// YOUR CODE HERE', fault: "throw new Error('not implemented');", text: 'YOUR ANSWER HERE' },
  zh: { code: '// 在此处写下你的代码', fault: "throw new Error('尚未实现');", text: '在此处写下你的回答' },
} as const;

export interface RenderedCode {
  readonly code: string;
  /** The `await check(…)` with the comments above it; a notebook gives it a cell of its own. */
  readonly check?: string;
}

/** `marked`: the solution between its markers, as nbgrader takes it. */
export type Rendering = Variant | 'marked';

/** A code cell in one language, with its solution or with the stub in its place. */
export function renderCode(cell: Cell, lang: Lang, rendering: Rendering): RenderedCode {
  const { source, outline } = cell;
  if (!outline) return { code: source };
  const edits = [
    ...outline.edits[lang],
    ...outline.regions.flatMap((region) => {
      if (rendering === 'student') return [{ start: region.start, end: region.end, text: stubOf(region, lang) }];
      return rendering === 'solution'
        ? markerLines(source, region)
        : markedValues(region, (start, end) => applyEdits(source, outline.edits[lang], start, end));
    }),
  ];
  const { check } = outline;
  if (!check) return { code: applyEdits(source, edits) };
  return {
    code: applyEdits(source, edits, 0, check.start).trimEnd(),
    check: applyEdits(source, edits, check.start, source.length).trimEnd(),
  };
}

function stubOf({ indent, values }: Region, lang: Lang): string {
  const { code, fault } = stubs[lang];
  const lines = values ? values.flatMap((value) => [`${value} (() => {`, `  ${fault}`, '})();']) : [fault];
  return [code, ...lines].join(`\n${indent}`);
}

/**
 * nbgrader puts a `throw` in the place of what is between the markers. Outside a function that would end the cell, and
 * take the values away that later cells need; so there each value gets a function of its own around its markers.
 */
function markedValues(
  { start, end, indent, values, initializers }: Region,
  textOf: (start: number, end: number) => string,
): Edit[] {
  if (!values || !initializers) return [];
  const parts = values.map((value, i) => {
    const { start, end, awaits } = initializers[i];
    const open = awaits ? `${value} await (async () => {` : `${value} (() => {`;
    const body = ['// BEGIN SOLUTION', `return ${textOf(start, end)};`, '// END SOLUTION'].map((line) => `  ${line}`);
    return [open, ...body, '})();'].join(`\n${indent}`);
  });
  return [{ start, end, text: parts.join(`\n${indent}`) }];
}

/** The two marker lines, which a reader of the solution need not see. */
function markerLines(source: string, { start, end }: Region): Edit[] {
  const from = lineStart(source, start);
  const last = lineStart(source, end);
  return [
    { start: from, end: source.indexOf('\n', start) + 1, text: '' },
    { start: last - 1, end, text: '' },
  ];
}

/** Applies edits to `text[from…to]`. Of two that overlap the outer one counts. */
export function applyEdits(text: string, edits: readonly Edit[], from = 0, to = text.length): string {
  const ordered = [...edits].sort((a, b) => a.start - b.start || b.end - a.end);
  let out = '';
  let at = from;
  for (const edit of ordered) {
    if (edit.start < at || edit.end > to) continue;
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at, to);
}

const proseMarker = (which: 'BEGIN' | 'END'): RegExp =>
  new RegExp(`^\\s*(?:<!--\\s*)?${which} SOLUTION(?:\\s*-->)?\\s*$`);

/** Prose, in which the model answer to a written question may stand between `<!-- BEGIN SOLUTION -->` and `<!-- END … -->`. */
export function renderProse(cell: Cell, lang: Lang, rendering: Rendering): string {
  if (rendering === 'marked') return cell.source;
  const out: string[] = [];
  let inside = false;
  for (const line of cell.source.split('\n')) {
    if (proseMarker('BEGIN').test(line)) {
      inside = true;
      if (rendering === 'student') out.push(stubs[lang].text);
    } else if (proseMarker('END').test(line)) inside = false;
    else if (!inside || rendering === 'solution') out.push(line);
  }
  return out.join('\n');
}
