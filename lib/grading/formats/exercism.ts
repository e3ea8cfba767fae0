/** Exercism's `results.json`, version 3: https://exercism.org/docs/building/tooling/test-runners/interface */
import type { CheckResult } from '../results';
import { studentEntriesOf, fileName, json, passed, type ClassResults, type Entry, type ExportedFile } from './entries';
import { lossText, shownNotes } from './student';

export interface ExercismOptions {
  /** What a check asks, by grade id, in the order of the spec; see `askedBy`. */
  readonly testCode?: ReadonlyMap<string, readonly string[]>;
  /** What the student's own code printed while an exercise was graded, by student and grade id. */
  readonly printed?: (student: string, gradeId: string) => string | undefined;
}

const limits = { message: 65_535, output: 500 } as const;
const cut = 'Output was truncated. Please limit to 500 chars';

/** One file for each student and lesson: `SLUG/STUDENT/results.json`. */
export function exportExercism(results: ClassResults, options: ExercismOptions = {}): ExportedFile[] {
  return studentEntriesOf(results).map((entry) => ({
    name: `${fileName(entry.final.lesson)}/${fileName(entry.final.student)}/results.json`,
    text: json(exercismResults(entry, options)),
  }));
}

function exercismResults(entry: Entry, { testCode, printed }: ExercismOptions): object {
  const { final, exercises, lang } = entry;
  const checks = exercises.flatMap((exercise) => exercise.checks);
  const visible = checks.filter((check) => !check.hidden);
  if (!(visible.length ? visible : checks).some(ran)) {
    const message = shownNotes(entry) || checks.find(({ hidden }) => !hidden)?.reason || 'No check could be run.';
    return { version: 3, status: 'error', message: shortened(message, limits.message), tests: [] };
  }
  // In the order of the lesson and its spec, which is what students see first.
  const tests = exercises.flatMap(({ gradeId, checks }, i) => {
    const output = printed?.(final.student, gradeId);
    // Checks that a spec makes in a loop stand once in its text: then nobody knows which question is whose.
    const codes = testCode?.get(gradeId)?.length === checks.length ? testCode.get(gradeId) : undefined;
    return checks.map((check, j) => {
      const text = lossText(check, lang);
      const code = check.hidden ? undefined : codes?.[j];
      return {
        name: `${gradeId}: ${check.name}`,
        status: statusOf(check),
        message: text ? shortened(text, limits.message) : null,
        ...(output ? { output: shortened(output, limits.output, `\n${cut}`) } : {}),
        ...(code ? { test_code: code } : {}),
        task_id: i + 1,
      };
    });
  });
  return { version: 3, status: checks.every(passed) ? 'pass' : 'fail', message: null, tests };
}

const statusOf = (check: CheckResult): 'pass' | 'fail' | 'error' => {
  if (passed(check)) return 'pass';
  return check.cause === 'wrong' || check.cause === 'missing' || check.cause === undefined ? 'fail' : 'error';
};

/** Was the student's code there to be asked? */
const ran = (check: CheckResult): boolean => passed(check) || (check.cause !== 'crashed' && check.cause !== 'spec');

/** Counted as Ruby and JavaScript differ in doing: never more than the limit in either, and no half of a character. */
function shortened(text: string, limit: number, end = '…'): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - end.length).replace(/[\uD800-\uDBFF]$/, '')}${end}`;
}
