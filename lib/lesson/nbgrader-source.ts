import { cellIds } from './ids';
import { releasedMetadata, type Role } from './nbgrader';
import { buildNotebook } from './notebook';
import { renderCode, renderProse } from './render';
import type { Cell, Lang, Lesson, Notebook, NotebookCell } from './types';

/**
 * The lesson as course staff hand it to nbgrader: with its solutions between markers, and with the checks that students do
 * not see between `BEGIN HIDDEN TESTS` and `END HIDDEN TESTS`. `nbgrader generate_assignment` makes of it what students get.
 * Setup cells are locked, so that nbgrader puts them right before it grades.
 */
export function nbgraderSource(lesson: Lesson, lang: Lang): Notebook {
  const notebook = buildNotebook(lesson, { lang });
  const ids = cellIds(lesson);
  const byId = new Map(lesson.cells.filter((cell) => cell.lang !== other(lang)).map((cell) => [ids.get(cell), cell]));
  return { ...notebook, cells: notebook.cells.map((cell) => sourceCell(cell, byId, lang)) };
}

const other = (lang: Lang): Lang => (lang === 'en' ? 'zh' : 'en');

function sourceCell(built: NotebookCell, byId: ReadonlyMap<string | undefined, Cell>, lang: Lang): NotebookCell {
  const cell = byId.get(built.id);
  if (!cell) return withHiddenTests(built); // the test cell below an exercise has no source of its own
  if (cell.kind === 'code' && cell.tags.includes('setup') && cell.gradeId === undefined) {
    return marked(built, 'readonly', built.source, { id: built.id });
  }
  if (cell.gradeId === undefined || cell.locked) return built;
  const role = cell.task ? 'task' : cell.manual ? 'manual' : 'solution';
  const source = cell.kind === 'code' ? renderCode(cell, lang, 'marked').code : proseSource(cell, lang);
  return marked(built, role, source, {
    id: cell.gradeId,
    ...(cell.points === undefined ? {} : { points: cell.points }),
  });
}

function marked(
  cell: NotebookCell,
  role: Role,
  source: string,
  { id, points }: { readonly id: string; readonly points?: number },
): NotebookCell {
  const type = cell.cell_type === 'code' ? 'code' : 'markdown';
  const released = releasedMetadata(role, { type, source, gradeId: id, ...(points === undefined ? {} : { points }) });
  return { ...cell, source, metadata: { ...cell.metadata, ...released } };
}

/** nbgrader empties an answer without markers altogether, and the question with it. */
function proseSource(cell: Cell, lang: Lang): string {
  const source = renderProse(cell, lang, 'marked');
  if (cell.task || /\bBEGIN SOLUTION\b/.test(source)) return source;
  return `${source}\n\n<!-- BEGIN SOLUTION -->\n<!-- END SOLUTION -->`;
}

/**
 * A test cell whose last value is what the exercise earns with every check. The checks are reached by an import of their
 * own: what a student may have called `check` does not count.
 */
function withHiddenTests(cell: NotebookCell): NotebookCell {
  const { nbgrader } = cell.metadata as { nbgrader?: { grade_id?: string; points?: number } };
  const call = cell.source.lastIndexOf('await check(');
  if (!nbgrader?.grade_id || call < 0) return cell;
  const hidden = cell.source.slice(call).replace('await check(', "await (await import('genlab/grading')).checkAll(");
  const source = `${cell.source}\n// BEGIN HIDDEN TESTS\n${hidden}\n// END HIDDEN TESTS`;
  const points = nbgrader.points === undefined ? {} : { points: nbgrader.points };
  return marked(cell, 'tests', source, { id: nbgrader.grade_id, ...points });
}
