import type { NotebookCell } from './types';

/** Which cell of one notebook is which cell of another. Nothing is matched twice. */
export type Matches = Map<NotebookCell, NotebookCell>;

export const sameText = (a: NotebookCell, b: NotebookCell): boolean =>
  a.cell_type === b.cell_type && a.source === b.source;

/**
 * An older version of a lesson against a newer one. Cells of the same text belong together even where an insertion has shifted
 * their numbers; what then remains goes by id.
 */
export function matchVersions(older: readonly NotebookCell[], newer: readonly NotebookCell[]): Matches {
  const matches = new Matcher(older, newer);
  matches.by(({ id, cell_type, source }) => JSON.stringify([id, cell_type, source]));
  matches.by(({ cell_type, source }) => JSON.stringify([cell_type, source]));
  matches.by(({ id }) => id);
  return matches.found;
}

/**
 * A student's notebook against the lesson as it was handed out. Ids decide; where a program has dropped them, the grade_id
 * does, and for cells that are as they were, the text.
 */
export function matchStudent(mine: readonly NotebookCell[], lesson: readonly NotebookCell[]): Matches {
  const matches = new Matcher(mine, lesson);
  matches.by(({ id }) => id);
  matches.by(gradeId);
  matches.by(({ cell_type, source }) => JSON.stringify([cell_type, source]));
  return matches.found;
}

/** nbgrader's id of a cell, if it has one. */
export function gradeId({ metadata }: NotebookCell): string | undefined {
  const { nbgrader } = metadata;
  if (nbgrader === null || typeof nbgrader !== 'object' || !('grade_id' in nbgrader)) return undefined;
  return typeof nbgrader.grade_id === 'string' ? nbgrader.grade_id : undefined;
}

class Matcher {
  readonly found: Matches = new Map();
  private readonly taken = new Set<NotebookCell>();

  constructor(
    private readonly left: readonly NotebookCell[],
    private readonly right: readonly NotebookCell[],
  ) {}

  /** Matches what is still free on both sides and has the same key, in order. */
  by(key: (cell: NotebookCell) => string | undefined): void {
    const waiting = new Map<string, NotebookCell[]>();
    for (const cell of this.right) {
      const name = key(cell);
      if (name !== undefined && !this.taken.has(cell)) waiting.set(name, [...(waiting.get(name) ?? []), cell]);
    }
    for (const cell of this.left) {
      const name = key(cell);
      if (name === undefined || this.found.has(cell)) continue;
      const partner = waiting.get(name)?.shift();
      if (!partner) continue;
      this.found.set(cell, partner);
      this.taken.add(partner);
    }
  }
}
