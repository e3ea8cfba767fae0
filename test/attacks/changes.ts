/** Changes of whole notebooks. */
import type { Notebook, NotebookCell } from '../../lib/lesson';
import { gradeIdOf } from '../grading/support';
import { miniNotebook } from './attack';

type Change = (cell: NotebookCell) => NotebookCell;

export const withCells = (
  change: (cells: readonly NotebookCell[]) => readonly NotebookCell[],
  from = miniNotebook(),
): Notebook => ({ ...from, cells: change(from.cells) });
export const eachCell = (change: Change): Notebook => withCells((cells) => cells.map(change));
export const only = (gradeId: string, change: Change): Notebook =>
  eachCell((cell) => (gradeIdOf(cell) === gradeId ? change(cell) : cell));
export const without = (unwanted: (cell: NotebookCell) => boolean): Notebook =>
  withCells((cells) => cells.filter((cell) => !unwanted(cell)));
export const marked = (cell: NotebookCell, marks: object): NotebookCell => {
  const { nbgrader } = cell.metadata;
  return { ...cell, metadata: { ...cell.metadata, nbgrader: { ...(nbgrader as object), ...marks } } };
};
export const withId = (cell: NotebookCell, grade_id: string): NotebookCell =>
  marked({ ...cell, metadata: {} }, { grade_id });
export const plain = (source: string): NotebookCell => ({
  cell_type: 'code',
  id: 'mine',
  metadata: {},
  source,
  outputs: [],
});
export const after = (gradeId: string, ...added: NotebookCell[]): Notebook =>
  withCells((cells) => cells.flatMap((cell) => (gradeIdOf(cell) === gradeId ? [cell, ...added] : [cell])));
export const before = (gradeId: string, added: NotebookCell, from?: Notebook): Notebook =>
  withCells((cells) => cells.flatMap((cell) => (gradeIdOf(cell) === gradeId ? [added, cell] : [cell])), from);
export const cellOf = (gradeId: string, variant: 'solution' | 'student' = 'solution'): NotebookCell => {
  const cell = miniNotebook(variant).cells.find((one) => gradeIdOf(one) === gradeId);
  if (!cell) throw new Error(gradeId);
  return cell;
};
export const raw = (change: (notebook: Record<string, unknown>) => unknown): string =>
  JSON.stringify(change({ ...miniNotebook() }));
