import type { Exercise, Lesson } from '../lesson';
import { bare, declaredIn, identifiersIn } from './source';
import type { SubmittedCell, Submission } from './submission';
import type { Text } from './text';

/** What will be run for one exercise. */
export interface Answered {
  readonly exercise: Exercise;
  /** The student's versions of the cell, the likeliest first; empty where nothing was handed in. */
  readonly versions: readonly string[];
  /** Cells of the student's own whose names the likeliest version uses, in order. */
  readonly helpers: readonly string[];
  readonly notes: readonly Text[];
}

/**
 * Finds the student's answer to each exercise. A cell is known by its grade_id and by what it declares, so that an answer
 * is found where a cell was duplicated, retyped, moved, or lost or swapped its metadata. Setup and test cells come from
 * the release, whatever the submission has in their place.
 */
export function matchAnswers(submission: Submission, lesson: Lesson, exercises: readonly Exercise[]): Answered[] {
  const released = new Set(lesson.cells.map((cell) => bare(cell.source)));
  const ids = new Set(exercises.map((exercise) => exercise.gradeId));
  const declared = new Map(submission.cells.map((cell) => [cell, declaredIn(cell.source)]));
  const declares = (cell: SubmittedCell, names: readonly string[]): boolean =>
    names.some((name) => declared.get(cell)?.has(name));

  const matched = exercises.map((exercise) => {
    const { gradeId, names } = exercise;
    const mine = submission.cells.filter((cell) => cell.gradeId === gradeId);
    const right = names.length ? mine.filter((cell) => declares(cell, names)) : mine;
    const strays = submission.cells.filter(
      (cell) => cell.gradeId !== gradeId && !released.has(bare(cell.source)) && declares(cell, names),
    );
    const stub = bare(exercise.stub);
    const written = (cell: SubmittedCell): boolean => bare(cell.source) !== stub;
    // Where the cell itself answers, strays are not asked: they are the student's notes.
    const found = right.some(written) || !strays.length ? (right.length ? right : mine) : strays;
    const chosen = found.filter(written).reverse(); // of several, the last is what the notebook ended with
    return { exercise, mine, found, chosen };
  });

  const answers = new Set(matched.flatMap(({ found, mine }) => [...found, ...mine]));
  const own = submission.cells.filter(
    (cell) =>
      cell.type === 'code' &&
      !answers.has(cell) &&
      !released.has(bare(cell.source)) &&
      !(cell.gradeId && ids.has(cell.gradeId)) &&
      (declared.get(cell)?.size ?? 0) > 0,
  );

  return matched.map(({ exercise, mine, found, chosen }) => {
    const versions = [...new Set((chosen.length ? chosen : found).map((cell) => cell.source))];
    return {
      exercise,
      versions,
      helpers: versions.length ? helpersOf(versions[0], own, declared, exercise) : [],
      notes: notesOn(exercise, mine, found, versions),
    };
  });
}

/** The student's own cells that a text needs, and those that these need. */
function helpersOf(
  text: string,
  own: readonly SubmittedCell[],
  declared: ReadonlyMap<SubmittedCell, ReadonlySet<string>>,
  exercise: Exercise,
): string[] {
  const known = new Set(exercise.setup.flatMap((cell) => [...declaredIn(cell)]));
  const needed = new Set<SubmittedCell>();
  const texts = [text];
  for (let next = texts.pop(); next !== undefined; next = texts.pop()) {
    const wanted = identifiersIn(next);
    for (const cell of own) {
      if (needed.has(cell)) continue;
      if (![...(declared.get(cell) ?? [])].some((name) => wanted.has(name) && !known.has(name))) continue;
      needed.add(cell);
      texts.push(cell.source);
    }
  }
  return own.filter((cell) => needed.has(cell)).map((cell) => cell.source);
}

function notesOn(
  { gradeId }: Exercise,
  mine: readonly SubmittedCell[],
  found: readonly SubmittedCell[],
  versions: readonly string[],
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
  if (versions.length > 1) {
    notes.push({
      en: `There are ${versions.length} versions of ${gradeId}; the best one counts.`,
      zh: `${gradeId} 有 ${versions.length} 个版本，取得分最高的一个。`,
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
