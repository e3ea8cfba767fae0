/** How long a lesson runs in quick mode: measured once for each version of its source. */
import fs from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { UserError } from '../errors';
import type { NotebookLike, RunReport } from '../kernel';
import type { Lang, Lesson } from '../lesson';
import { root, stateFolder, writeFile } from '../setup/common.js';
import type { SavedNotebook } from './page';
import { keepFigures, versionOf } from './run-figures';

const fileOf = ({ slug }: Lesson): string => path.join(stateFolder, 'quick-runs', `${slug}.json`);

/** @param measure runs it where the time is not known. @returns seconds, or null where it is not known */
export async function quickSeconds(lesson: Lesson, measure: boolean): Promise<number | null> {
  const known = read(fileOf(lesson));
  if (known?.version === versionOf(lesson)) return known.seconds;
  if (!measure) return null;
  const { seconds, report } = await quickRun(lesson, 'en');
  const [failure] = report.failures;
  if (failure) {
    throw new UserError(
      `${lesson.slug}, cell ${failure.count}: ${failure.ename}: ${stripVTControlCharacters(failure.evalue)}`,
    );
  }
  return seconds;
}

/** Runs the solved lesson, slides and all, from a fresh kernel in quick mode; remembers how long it took, and keeps its figures. */
export async function quickRun(
  lesson: Lesson,
  lang: Lang,
): Promise<{ readonly seconds: number; readonly report: RunReport<NotebookLike> }> {
  const [{ buildNotebook }, { runNotebook }] = await Promise.all([import('../lesson'), import('../kernel')]);
  const notebook = buildNotebook(lesson, { lang, variant: 'solution', slides: true }) as unknown as NotebookLike;
  const start = performance.now();
  const report = await runNotebook(notebook, {
    cwd: path.join(root, 'notebooks', lang),
    env: { GENLAB_LANG: lang, GENLAB_BUDGET: 'quick' },
  });
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  if (report.failures.length === 0) {
    writeFile(fileOf(lesson), `${JSON.stringify({ version: versionOf(lesson), seconds })}\n`);
    keepFigures(lesson, lang, report.notebook as unknown as SavedNotebook);
  }
  return { seconds, report };
}

function read(file: string): { readonly version: string; readonly seconds: number } | undefined {
  try {
    const { version, seconds } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string; seconds: number };
    return { version, seconds };
  } catch {
    return undefined; // never measured, or the file is damaged: it is measured again
  }
}
