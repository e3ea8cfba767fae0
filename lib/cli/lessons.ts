import path from 'node:path';
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
  usage: 'genlab lessons [--measure] [--json]\n       genlab lessons --figures FILE.png [--lang LANG] [LESSON…]',
  options: {
    figures: {
      type: 'string',
      value: 'FILE.png',
      help: 'Put every figure of the lessons on contact sheets instead: FILE.png, or FILE-1.png, FILE-2.png …',
    },
    lang: { type: 'string', value: 'LANG', help: 'Language of the figures, en (default) or zh.' },
    measure: { type: 'boolean', help: 'First run those in quick mode whose time is not known: some seconds each.' },
    json: {
      type: 'boolean',
      help: 'Print JSON: [{id, title: {en, zh}, minutes, exercises, points, wrongAnswers, figures, quickSeconds}].',
    },
  },
  details: `The time of a run in quick mode is measured by --measure and by the tests, and remembered until the lesson changes.

--figures takes the still pictures from what is there: the run that genlab start --headless left in out/, if the lesson was not
changed since, or the last run in quick mode. A lesson without one is run, in quick mode.`,
  async run({ values, positionals }) {
    if (values.figures !== undefined) return figureSheets(values.figures, values.lang ?? 'en', positionals);
    if (values.lang !== undefined) throw new UserError('--lang goes with --figures.', 2);
    if (positionals.length > 0) throw new UserError('lessons takes no arguments\nSee genlab lessons --help', 2);
    const rows = await listRows(values.measure ?? false);
    process.stdout.write(values.json ? `${JSON.stringify(rows, undefined, 2)}\n` : table(rows));
  },
});

async function figureSheets(file: string, lang: string, names: readonly string[]): Promise<number> {
  if (!/\.png$/i.test(file)) throw new UserError(`--figures ${file}: the name of the file must end in .png.`, 2);
  if (lang !== 'en' && lang !== 'zh') throw new UserError(`--lang ${lang}: there are en and zh.`, 2);
  const { findLesson, listLessons, loadLesson, shownPath } = await import('../lesson');
  const { lessonFigures, writeFigureSheets } = await import('./lesson-figures');
  const slugs = names.length ? [...new Set(names.map((name) => findLesson(name)))] : listLessons();
  const lessons: Parameters<typeof writeFigureSheets>[0][number][] = [];
  for (const slug of slugs) {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    lessons.push({ slug, figures: await lessonFigures(loadLesson(slug), lang, say) });
  }
  const { files, count, missing } = writeFigureSheets(lessons, path.resolve(file));
  for (const label of missing) process.stdout.write(`no still picture: ${label}\n`);
  for (const written of files) process.stdout.write(`written: ${shownPath(written)}\n`);
  process.stdout.write(`${count} figures of ${slugs.length} lessons\n`);
  return missing.length ? 1 : 0;
}

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
