import { csv } from './csv';
import { entriesOf, type ClassResults, type ExportedFile } from './entries';

export interface NbgraderCsvOptions {
  /** When each lesson was due, ISO 8601. */
  readonly dueAt?: Readonly<Record<string, string>>;
}

/** `grades.csv` with the columns of `nbgrader export`, for what a course has built around those. */
export function exportNbgrader(results: ClassResults, { dueAt = {} }: NbgraderCsvOptions = {}): ExportedFile[] {
  const header = [
    ...['assignment', 'duedate', 'timestamp', 'student_id', 'last_name', 'first_name', 'email'],
    ...['raw_score', 'late_submission_penalty', 'score', 'max_score'],
  ];
  const rows = entriesOf(results).map(({ final, attempt }) => [
    final.lesson,
    pythonTime(dueAt[final.lesson]),
    pythonTime(attempt?.submittedAt),
    final.student,
    ...['', '', ''],
    ...[final.raw, final.penalty, final.score, final.maxScore],
  ]);
  return [{ name: 'grades.csv', text: csv([header, ...rows]) }];
}

/** `str(datetime)` in Python, in UTC, which is what nbgrader writes. */
const pythonTime = (iso: string | undefined): string =>
  iso === undefined
    ? ''
    : new Date(iso)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.(\d+)Z$/, (_, ms: string) => (Number(ms) ? `.${ms}000` : ''));
