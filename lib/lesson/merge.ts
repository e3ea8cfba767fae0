import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { gradeId, matchStudent, matchVersions, sameText } from './match';
import { noteAbout, untouchedNote } from './note';
import { arrange, type Placed } from './arrange';
import type { Lang, Notebook, NotebookCell } from './types';

export interface Merged {
  readonly notebook: Notebook;
  /** Numbers of cells that took a new text, were added, or were taken away with the lesson's. */
  readonly updated: number;
  readonly added: number;
  readonly removed: number;
  /** Ids of cells that both sides had changed. Both versions are in the notebook. */
  readonly both: readonly string[];
  /** Ids of cells that the lesson no longer has but the student had written in. */
  readonly kept: readonly string[];
}

interface Versions {
  /** The lesson as it was when the student's copy last had it; absent if that is not known. */
  readonly base?: Notebook;
  readonly mine: Notebook;
  readonly theirs: Notebook;
  readonly lang: Lang;
}

/**
 * A new version of a lesson into a student's notebook. What the student has not touched takes the new text; what the student
 * wrote stays, word for word; where both have changed a cell, both versions are there afterwards.
 */
export function mergeNotebooks({ base, mine, theirs, lang }: Versions): Merged {
  const student = withUniqueIds(mine.cells);
  const old = base?.cells ?? [];
  const newer = matchVersions(old, theirs.cells);
  const older = matchStudent(student, old);
  // Without a base, or after a crash between two writes, cells of the new version may be there already.
  const direct = matchStudent(
    student.filter((cell) => !older.has(cell)),
    theirs.cells.filter((cell) => ![...newer.values()].includes(cell)),
  );

  const counts = { updated: 0, removed: 0 };
  const both: string[] = [];
  const kept: string[] = [];
  const notes = new Set<NotebookCell>();
  const theirIds = new Set(theirs.cells.map(({ id }) => id));
  /** A cell of the student's own leaves the lesson's ids to the lesson. */
  const own = (cell: NotebookCell): NotebookCell => (theirIds.has(cell.id) ? { ...cell, id: `${cell.id}-own` } : cell);
  const placed: Placed[] = [];
  for (const cell of student) {
    const was = older.get(cell);
    const now = was ? newer.get(was) : direct.get(cell);
    if (!was && !now) {
      placed.push({ cells: [own(cell)] });
    } else if (!now) {
      if (was && sameText(cell, was)) counts.removed++;
      else {
        kept.push(cell.id);
        placed.push({ cells: [own(released(cell))] });
      }
    } else {
      placed.push({ slot: now, was, cells: mergeCell(cell, was, now) });
    }
  }

  const here = new Set(placed.flatMap(({ slot }) => (slot ? [slot] : [])));
  const goneFrom = new Map([...newer].map(([was, now]) => [now, was]));
  const missing = theirs.cells.filter((cell) => !here.has(cell) && !isLeftOut(cell, goneFrom.get(cell)));
  const cells = withUniqueIds(withoutOldNotes(arrange({ placed, missing, base: old, theirs: theirs.cells })));
  const merged = {
    ...theirs,
    nbformat_minor: Math.max(theirs.nbformat_minor, mine.nbformat === 4 ? mine.nbformat_minor : 0),
    metadata: { ...mine.metadata, ...theirs.metadata, ...keptLanguageInfo(mine) },
    cells,
  };
  return {
    notebook: isDeepStrictEqual(merged, mine) ? mine : merged,
    ...counts,
    added: missing.length,
    both,
    kept,
  };

  function mergeCell(cell: NotebookCell, was: NotebookCell | undefined, now: NotebookCell): NotebookCell[] {
    const edited = !was || !sameText(cell, was);
    const changed = !was || !sameText(was, now);
    const metadata = mergeMetadata(cell, was, now);
    const mineInPlace: NotebookCell = { ...cell, id: now.id, metadata };
    const theirsInPlace: NotebookCell = {
      ...now,
      metadata,
      ...(now.cell_type === 'code' && cell.cell_type === 'code'
        ? { outputs: cell.outputs ?? [], execution_count: cell.execution_count ?? null }
        : {}),
    };
    if (sameText(cell, now)) return [mineInPlace];
    if (!edited) {
      counts.updated++;
      return [theirsInPlace];
    }
    if (!changed) return [mineInPlace];
    both.push(now.id);
    // A test must be the lesson's own to be worth anything; elsewhere the student's version stays in place.
    const isTest = now.metadata.editable === false;
    const note = isTest ? noteAbout(now.id, 'yours', cell, lang) : noteAbout(now.id, 'new', now, lang);
    notes.add(note);
    return [isTest ? theirsInPlace : mineInPlace, note];
  }

  /** Of several notes about one cell only the newest is of use, unless the student has written in the others. */
  function withoutOldNotes(cells: readonly NotebookCell[]): NotebookCell[] {
    return cells.filter((cell) => {
      const about = untouchedNote(cell);
      return about?.which !== 'new' || notes.has(cell) || !both.includes(about.id);
    });
  }
}

/** A cell that the student has deleted and the lesson has not changed since stays away, unless grading needs it. */
function isLeftOut(now: NotebookCell, was: NotebookCell | undefined): boolean {
  return was !== undefined && sameText(was, now) && now.metadata.deletable !== false;
}

/** Key by key: the lesson's where the lesson changed it or owns it, otherwise the student's. */
function mergeMetadata(mine: NotebookCell, was: NotebookCell | undefined, now: NotebookCell): NotebookCell['metadata'] {
  const owned = ['nbgrader', 'deletable', 'editable'];
  const merged: Record<string, unknown> = { ...mine.metadata };
  for (const key of new Set([...Object.keys(was?.metadata ?? {}), ...Object.keys(now.metadata), ...owned])) {
    const before = was?.metadata[key];
    const after = now.metadata[key];
    if (!owned.includes(key) && was && isDeepStrictEqual(before, after)) continue;
    if (after === undefined) delete merged[key];
    else merged[key] = after;
  }
  return merged;
}

/** A cell that is the student's alone from now on. */
function released(cell: NotebookCell): NotebookCell {
  if (gradeId(cell) === undefined && cell.metadata.editable === undefined) return cell;
  const { nbgrader: _nbgrader, deletable: _deletable, editable: _editable, ...metadata } = cell.metadata;
  return { ...cell, metadata };
}

/** The kernel has written what it is; that is truer than what the lesson says of it. */
function keptLanguageInfo({ metadata }: Notebook): object {
  return metadata.language_info === undefined ? {} : { language_info: metadata.language_info };
}

/** nbformat wants every id once. The first cell keeps it; a cell without one gets one. */
function withUniqueIds(cells: readonly NotebookCell[]): NotebookCell[] {
  const taken = new Set<string>();
  return cells.map((cell, index) => {
    const hash = createHash('md5').update(`${index} ${cell.source}`).digest('hex').slice(0, 8);
    const wish = /^[a-zA-Z0-9-_]{1,64}$/.test(cell.id) ? cell.id : hash;
    let id = wish;
    for (let n = 2; taken.has(id); n++) id = `${wish.slice(0, 58)}-${n}`;
    taken.add(id);
    return id === cell.id ? cell : { ...cell, id };
  });
}
