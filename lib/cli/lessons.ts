import { UserError } from '../errors';
import type { Lang } from '../lesson';
import { defineCommand } from './command';
import { quickSeconds } from './quick-runs';

/** One line of `genlab lessons`. */
export interface LessonRow {
  readonly id: string;
  readonly title: Readonly<Record<Lang, string>>;
  /** A student's time, as the lesson states it. */
  readonly minutes: number | null;
  readonly exercises: number;
  readonly points: number;
  /** Typical wrong answers that its spec keeps and proves to lose points. */
  readonly wrongAnswers: number;
  readonly figures: number;
  /** Of a whole run in quick mode; null for a lesson that has not been run since it was changed. */
  readonly quickSeconds: number | null;
}

export const command = defineCommand({
  name: 'lessons',
  summary: 'List the lessons: time, exercises, points, wrong answers, figures',
  usage: 'genlab lessons [--measure] [--json]',
  options: {
    measure: { type: 'boolean', help: 'First run those in quick mode whose time is not known: some seconds each.' },
    json: {
      type: 'boolean',
      help: 'Print JSON: [{id, title: {en, zh}, minutes, exercises, points, wrongAnswers, figures, quickSeconds}].',
    },
  },
  details: `The time of a run in quick mode is measured by --measure and by the tests, and remembered until the lesson changes.`,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw new UserError('lessons takes no arguments\nSee genlab lessons --help', 2);
    const rows = await listRows(values.measure ?? false);
    process.stdout.write(values.json ? `${JSON.stringify(rows, undefined, 2)}\n` : table(rows));
  },
});

export async function listRows(measure: boolean): Promise<LessonRow[]> {
  const { exercisesOf, figureCells, listLessons, loadLesson } = await import('../lesson');
  const { loadRelease } = await (await import('../grading')).classTools();
  const rows: LessonRow[] = [];
  for (const slug of listLessons()) {
    const lesson = loadLesson(slug);
    const exercises = exercisesOf(lesson);
    const { specs } = await loadRelease(slug);
    rows.push({
      id: slug,
      title: lesson.title,
      minutes: lesson.minutes ?? null,
      exercises: exercises.length,
      points: exercises.reduce((sum, { points }) => sum + points, 0),
      wrongAnswers: [...specs.values()].reduce((sum, { wrongs }) => sum + wrongs.length, 0),
      figures: figureCells(lesson).length,
      quickSeconds: await quickSeconds(lesson, measure),
    });
  }
  return rows;
}

/** For people: a line each, and what they add up to. */
export function table(rows: readonly LessonRow[]): string {
  const numbers = (row: Omit<LessonRow, 'id' | 'title'>): string[] =>
    [row.minutes, row.exercises, row.points, row.wrongAnswers, row.figures, row.quickSeconds].map((value) =>
      value === null ? '–' : String(Math.round(value)),
    );
  const sum = (key: 'exercises' | 'points' | 'wrongAnswers' | 'figures' | 'minutes' | 'quickSeconds'): number =>
    rows.reduce((all, row) => all + (row[key] ?? 0), 0);
  const total = {
    minutes: sum('minutes'),
    exercises: sum('exercises'),
    points: sum('points'),
    wrongAnswers: sum('wrongAnswers'),
    figures: sum('figures'),
    quickSeconds: sum('quickSeconds'),
  };
  const lines = [
    ['Lesson', 'Minutes', 'Exercises', 'Points', 'Wrong answers', 'Figures', 'Quick run, s'],
    ...rows.map((row) => [row.id, ...numbers(row)]),
    [`${rows.length} lessons`, ...numbers(total)],
  ];
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .join('\n')
    .concat('\n');
}
