/** The figures of a class report, from the records alone. */
import type { Attempt, FinalScore } from '../class/records';
import { scoredExercises, type Scored } from '../policy';
import type { Cause, Kind } from '../results';

export interface StudentRow {
  readonly final: FinalScore;
  /** How many attempts were handed in. */
  readonly attempts: number;
  /** The attempt that counts; absent where nothing was handed in or graded. */
  readonly counting?: Attempt;
  readonly exercises: ReadonlyMap<string, Scored>;
}

export interface ExerciseRow {
  readonly gradeId: string;
  readonly points: number;
  /** Mean share of the points, of those who handed in and are scored. */
  readonly mean: number;
  /** Shares of students with all and with no points. */
  readonly full: number;
  readonly none: number;
  readonly scored: number;
  /**
   * How well it tells strong from weak students: the correlation of its points with those of all other exercises, −1 to 1.
   * Absent where it cannot be said: fewer than 3 students, one exercise, or everybody alike.
   */
  readonly discrimination?: number;
}

export interface LostRow {
  readonly gradeId: string;
  readonly check: string;
  readonly cause: Cause;
  readonly kind?: Kind;
  readonly students: number;
  readonly points: number;
  /** The reason that was told most often. */
  readonly example: string;
}

export interface ClassStatistics {
  readonly students: readonly StudentRow[];
  readonly exercises: readonly ExerciseRow[];
  readonly lost: readonly LostRow[];
  readonly handedIn: number;
  readonly excused: number;
  readonly missing: number;
  readonly late: number;
  readonly full: number;
  readonly pending: number;
  readonly mean: number;
  readonly median: number;
  readonly deviation: number;
  readonly maxScore: number;
}

export function classStatistics(
  lesson: string,
  attempts: readonly Attempt[],
  finals: readonly FinalScore[],
): ClassStatistics {
  const mine = attempts.filter((attempt) => attempt.lesson === lesson);
  const students = finals
    .filter((final) => final.lesson === lesson)
    .map((final): StudentRow => {
      const own = mine.filter((attempt) => attempt.student === final.student);
      const counting = own.find((attempt) => attempt.number === final.attempt && attempt.result);
      const exercises = counting ? scoredExercises(counting) : [];
      return {
        final,
        attempts: own.length,
        exercises: new Map(exercises.map((one) => [one.gradeId, one])),
        ...(counting ? { counting } : {}),
      };
    });
  const counted = students.filter(({ final }) => !final.excused);
  const there = counted.filter(({ counting }) => counting);
  const scores = there.map(({ final }) => final.score);
  const mean = average(scores);
  return {
    students,
    exercises: exerciseRows(there),
    lost: lostRows(there),
    handedIn: there.length,
    excused: students.length - counted.length,
    missing: counted.length - there.length,
    late: there.filter(({ final }) => final.daysLate).length,
    full: there.filter(({ final }) => final.maxScore > 0 && final.score >= final.maxScore).length,
    pending: there.filter(({ exercises }) => [...exercises.values()].some((one) => one.pending)).length,
    mean,
    median: medianOf(scores),
    deviation: Math.sqrt(average(scores.map((score) => (score - mean) ** 2))),
    maxScore: Math.max(0, ...students.map(({ final }) => final.maxScore)),
  };
}

function exerciseRows(students: readonly StudentRow[]): ExerciseRow[] {
  const ids = [...new Set(students.flatMap(({ exercises }) => [...exercises.keys()]))];
  return ids.map((gradeId): ExerciseRow => {
    const scored = students.flatMap(({ exercises }) => {
      const one = exercises.get(gradeId);
      if (!one || one.pending || !(one.points > 0)) return [];
      const rest = [...exercises.values()].filter((other) => other.gradeId !== gradeId && !other.pending);
      return [{ ...one, rest: rest.reduce((all, other) => all + other.score, 0) }];
    });
    const shares = scored.map(({ score, points }) => score / points);
    const discrimination = correlation(
      shares,
      scored.map(({ rest }) => rest),
    );
    return {
      gradeId,
      points: Math.max(0, ...scored.map(({ points }) => points)),
      mean: average(shares),
      full: average(shares.map((share) => (share >= 1 ? 1 : 0))),
      none: average(shares.map((share) => (share <= 0 ? 1 : 0))),
      scored: scored.length,
      ...(discrimination === undefined ? {} : { discrimination }),
    };
  });
}

/** Checks that cost points, those that cost most students first. */
function lostRows(students: readonly StudentRow[]): LostRow[] {
  const found = new Map<string, { row: LostRow; reasons: Map<string, number> }>();
  for (const { counting } of students) {
    for (const { gradeId, checks } of counting?.result?.exercises ?? []) {
      for (const { name, points, earned, cause = 'wrong', kind, reason = '' } of checks) {
        if (earned >= points) continue;
        const key = JSON.stringify([gradeId, name, cause, kind]);
        const before = found.get(key);
        const reasons = before?.reasons ?? new Map<string, number>();
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        const row: LostRow = {
          gradeId,
          check: name,
          cause,
          ...(kind ? { kind } : {}),
          students: (before?.row.students ?? 0) + 1,
          points: (before?.row.points ?? 0) + points - earned,
          example: '',
        };
        found.set(key, { row, reasons });
      }
    }
  }
  return [...found.values()]
    .map(({ row, reasons }) => ({ ...row, example: [...reasons].sort(([, a], [, b]) => b - a)[0][0] }))
    .sort((a, b) => b.students - a.students || b.points - a.points);
}

export const average = (values: readonly number[]): number =>
  values.length ? values.reduce((all, value) => all + value, 0) / values.length : NaN;

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Pearson's; nothing for fewer than three pairs, or where one side does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number | undefined {
  if (a.length < 3) return undefined;
  const [meanA, meanB] = [average(a), average(b)];
  let [both, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (a[i] - meanA) * (b[i] - meanB);
    squareA += (a[i] - meanA) ** 2;
    squareB += (b[i] - meanB) ** 2;
  }
  return squareA > 1e-12 && squareB > 1e-12 ? both / Math.sqrt(squareA * squareB) : undefined;
}
