import { ready } from '../engine';
import { listLessons } from '../lesson';
import { disagreements, loadRelease, slugsByGradeId, type Course, type Release } from './course';
import { Reader } from './reader';
import type { ExerciseResult, FileResult } from './results';
import { lostExercise } from './run';
import { demandSandbox } from './sandbox/protections';
import { holdSpares } from './sandbox/spares';
import { manualExercises, scoreSubmission } from './score';
import { sum } from './points';
import { readSubmission, type Submission } from './submission';
import { say, type Lang, type Text } from './text';

export interface GradeOptions extends Course {
  /** Language of the reasons; that of the notebook unless given. */
  readonly lang?: Lang;
  /** Also run the checks that students do not see; yes unless said. */
  readonly hidden?: boolean;
  /** Slug of the lesson that was asked for; without it, the lesson that the notebook is of. */
  readonly lesson?: string;
  /** Seconds that one call of student code may take. */
  readonly seconds?: number;
  /** Megabytes of memory that student code may take; 1000 unless said. */
  readonly memory?: number;
  /** Grade even where this machine cannot hold student code in. */
  readonly allowWeakSandbox?: boolean;
  /** Known to course staff only: the numbers that checks draw depend on it. */
  readonly secret?: string;
  /** Told of each result as it is there. */
  readonly onResult?: (result: FileResult) => void;
}

/** What differs from one notebook to the next. */
export interface OwnOptions extends Pick<GradeOptions, 'lang' | 'lesson'> {
  /** Whose it is: with the class's secret and the answers, that settles the numbers that checks draw. */
  readonly student?: string;
}

/** Grades one notebook after the other, with what was loaded for the ones before. */
export interface Grader {
  /** @returns the result of a file, whatever it is; no file can disturb another */
  grade(file: string, own?: OwnOptions): Promise<FileResult>;
  close(): Promise<void>;
}

/** @throws UserError with exit code 3 where the machine cannot hold student code in, unless that is allowed */
export async function openGrader(options: GradeOptions = {}): Promise<Grader> {
  if (!options.allowWeakSandbox) demandSandbox();
  await ready({ engine: 'cpu' }); // for what checks expect; the same numbers on every machine
  const releases = new Map<string, Promise<Release>>();
  const release = (slug: string): Promise<Release> => {
    const known = releases.get(slug) ?? loadRelease(slug, options);
    releases.set(slug, known);
    return known;
  };
  const reader = new Reader();
  const endSpares = holdSpares();
  return {
    async grade(file, { student = '', ...own } = {}) {
      const started = performance.now();
      const graded = await gradeFile(file, student, { ...options, ...own }, release, reader);
      reader.forget();
      return { ...graded, seconds: Math.round(performance.now() - started) / 1000 };
    },
    async close() {
      await Promise.all([reader.close(), endSpares()]);
    },
  };
}

/** Grades notebooks one after the other. Each file gets a result, whatever it is; none can disturb another. */
export async function gradeFiles(files: readonly string[], options: GradeOptions = {}): Promise<FileResult[]> {
  const grader = await openGrader(options);
  const results: FileResult[] = [];
  try {
    for (const file of files) {
      const result = await grader.grade(file);
      results.push(result);
      options.onResult?.(result);
    }
  } finally {
    await grader.close();
  }
  return results;
}

type Graded = Omit<FileResult, 'seconds'>;

async function gradeFile(
  file: string,
  student: string,
  options: GradeOptions,
  release: (slug: string) => Promise<Release>,
  reader: Reader,
): Promise<Graded> {
  const submission = readSubmission(file);
  if ('unreadable' in submission) {
    const asked = options.lesson === undefined ? undefined : await release(options.lesson);
    return nothing(file, options.lang ?? 'en', submission.unreadable, asked, options);
  }
  const lang = options.lang ?? submission.lang ?? 'en';
  const { slug, notes } = lessonOf(submission, options);
  if (slug === undefined) {
    const reason = { en: 'The notebook holds no exercise of this course.', zh: '笔记本中没有本课程的练习。' };
    return nothing(file, lang, reason, undefined, options);
  }
  const found = await release(slug);
  const wrong = disagreements(found);
  if (wrong.length) throw new Error(wrong.join('\n')); // the course is at fault, and nobody's score may suffer
  const { hidden = true, seconds, memory, secret = '' } = options;
  const salt = JSON.stringify([secret, student]);
  const scored = await scoreSubmission(submission, found, { lang, hidden, seconds, memory, reader, salt });
  const all = [...submission.notes, ...notes, ...scored.notes].map((note) => say(note, lang));
  return { file, lang, lesson: slug, ...totals(scored.exercises), exercises: scored.exercises, notes: all };
}

/** Which lesson a notebook is of: the one whose exercises it holds; what it says of itself only where it holds none. */
function lessonOf(submission: Submission, options: GradeOptions): { slug?: string; notes: Text[] } {
  const known = slugsByGradeId(options);
  const votes = new Map<string, number>();
  for (const { gradeId } of submission.cells) {
    const slug = gradeId === undefined ? undefined : known.get(gradeId);
    if (slug !== undefined) votes.set(slug, (votes.get(slug) ?? 0) + 1);
  }
  const [likeliest] = [...votes].sort(([, a], [, b]) => b - a).map(([slug]) => slug);
  const said = listLessons(options).find((slug) => slug === submission.lesson);
  const is = likeliest ?? said;
  if (options.lesson === undefined || options.lesson === is) return { slug: is, notes: [] };
  const other = is ?? submission.lesson?.slice(0, 60);
  const notes: Text[] = other
    ? [
        {
          en: `This is the notebook of ${other}, not of ${options.lesson}.`,
          zh: `这是 ${other} 的笔记本，不是 ${options.lesson} 的。`,
        },
      ]
    : [];
  return { slug: options.lesson, notes };
}

/** All points lost for one reason that concerns the file. */
async function nothing(
  file: string,
  lang: Lang,
  reason: Text,
  release: Release | undefined,
  { hidden = true }: GradeOptions,
): Promise<Graded> {
  const specs = [...(release?.specs.values() ?? [])];
  const checked = specs.map((spec) => lostExercise(spec, reason, { lang, hidden, seed: '' }));
  const exercises = [...checked, ...manualExercises(release?.exercises ?? [])];
  const lesson = release ? { lesson: release.lesson.slug } : {};
  return { file, lang, ...lesson, ...totals(exercises), score: 0, exercises, notes: [say(reason, lang)] };
}

const totals = (exercises: readonly ExerciseResult[]): { score: number; maxScore: number } => ({
  score: sum(exercises.map((exercise) => exercise.score)),
  maxScore: sum(exercises.map((exercise) => exercise.points)),
});
