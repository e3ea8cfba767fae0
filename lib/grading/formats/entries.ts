import { forStudent } from '../audience';
import type { Attempt, FinalScore, Mark } from '../class/records';
import type { CheckResult, ExerciseResult } from '../results';
import type { Lang } from '../text';

/** One file of an export. */
export interface ExportedFile {
  /** From the export's folder on, with `/`. */
  readonly name: string;
  readonly text: string;
}

/** What is exported: what counts for each student in each lesson, and the attempts that it may be of. */
export interface ClassResults {
  readonly attempts: readonly Attempt[];
  readonly finals: readonly FinalScore[];
}

/** A student in a lesson: the score that counts with the attempt that it is of. */
export interface Entry {
  readonly final: FinalScore;
  /** Absent where nothing was handed in. */
  readonly attempt?: Attempt;
  readonly lang: Lang;
  readonly exercises: readonly ExerciseResult[];
  /** What people gave, by exercise. */
  readonly marks: ReadonlyMap<string, Mark>;
}

/** Scores with their attempts, by lesson and then by student. */
export function entriesOf({ attempts, finals }: ClassResults): Entry[] {
  const byKey = new Map(
    attempts.map((attempt) => [`${attempt.student}\n${attempt.lesson}\n${attempt.number}`, attempt]),
  );
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...finals]
    .sort((a, b) => compare(a.lesson, b.lesson) || compare(a.student, b.student))
    .map((final) => {
      const attempt = byKey.get(`${final.student}\n${final.lesson}\n${final.attempt}`);
      return {
        final,
        ...(attempt ? { attempt } : {}),
        lang: attempt?.result?.lang ?? 'en',
        exercises: attempt?.result?.exercises ?? [],
        marks: new Map(attempt?.marks.map((mark) => [mark.gradeId, mark])),
      };
    });
}

/** The same as students may see it. */
export function studentEntriesOf({ attempts, finals }: ClassResults): Entry[] {
  const safe = attempts.map((attempt) =>
    attempt.result ? { ...attempt, result: forStudent(attempt.result) } : attempt,
  );
  return entriesOf({ attempts: safe, finals });
}

export const passed = (check: CheckResult): boolean => check.earned >= check.points;

/** A name that is safe as a file's: nothing in it leads out of the export's folder. */
export const fileName = (text: string): string => text.replace(/[^A-Za-z0-9._@-]/g, '_').replace(/^\.+/, '_') || '_';

/** JSON as every export writes it. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
