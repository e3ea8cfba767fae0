import { cellIds } from './ids';
import { type Role, releasedMetadata } from './nbgrader';
import { renderCode, renderProse } from './render';
import { isDeckOnly, slideshowOf } from './deck';
import type { Cell, Json, Lang, Lesson, Notebook, NotebookCell, Variant } from './types';

/** What Jupyter and nbconvert need to know of the kernel before it runs. */
const kernelMetadata = {
  kernelspec: { name: 'genlab', display_name: 'TypeScript (genlab)', language: 'typescript' },
  language_info: {
    name: 'typescript',
    file_extension: '.ts',
    mimetype: 'text/x-typescript',
    codemirror_mode: 'typescript',
    pygments_lexer: 'typescript',
    nbconvert_exporter: 'script',
  },
};

export interface NotebookOptions {
  readonly lang: Lang;
  readonly variant?: Variant;
  /** With the prose that is for slides alone, and with what is not on them marked so. */
  readonly slides?: boolean;
}

/** The notebook of a lesson in one language: nbformat 4.5, without outputs. */
export function buildNotebook(
  lesson: Lesson,
  { lang, variant = 'student', slides = false }: NotebookOptions,
): Notebook {
  const ids = cellIds(lesson);
  const chosen = slides ? lesson.cells : lesson.cells.filter((cell) => !isDeckOnly(cell));
  const cells = chosen
    .filter((cell) => cell.lang === undefined || cell.lang === lang)
    .flatMap((cell) => {
      const shown = slides ? slideshowOf(cell, lesson.cells) : cell.metadata.slideshow;
      return notebookCells(cell, ids.get(cell) ?? '', lang, variant).map((made) => withSlideshow(made, shown));
    });
  return {
    cells,
    metadata: {
      ...kernelMetadata,
      title: lesson.title[lang],
      genlab: { lesson: lesson.slug, lang, variant },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** A graded cell becomes two, what the student writes and the test below it; every other cell one. */
function notebookCells(cell: Cell, id: string, lang: Lang, variant: Variant): NotebookCell[] {
  const { gradeId } = cell;
  const common = commonMetadata(cell);
  const released = (role: Role, source: string, grade_id: string): object =>
    releasedMetadata(role, {
      type: cell.kind,
      source,
      gradeId: grade_id,
      ...(cell.points === undefined ? {} : { points: cell.points }),
    });
  if (cell.kind === 'markdown') {
    const source = renderProse(cell, lang, variant);
    const role = cell.task ? 'task' : cell.manual ? 'manual' : 'readonly';
    const metadata = { ...common, ...(gradeId ? released(role, source, gradeId) : {}) };
    return [{ cell_type: 'markdown', id, metadata, source }];
  }
  const code = (codeId: string, metadata: object, source: string): NotebookCell => ({
    cell_type: 'code',
    execution_count: null,
    id: codeId,
    metadata: { ...metadata },
    outputs: [],
    source,
  });
  const { code: source, check } = renderCode(cell, lang, variant);
  if (!gradeId) return [code(id, common, source)];
  if (check === undefined) {
    return [code(id, { ...common, ...released(cell.manual ? 'manual' : 'readonly', source, gradeId) }, source)];
  }
  const testId = `${gradeId}-check`;
  return [
    code(id, { ...common, ...released('solution', source, gradeId) }, source),
    code(testId, released('tests', check, testId), check),
  ];
}

const withSlideshow = (cell: NotebookCell, slideshow: Json | undefined): NotebookCell =>
  slideshow === undefined ? cell : { ...cell, metadata: { ...cell.metadata, slideshow } };

/** What a marker line says beyond grading and slides. Tags are Jupyter's own key; the rest is ours. */
function commonMetadata({ title, tags, metadata: { figure } }: Cell): object {
  return {
    ...(title ? { title } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(figure ? { genlab: { figure } } : {}),
  };
}

/** The bytes of a notebook file as nbformat writes them: keys in order, one space of indent, sources cut into lines. */
export function notebookText(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({ ...cell, source: cutLines(cell.source) }));
  return `${JSON.stringify(sorted({ ...notebook, cells }), null, 1)}\n`;
}

const cutLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}
