/** What counts for whom: the gradebook's attempts under the rules of the class. */
import { finalScore } from '../policy';
import type { Filter, StoredAttempt } from './gradebook';
import { gradedAttempts } from './grading';
import type { FinalScore } from './records';
import type { ClassRoom } from './room';

export interface Standing {
  readonly lesson: string;
  readonly attempts: readonly StoredAttempt[];
  /** One for each student of the class, also for those who handed nothing in. */
  readonly finals: readonly FinalScore[];
}

/**
 * Each lesson's attempts and what counts.
 * @param lessons slugs
 * @throws UserError where nothing was handed in at all
 */
export async function standings(
  room: ClassRoom,
  lessons: readonly string[],
  { student }: Pick<Filter, 'student'> = {},
): Promise<Standing[]> {
  const all = await gradedAttempts(room, student === undefined ? {} : { student });
  const roster = (room.config.students ?? []).map(({ id }) => id);
  const everybody = [...new Set([...roster, ...all.map((attempt) => attempt.student)])].sort();
  const students = student === undefined ? everybody : [student];
  return lessons.map((lesson) => {
    const attempts = all.filter((attempt) => attempt.lesson === lesson);
    const policy = room.policy(lesson);
    const finals = students.map((one) =>
      finalScore(
        attempts.filter((attempt) => attempt.student === one),
        policy,
        one,
      ),
    );
    return { lesson, attempts, finals };
  });
}

/** The attempt that a score is of. */
export const countingAttempt = ({ attempts }: Standing, { student, attempt }: FinalScore): StoredAttempt | undefined =>
  attempts.find((one) => one.student === student && one.number === attempt);
