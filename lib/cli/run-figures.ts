/** The figures of a run, and those of the last run in quick mode, which are kept until the lesson changes. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Lang, Lesson } from '../lesson';
import { stateFolder, writeFile } from '../setup/common.js';
import type { SavedCell, SavedNotebook } from './page'; // no more than its types: it brings the compiler along

/** A name for a lesson as it is written now. */
export const versionOf = ({ text }: Lesson): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** One figure of a run: its still picture, and what its cell is called. */
export interface RunFigure {
  /** The cell's `figure=`; absent where it has none. */
  readonly name?: string;
  /** PNG, as base64. Empty: the figure has no still picture. */
  readonly png: string;
}

interface Output {
  readonly data?: Readonly<Record<string, unknown>>;
}

const plotly = 'application/vnd.plotly.v1+json';

/** The figures that a notebook which was run holds, in order: charts, and pictures. */
export function figuresIn({ cells }: SavedNotebook): RunFigure[] {
  return cells.flatMap((cell) => {
    const name = nameOf(cell);
    return ((cell.outputs ?? []) as readonly Output[]).flatMap(({ data = {} }) => {
      const png = data['image/png'];
      if (png === undefined && data[plotly] === undefined) return [];
      const still = [png ?? ''].flat().join('').replace(/\s/g, '');
      return [{ ...(name === undefined ? {} : { name }), png: still }];
    });
  });
}

function nameOf({ metadata = {} }: SavedCell): string | undefined {
  const { figure } = (metadata.genlab ?? {}) as { readonly figure?: unknown };
  return typeof figure === 'string' ? figure : undefined;
}

const keptFile = ({ slug }: Lesson, lang: Lang): string =>
  path.join(stateFolder, 'quick-runs', `${slug}.${lang}.figures.json`);

interface Kept {
  readonly version: string;
  readonly figures: readonly RunFigure[];
}

/** Keeps the figures of a run in quick mode. */
export function keepFigures(lesson: Lesson, lang: Lang, notebook: SavedNotebook): void {
  const kept: Kept = { version: versionOf(lesson), figures: figuresIn(notebook) };
  writeFile(keptFile(lesson, lang), `${JSON.stringify(kept)}\n`);
}

/** What was kept of this version of the lesson; nothing where it was not run, or was changed since. */
export function keptFigures(lesson: Lesson, lang: Lang): readonly RunFigure[] | undefined {
  const kept = readJson<Kept>(keptFile(lesson, lang));
  return kept?.version === versionOf(lesson) ? kept.figures : undefined;
}

/** What a JSON file holds; nothing where there is none, or it was cut off. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
