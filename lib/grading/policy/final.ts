import type { Attempt, FinalScore } from '../class/records';
import type { ExerciseResult } from '../results';
import { sum } from '../points';
import { latePenalty, type LatePolicy } from './late';
import { momentOf } from './time';

/** What one student is granted. */
export interface Extension {
  /** Takes the place of the lesson's due date. */
  readonly dueAt?: string;
  /** The lesson does not count for this student. */
  readonly excused?: boolean;
}

/** The rules of one lesson in one class. */
export interface LessonPolicy {
  /** Slug. */
  readonly lesson: string;
  /** All points that can be had. */
  readonly maxScore: number;
  /** A date in the late policy's zone; a lesson without one is never late. */
  readonly dueAt?: string;
  readonly late?: LatePolicy;
  /** Which attempt counts, after lateness; `best` unless given. */
  readonly counts?: 'best' | 'last';
  /** By student. */
  readonly extensions?: Readonly<Record<string, Extension>>;
}

/** One exercise of an attempt, with what a person gave in place of what the checks gave. */
export interface Scored {
  readonly gradeId: string;
  readonly score: number;
  readonly points: number;
  /** To be scored by a person, and not scored yet. */
  readonly pending: boolean;
}

/**
 * The exercises of an attempt as they count: a person's mark takes the place of the checks' score. Empty where the attempt
 * was not graded yet.
 */
export function scoredExercises(attempt: Attempt): Scored[] {
  const marks = new Map(attempt.marks.map((mark) => [mark.gradeId, mark]));
  return (attempt.result?.exercises ?? []).map((exercise: ExerciseResult): Scored => {
    const { gradeId, points, score, manual = false } = exercise;
    const mark = marks.get(gradeId);
    if (!mark) return { gradeId, score, points, pending: manual };
    // A manual cell's points are the lesson's; a result from before it had any takes the mark's own.
    return { gradeId, score: mark.points, points: points || mark.maxPoints, pending: false };
  });
}

/** Points of checks and people together, before lateness. */
export function rawScore(attempt: Attempt): number {
  return sum(scoredExercises(attempt).map(({ score }) => score));
}

interface Weighed {
  readonly attempt: Attempt;
  readonly raw: number;
  readonly penalty: number;
  readonly daysLate: number;
  readonly closed: boolean;
}

/**
 * What counts for one student in a lesson.
 * @param attempts that student's, of this lesson, in any order; those not graded yet are left out
 * @param student who it is; needed where there are no attempts
 */
export function finalScore(
  attempts: readonly Attempt[],
  policy: LessonPolicy,
  student = attempts[0]?.student ?? '',
): FinalScore {
  const { lesson, maxScore, counts = 'best', extensions = {} } = policy;
  const extension = Object.hasOwn(extensions, student) ? extensions[student] : {};
  const common = { student, lesson, maxScore, ...(extension.excused ? { excused: true as const } : {}) };
  const weighed = attempts
    .filter((attempt) => attempt.result && attempt.lesson === lesson && attempt.student === student)
    .map((attempt) => weigh(attempt, policy, extension.dueAt ?? policy.dueAt))
    .sort(
      (a, b) =>
        momentOf(a.attempt.submittedAt) - momentOf(b.attempt.submittedAt) || a.attempt.number - b.attempt.number,
    );
  // Work handed in after the lesson closed never takes the place of work that counts.
  const open = weighed.filter(({ closed }) => !closed);
  const choice = open.length ? open : weighed;
  const counting = choice.reduce<Weighed | undefined>(
    (best, one) => (!best || counts === 'last' || net(one) > net(best) ? one : best),
    undefined,
  );
  if (!counting) return { ...common, attempt: 0, raw: 0, penalty: 0, score: 0 };
  const { attempt, raw, penalty, daysLate } = counting;
  return {
    ...common,
    attempt: attempt.number,
    raw,
    penalty: sum([penalty]),
    score: sum([net(counting)]),
    ...(daysLate > 0 ? { daysLate } : {}),
  };
}

const net = ({ raw, penalty }: Weighed): number => raw - penalty;

function weigh(attempt: Attempt, { late = {} }: LessonPolicy, dueAt: string | undefined): Weighed {
  const raw = rawScore(attempt);
  if (dueAt === undefined) return { attempt, raw, penalty: 0, daysLate: 0, closed: false };
  return { attempt, raw, ...latePenalty(late, dueAt, attempt.submittedAt, raw) };
}
