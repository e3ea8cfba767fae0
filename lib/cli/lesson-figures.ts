/** `genlab lessons --figures`: every figure of every lesson on contact sheets. */
import fs from 'node:fs';
import path from 'node:path';
import { collage, type Piece } from '../figures';
import type { Lang, Lesson } from '../lesson';
import { root } from '../setup/common.js';
import { type SavedCell, type SavedNotebook, textOf } from './page';
import { quickRun } from './quick-runs';
import { figuresIn, keptFigures, readJson, type RunFigure } from './run-figures';

/**
 * The figures of a lesson as it is now: of the run that `genlab start --headless` left in out/, of the last run in quick
 * mode, or of one that is made for it.
 */
export async function lessonFigures(
  lesson: Lesson,
  lang: Lang,
  say: (line: string) => void = () => undefined,
): Promise<readonly RunFigure[]> {
  const whole = await wholeRun(lesson, lang);
  if (whole) return figuresIn(whole);
  const kept = keptFigures(lesson, lang);
  if (kept) return kept;
  say(`running ${lesson.slug}`);
  const { report } = await quickRun(lesson, lang);
  if (report.failures.length) say(`${lesson.slug}: ${report.failures.length} cells failed; their figures are missing`);
  return figuresIn(report.notebook as unknown as SavedNotebook);
}

/** The notebook in out/, if it is of the lesson as it is now: every cell of code the same. */
async function wholeRun(lesson: Lesson, lang: Lang): Promise<SavedNotebook | undefined> {
  const { buildNotebook } = await import('../lesson');
  const file = path.join(root, 'out', `${lesson.slug}${lang === 'en' ? '' : `.${lang}`}.ipynb`);
  const ran = readJson<SavedNotebook>(file);
  if (!Array.isArray(ran?.cells)) return undefined;
  const code = (cells: readonly SavedCell[]): string =>
    JSON.stringify(cells.filter(({ cell_type: type }) => type === 'code').map(({ source }) => textOf(source)));
  const now = buildNotebook(lesson, { lang, variant: 'solution' }) as SavedNotebook;
  return code(ran.cells) === code(now.cells) ? ran : undefined;
}

/** Figures on one sheet: more would make a picture that viewers shrink until nothing can be read. */
const sheetHolds = 40;

/**
 * Writes the sheets: `FILE.png`, or `FILE-1.png`, `FILE-2.png` … where one does not hold them all.
 * @returns the files, how many figures are on them, and which have no still picture
 */
export function writeFigureSheets(
  lessons: readonly { readonly slug: string; readonly figures: readonly RunFigure[] }[],
  file: string,
): { readonly files: string[]; readonly count: number; readonly missing: string[] } {
  const missing: string[] = [];
  const pieces = lessons.flatMap(({ slug, figures }) =>
    figures.flatMap(({ name, png }, i): Piece[] => {
      const label = `${slug.slice(0, 2)} · ${i + 1}${name === undefined ? '' : ` · ${name}`}`;
      if (png) return [{ label, png }];
      missing.push(label);
      return [];
    }),
  );
  const sheets = Array.from({ length: Math.ceil(pieces.length / sheetHolds) }, (_, i) =>
    pieces.slice(i * sheetHolds, (i + 1) * sheetHolds),
  );
  const stem = file.replace(/\.png$/i, '');
  const files = sheets.map((sheet, i) => {
    const to = sheets.length > 1 ? `${stem}-${i + 1}.png` : `${stem}.png`;
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.writeFileSync(to, Buffer.from(String(collage(sheet).bundle()['image/png']), 'base64'));
    return to;
  });
  return { files, count: pieces.length, missing };
}
