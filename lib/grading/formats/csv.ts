/** Tables for spreadsheets and programs: RFC 4180, for course staff (hidden checks are named). */
import { points } from '../text';
import { entriesOf, passed, type ClassResults, type Entry, type ExportedFile } from './entries';

export interface CsvOptions {
  /** Puts a byte order mark in front, without which Excel takes Chinese for something else. Default no. */
  readonly bom?: boolean;
}

type Field = string | number | boolean | undefined;

/**
 * `scores.csv`, one row a student: the total, then for each lesson the score, what it is of, and each exercise.
 * `checks.csv`, one row a check: what was earned, and why the rest was not.
 */
export function exportCsv(results: ClassResults, { bom = false }: CsvOptions = {}): ExportedFile[] {
  const entries = entriesOf(results);
  const text = (rows: readonly (readonly Field[])[]): string => `${bom ? '\uFEFF' : ''}${csv(rows)}`;
  return [
    { name: 'scores.csv', text: text(scoreRows(entries)) },
    { name: 'checks.csv', text: text(checkRows(entries)) },
  ];
}

/** Rows as RFC 4180 has them: CR LF behind each, quotes around what needs them. */
export function csv(rows: readonly (readonly Field[])[]): string {
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: Field): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? points(value) : '';
  const text = inert(String(value));
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A spreadsheet must not run what a student wrote: text that would be a formula gets an apostrophe in front. */
const inert = (text: string): string => (/^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text);

function scoreRows(entries: readonly Entry[]): Field[][] {
  const lessons = [...new Set(entries.map(({ final }) => final.lesson))];
  const students = [...new Set(entries.map(({ final }) => final.student))].sort();
  const exercises = new Map(lessons.map((lesson) => [lesson, exercisesOf(entries, lesson)]));
  const header = lessons.flatMap((lesson) => [
    ...['score', 'max', 'raw', 'penalty', 'attempt', 'submitted_at'].map((name) => `${lesson} ${name}`),
    ...(exercises.get(lesson) ?? []).map((gradeId) => `${lesson} ${gradeId}`),
  ]);
  const byKey = new Map(entries.map((entry) => [`${entry.final.student}\n${entry.final.lesson}`, entry]));
  const rows = students.map((student) => {
    const found = lessons.map((lesson) => byKey.get(`${student}\n${lesson}`));
    const counts = found.filter((entry) => entry !== undefined).filter(({ final }) => !final.excused);
    const total = (of: (entry: Entry) => number): number => counts.reduce((sum, entry) => sum + of(entry), 0);
    return [
      student,
      total(({ final }) => final.score),
      total(({ final }) => final.maxScore),
      ...found.flatMap((entry, i) => lessonFields(entry, exercises.get(lessons[i]) ?? [])),
    ];
  });
  return [['student', 'score', 'max', ...header], ...rows];
}

function exercisesOf(entries: readonly Entry[], lesson: string): string[] {
  const mine = entries.filter(({ final }) => final.lesson === lesson);
  return [
    ...new Set(mine.flatMap((entry) => [...entry.exercises.map(({ gradeId }) => gradeId), ...entry.marks.keys()])),
  ];
}

function lessonFields(entry: Entry | undefined, exercises: readonly string[]): Field[] {
  if (!entry) return Array<Field>(6 + exercises.length).fill(undefined);
  const { final, attempt, marks } = entry;
  const scores = exercises.map((gradeId) => {
    const exercise = entry.exercises.find((one) => one.gradeId === gradeId);
    return marks.get(gradeId)?.points ?? (exercise?.manual ? undefined : exercise?.score); // a mark takes its place
  });
  const score = final.excused ? undefined : final.score;
  return [score, final.maxScore, final.raw, final.penalty, final.attempt, attempt?.submittedAt, ...scores];
}

const checkHeader =
  'student,lesson,attempt,exercise,check,hidden,earned,points,passed,cause,kind,line,reason,hint,given_by,given_at';

function checkRows(entries: readonly Entry[]): Field[][] {
  const rows = entries.flatMap(({ final, exercises, marks }) => {
    const { student, lesson, attempt } = final;
    const checks = exercises.flatMap(({ gradeId, checks }) =>
      checks.map((check): Field[] => [
        ...[student, lesson, attempt, gradeId, check.name, check.hidden, check.earned, check.points, passed(check)],
        ...[check.cause, check.kind, check.line, check.reason, check.hint],
        ...[undefined, undefined],
      ]),
    );
    const byHand = [...marks.values()].map((mark): Field[] => [
      ...[student, lesson, attempt, mark.gradeId, mark.rubric.join(' '), false, mark.points, mark.maxPoints],
      ...[mark.points >= mark.maxPoints, undefined, undefined, undefined, mark.comment, undefined, mark.by, mark.at],
    ]);
    return [...checks, ...byHand];
  });
  return [checkHeader.split(','), ...rows];
}
