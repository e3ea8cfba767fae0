/** Gradescope's `results.json`, as https://gradescope-autograders.readthedocs.io/en/latest/specs describes it. */
import { studentEntriesOf, fileName, json, passed, type ClassResults, type Entry, type ExportedFile } from './entries';
import { markName, lossText, shownNotes } from './student';

export type Visibility = 'hidden' | 'after_due_date' | 'after_published' | 'visible';

export interface GradescopeOptions {
  /**
   * When students see that a hidden check is there; `after_published` unless said. Never `hidden`: that is for tests that
   * carry no points, and would show a score that does not add up.
   */
  readonly hiddenChecks?: Exclude<Visibility, 'hidden'>;
  /** Adds each student's score to the assignment's leaderboard, which everybody sees. Default no. */
  readonly leaderboard?: boolean;
}

/** One file for each student and lesson: `SLUG/STUDENT/results.json`. */
export function exportGradescope(results: ClassResults, options: GradescopeOptions = {}): ExportedFile[] {
  return studentEntriesOf(results).map((entry) => ({
    name: `${fileName(entry.final.lesson)}/${fileName(entry.final.student)}/results.json`,
    text: json(gradescopeResults(entry, options)),
  }));
}

function gradescopeResults(entry: Entry, { hiddenChecks = 'after_published', leaderboard }: GradescopeOptions): object {
  const { final, attempt, lang } = entry;
  return {
    score: final.score, // with lateness and what people gave: overrides the sum of the tests
    execution_time: Math.round(attempt?.result?.seconds ?? 0),
    output: shownNotes(entry),
    output_format: 'text', // student's words may be among it: never html, md or ansi
    visibility: 'visible',
    stdout_visibility: 'hidden',
    extra_data: {
      lesson: final.lesson,
      attempt: final.attempt,
      max_score: final.maxScore,
      penalty: final.penalty,
      lang,
    },
    tests: testsOf(entry, hiddenChecks),
    ...(leaderboard ? { leaderboard: [{ name: final.lesson, value: final.score, order: 'desc' }] } : {}),
  };
}

function testsOf({ exercises, marks, lang }: Entry, hiddenChecks: Visibility): object[] {
  return exercises.flatMap(({ gradeId, checks }, i) => {
    const tests = checks.map((check, j) => ({
      score: check.earned,
      max_score: check.points,
      status: passed(check) ? 'passed' : 'failed',
      name: `${gradeId}: ${check.name}`,
      name_format: 'text',
      number: `${i + 1}.${j + 1}`,
      output: lossText(check, lang),
      output_format: 'text',
      tags: [gradeId],
      visibility: check.hidden ? hiddenChecks : 'visible',
      extra_data: {},
    }));
    const mark = marks.get(gradeId);
    if (!mark) return tests;
    const byHand = {
      score: mark.points,
      max_score: mark.maxPoints,
      status: mark.points >= mark.maxPoints ? 'passed' : 'failed',
      name: `${gradeId}: ${markName(lang)}`,
      name_format: 'text',
      number: `${i + 1}.${tests.length + 1}`,
      output: mark.comment ?? '',
      output_format: 'text',
      tags: [gradeId],
      visibility: 'visible',
      extra_data: {},
    };
    return [...tests, byHand];
  });
}
