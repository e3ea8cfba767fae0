import type { ExerciseResult } from '../results';
import { parseSubmission, type SubmittedCell } from '../submission';

/** A notebook's cells as far as they can be read, whatever it is. */
export function cellsOf(notebook: unknown): readonly SubmittedCell[] {
  const text = JSON.stringify(notebook) ?? '';
  const read = parseSubmission(Buffer.from(text));
  return 'unreadable' in read ? [] : read.cells;
}

/** The student's cell for an exercise: the one that was graded; else the last that is marked as the exercise's. */
export function answerOf(exercise: ExerciseResult, cells: readonly SubmittedCell[]): SubmittedCell | undefined {
  const graded = cells.find((cell) => cell.number === exercise.cell);
  return graded ?? cells.findLast((cell) => cell.gradeId === exercise.gradeId);
}
