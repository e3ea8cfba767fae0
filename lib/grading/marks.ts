/** What people have to score, as a table for a spreadsheet, and back. */
import { parse } from 'csv-parse/sync';
import { UserError } from '../errors';
import type { Attempt } from './class/records';
import type { Release } from './course';
import { rubricPoints } from './rubric';
import { points, say, type Lang } from './text';

/** One line of a filled-in table. */
export interface SheetMark {
  readonly student: string;
  readonly lesson: string;
  readonly attempt: number;
  readonly gradeId: string;
  readonly points: number;
  readonly rubric: readonly string[];
  readonly comment?: string;
}

const columns = [
  'student',
  'lesson',
  'attempt',
  'exercise',
  'max',
  'rubric',
  'points',
  'comment',
  'items',
  'answer',
] as const;

/**
 * A table with one row for each cell that people score. Staff write the ids of the rubric's items that apply into `rubric`,
 * or `points`, or both (points then count), and a `comment`. UTF-8 with a mark, so that spreadsheets read Chinese.
 * @param attempts with what was marked already; it is filled in
 * @param answers the student's cell, by attempt and exercise, where it is to be shown
 */
export function marksSheet(
  attempts: readonly Attempt[],
  release: Release,
  lang: Lang,
  answers: (attempt: Attempt, gradeId: string) => string | undefined = () => undefined,
): string {
  const manual = release.exercises.filter((exercise) => exercise.manual);
  const rows = attempts.flatMap((attempt) =>
    manual.map(({ gradeId, points: max }) => {
      const mark = attempt.marks.find((one) => one.gradeId === gradeId);
      const items = (release.rubrics.get(gradeId)?.items ?? []).map(
        (item) => `${item.id} (${item.points > 0 ? '+' : ''}${points(item.points)}): ${say(item.text, lang)}`,
      );
      return [
        attempt.student,
        attempt.lesson,
        String(attempt.number),
        gradeId,
        points(max),
        mark?.rubric.join(' ') ?? '',
        mark ? points(mark.points) : '',
        mark?.comment ?? '',
        items.join('\n'),
        answers(attempt, gradeId) ?? '',
      ];
    }),
  );
  return `\uFEFF${[[...columns], ...rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

/** Quoted, and with a ' before what a spreadsheet would take for a formula: students write some of this. */
const field = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;
const bare = (text: string): string => text.replace(/^'(?=[=+\-@\t\r])/, '');

/**
 * Reads a filled-in table. Rows with neither points nor items are left out: they are not scored yet.
 * @throws UserError that names each row at fault; then none is to be taken
 */
export function readMarksSheet(text: string, release: Release): SheetMark[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { bom: true, columns: true, delimiter: delimiterOf(text), skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new UserError(`The table cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const missing = ['student', 'attempt', 'exercise', 'points'].filter((name) => rows.length && !(name in rows[0]));
  if (missing.length)
    throw new UserError(`The table has no column ${missing.join(', ')}. Its columns are ${columns.join(', ')}.`);
  const problems: string[] = [];
  const marks = rows.flatMap((row, i) => {
    const found = readRow(row, release);
    if (typeof found === 'string') problems.push(`row ${i + 2}: ${found}`);
    return found && typeof found !== 'string' ? [found] : [];
  });
  const keys = marks.map(({ student, attempt, gradeId }) => `${student}, attempt ${attempt}, ${gradeId}`);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice) problems.push(`${twice} is there twice`);
  if (problems.length)
    throw new UserError(`The table is wrong, and nothing was taken from it:\n${problems.join('\n')}`);
  return marks;
}

/** What stands between the columns: spreadsheets save with the one that their country has. */
const delimiterOf = (text: string): string => /[,;\t]/.exec(text.replace(/"[^"]*"/g, ''))?.[0] ?? ',';

/** A row as a mark; nothing where it is not scored; a text that says what is wrong. */
function readRow(row: Record<string, string>, release: Release): SheetMark | string | undefined {
  const { student = '', attempt = '', exercise: gradeId = '', rubric = '', points: given = '', comment = '' } = row;
  const ids = rubric.split(/[\s,;，；、]+/).filter(Boolean);
  if (!ids.length && !given) return comment ? `${student} has a comment, and neither points nor items` : undefined;
  const exercise = release.exercises.find((one) => one.gradeId === gradeId && one.manual);
  if (!exercise)
    return `${gradeId || 'an exercise without a name'} is no cell of ${release.lesson.slug} that people score`;
  if (!student) return 'the student is missing';
  if (!/^[1-9]\d*$/.test(attempt)) return `"${attempt}" is no number of an attempt`;
  const known = release.rubrics.get(gradeId);
  const strange = ids.filter((id) => !known?.items.some((item) => item.id === id));
  if (strange.length) {
    const all = known?.items.map(({ id }) => id).join(', ');
    return `${strange.join(', ')} is not in the rubric of ${gradeId}${all ? `, which has ${all}` : '; it has none'}`;
  }
  // A comma for a point, as spreadsheets write it in much of Europe.
  const value = given ? Number(given.replace(',', '.')) : known ? rubricPoints(known, ids) : NaN;
  if (!(value >= 0 && value <= exercise.points))
    return `"${given}" is no number of points from 0 to ${exercise.points}`;
  const said = bare(comment);
  return {
    student: bare(student),
    lesson: release.lesson.slug,
    attempt: Number(attempt),
    gradeId,
    points: value,
    rubric: ids,
    ...(said ? { comment: said } : {}),
  };
}
