import type { Exercise } from '../lesson';
import type { Release } from './course';
import type { Reader } from './reader';
import { restoredNotes } from './restored';
import type { Reading } from './source';
import type { SubmittedCell, Submission } from './submission';
import type { Text } from './text';

/** Code with what is known of it. */
export interface ReadCode {
  /** Number of the cell in the notebook, where it comes from one. */
  readonly number?: number;
  readonly source: string;
  readonly reading: Reading;
}

/** What will be run for one exercise. */
export interface Answered {
  readonly exercise: Exercise;
  readonly setup: readonly ReadCode[];
  readonly solution: ReadCode;
  /** The student's versions of the cell, the likeliest first; empty where nothing was handed in. */
  readonly versions: readonly ReadCode[];
  /** Cells of the student's own whose names the likeliest version uses, in order. */
  readonly helpers: readonly ReadCode[];
  readonly notes: readonly Text[];
}

/**
 * Finds the student's answer to each exercise. A cell is known by its grade_id and by what it declares, so that an answer
 * is found where a cell was duplicated, retyped, moved, or lost or swapped its metadata. Setup and test cells come from
 * the release, whatever the submission has in their place.
 */
export async function matchAnswers(
  submission: Submission,
  exercises: readonly Exercise[],
  { readings, given, released }: Pick<Release, 'readings' | 'given' | 'released'>,
  reader: Reader,
): Promise<{ answered: Answered[]; notes: Text[] }> {
  const read = async (source: string): Promise<Reading> => readings.get(source) ?? reader.read(source);
  const code = async (source: string): Promise<ReadCode> => ({ source, reading: await read(source) });
  const all = await Promise.all(submission.cells.map(async (cell) => ({ ...cell, reading: await read(cell.source) })));
  const declares = (cell: ReadCell, names: readonly string[]): boolean =>
    names.some((name) => cell.reading.declared.has(name));

  const matched = await Promise.all(
    exercises.map(async (exercise) => {
      const { gradeId, names } = exercise;
      const mine = all.filter((cell) => cell.gradeId === gradeId);
      const right = names.length ? mine.filter((cell) => declares(cell, names)) : mine;
      const strays = all.filter(
        (cell) => cell.gradeId !== gradeId && !given.has(cell.reading.bare) && declares(cell, names),
      );
      const stub = (await read(exercise.stub)).bare;
      const written = (cell: ReadCell): boolean => cell.reading.bare !== stub;
      // Where the cell itself answers, strays are not asked: they are the student's notes.
      const found = right.some(written) || !strays.length ? (right.length ? right : mine) : strays;
      const chosen = found.filter(written).reverse(); // of several, the last is what the notebook ended with
      return { exercise, mine, found, chosen };
    }),
  );

  const answers = new Set(matched.flatMap(({ found }) => found));
  const own = all.filter(
    (cell) =>
      cell.type === 'code' &&
      !answers.has(cell) &&
      !given.has(cell.reading.bare) &&
      !exercises.some(({ names }) => declares(cell, names)) && // a part of an answer that was split may bear its id
      cell.reading.declared.size > 0,
  );

  const answered = await Promise.all(
    matched.map(async ({ exercise, mine, found, chosen }) => {
      const setup = await Promise.all(exercise.setup.map(code));
      const bySource = new Map((chosen.length ? chosen : found).map((cell): [string, ReadCode] => [cell.source, cell]));
      const versions = [...bySource.values()];
      return {
        exercise,
        setup,
        solution: await code(exercise.solution),
        versions,
        helpers: versions.length ? helpersOf(versions[0], own, setup) : [],
        notes: notesOn(exercise, mine, found, versions.length),
      };
    }),
  );
  return { answered, notes: restoredNotes(submission, all, released) };
}

type ReadCell = SubmittedCell & ReadCode;

/** The student's own cells that an answer needs, and those that these need. */
function helpersOf(answer: ReadCode, own: readonly ReadCell[], setup: readonly ReadCode[]): ReadCell[] {
  const known = new Set(setup.flatMap((cell) => [...cell.reading.declared]));
  const needed = new Set<ReadCell>();
  const open: ReadCode[] = [answer];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const wanted = next.reading.identifiers;
    for (const cell of own) {
      if (needed.has(cell)) continue;
      if (![...cell.reading.declared].some((name) => wanted.has(name) && !known.has(name))) continue;
      needed.add(cell);
      open.push(cell);
    }
  }
  return own.filter((cell) => needed.has(cell));
}

function notesOn(
  { gradeId }: Exercise,
  mine: readonly SubmittedCell[],
  found: readonly SubmittedCell[],
  versions: number,
): Text[] {
  const notes: Text[] = [];
  if (!found.length) {
    notes.push({ en: `The cell ${gradeId} is missing.`, zh: `缺少单元格 ${gradeId}。` });
  } else if (!found.some((cell) => mine.includes(cell))) {
    const number = found[found.length - 1].number;
    notes.push({
      en: `No cell is marked ${gradeId}; cell ${number} answers it and was graded.`,
      zh: `没有标记为 ${gradeId} 的单元格；第 ${number} 个单元格与之对应，已按它评分。`,
    });
  }
  if (versions > 1) {
    notes.push({
      en: `There are ${versions} versions of ${gradeId}; the best one counts.`,
      zh: `${gradeId} 有 ${versions} 个版本，取得分最高的一个。`,
    });
  }
  if (found.some((cell) => cell.type !== 'code')) {
    notes.push({
      en: `The cell ${gradeId} was turned into text; it was graded as code.`,
      zh: `单元格 ${gradeId} 被改成了文本类型，仍按代码评分。`,
    });
  }
  return notes;
}
