/** Points that people give. Each is noted in `marks.jsonl` too, from which a lost gradebook gets them back. */
import fs from 'node:fs';
import { UserError } from '../../errors';
import { exercisesOf } from '../../lesson';
import type { Gradebook, StoredAttempt } from './gradebook';
import type { Mark } from './records';
import { shown, type ClassRoom } from './room';
import { appendLine, withDisk } from './storage';

export interface NewMark {
  readonly student: string;
  /** Slug. */
  readonly lesson: string;
  readonly gradeId: string;
  readonly points: number;
  readonly rubric?: readonly string[];
  readonly comment?: string;
  readonly by: string;
  /** Number of the attempt; the last one unless given. */
  readonly attempt?: number;
}

interface Noted {
  readonly file: string;
  readonly hash: string;
  readonly mark: Mark;
}

/**
 * Notes marks, all or none.
 * @throws UserError where a student, an exercise or a number of points is wrong; then none is noted
 */
export function addMarks(room: ClassRoom, marks: readonly NewMark[]): Promise<void> {
  return room.gradebook('marking', (book) => {
    const checked = marks.map((mark) => checkMark(room, book, mark));
    // The record before the gradebook: a crash in between leaves a mark in both or, after a rebuild, in both.
    for (const { attempt, mark } of checked) {
      const noted: Noted = { file: attempt.file, hash: attempt.hash, mark };
      appendLine(room.places.marks, JSON.stringify(noted));
    }
    book.transaction(() => checked.forEach(({ attempt, mark }) => book.addMark(attempt.id, mark)));
  });
}

function checkMark(room: ClassRoom, book: Gradebook, mark: NewMark): { attempt: StoredAttempt; mark: Mark } {
  const student = room.student(mark.student);
  const lesson = room.lesson(mark.lesson);
  const exercises = exercisesOf(room.lessonOf(lesson));
  const exercise = exercises.find(({ gradeId }) => gradeId === mark.gradeId);
  if (!exercise) {
    const ids = exercises.map(({ gradeId }) => gradeId).join(', ');
    throw new UserError(`${lesson} has no exercise ${mark.gradeId}. Its exercises are ${ids}.`);
  }
  const { points, gradeId } = { ...exercise, points: mark.points };
  if (!(points >= 0 && points <= exercise.points)) {
    throw new UserError(`${gradeId} is worth 0 to ${exercise.points} points, so ${points} cannot be given.`);
  }
  const attempts = book.attempts({ student, lesson });
  const attempt = mark.attempt === undefined ? attempts.at(-1) : attempts.find((one) => one.number === mark.attempt);
  if (!attempt) {
    const which = mark.attempt === undefined ? 'nothing' : `no attempt ${mark.attempt}`;
    throw new UserError(`${student} handed in ${which} for ${lesson}, so there is nothing to mark.`);
  }
  const { rubric = [], comment, by } = mark;
  const at = new Date().toISOString();
  const full: Mark = { gradeId, points, maxPoints: exercise.points, rubric, by, at, ...(comment ? { comment } : {}) };
  return { attempt, mark: full };
}

/** Every mark that was noted, in order. Lines that a crash cut off are left out. */
export function notedMarks(room: ClassRoom): Noted[] {
  const { marks: file } = room.places;
  if (!fs.existsSync(file)) return [];
  const text = withDisk(`${shown(file)} cannot be read`, () => fs.readFileSync(file, 'utf8'));
  return text.split('\n').flatMap((line): Noted[] => {
    try {
      const noted = JSON.parse(line) as Partial<Noted> | null;
      return typeof noted?.file === 'string' && typeof noted.mark?.points === 'number' ? [noted as Noted] : [];
    } catch {
      return [];
    }
  });
}
