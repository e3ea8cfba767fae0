import crypto from 'node:crypto';
import { ready } from '../engine';
import { listLessons } from '../lesson';
import { disagreements, loadRelease, slugsByGradeId, type Course, type Release } from './course';
import { matchAnswers, type Answered } from './repair';
import type { CheckResult, ExerciseResult, FileResult } from './results';
import { lostExercise, runExercise, type RunOptions } from './run';
import { Session, type NamedCell } from './session';
import { declaredIn, identifiersIn } from './source';
import { sum, type ExerciseSpec } from './spec';
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
  /** Told of each result as it is there. */
  readonly onResult?: (result: FileResult) => void;
}

/** Grades notebooks one after the other. Each file gets a result, whatever it is; none can disturb another. */
export async function gradeFiles(files: readonly string[], options: GradeOptions = {}): Promise<FileResult[]> {
  await ready({ engine: 'cpu' }); // for what checks expect; the same numbers on every machine
  const releases = new Map<string, Promise<Release>>();
  const release = (slug: string): Promise<Release> => {
    const known = releases.get(slug) ?? loadRelease(slug, options);
    releases.set(slug, known);
    return known;
  };
  const results: FileResult[] = [];
  for (const file of files) {
    const started = performance.now();
    const graded = await gradeFile(file, options, release);
    const result = { ...graded, seconds: Math.round(performance.now() - started) / 1000 };
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}

type Graded = Omit<FileResult, 'seconds'>;

async function gradeFile(
  file: string,
  options: GradeOptions,
  release: (slug: string) => Promise<Release>,
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
  const exercises = await gradeSubmission(submission, found, { ...options, lang });
  const all = [...submission.notes, ...notes].map((note) => say(note, lang));
  return { file, lang, lesson: slug, ...totals(exercises), exercises, notes: all };
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
  const exercises = await Promise.all(specs.map((spec) => lostExercise(spec, reason, { lang, hidden, seed: '' })));
  const lesson = release ? { lesson: release.lesson.slug } : {};
  return { file, lang, ...lesson, ...totals(exercises), score: 0, exercises, notes: [say(reason, lang)] };
}

const totals = (exercises: readonly ExerciseResult[]): { score: number; maxScore: number } => ({
  score: sum(exercises.map((exercise) => exercise.score)),
  maxScore: sum(exercises.map((exercise) => exercise.points)),
});

/** Scores a submission against a release. */
export async function gradeSubmission(
  submission: Submission,
  { lesson, exercises, specs }: Release,
  { lang = 'en', hidden = true, seconds }: GradeOptions,
): Promise<ExerciseResult[]> {
  const answered = matchAnswers(
    submission,
    lesson,
    exercises.filter((exercise) => specs.has(exercise.gradeId)),
  );
  // The numbers that checks draw depend on the answers: the same on a regrade, and not to be known beforehand.
  const hash = crypto.createHash('sha256').update(JSON.stringify(answered.map(({ versions }) => versions)));
  const run: RunOptions = { lang, hidden, seed: hash.digest('hex') };
  const specOf = ({ exercise }: Answered): ExerciseSpec => {
    const spec = specs.get(exercise.gradeId);
    if (!spec) throw new Error(`${exercise.gradeId} has no spec`);
    return spec;
  };

  const together = new Session(
    cellsOf(answered, (one) => one.versions.slice(0, 1)),
    { seconds },
  );
  const first: ExerciseResult[] = [];
  try {
    for (const one of answered) {
      const spec = specOf(one);
      first.push(await runExercise(spec, together.subject(one.exercise.gradeId, spec.options.seconds ?? seconds), run));
    }
  } finally {
    await together.close();
  }

  const results: ExerciseResult[] = [];
  for (const [i, one] of answered.entries()) {
    const best = await alone(one, answered.slice(0, i), specOf(one), first[i], run, seconds);
    results.push({ ...best, notes: [...best.notes, ...one.notes.map((note) => say(note, lang))] });
  }
  const byHand = exercises.filter((exercise) => exercise.manual);
  return [
    ...results,
    ...byHand.map(({ gradeId }): ExerciseResult => ({
      gradeId,
      score: 0,
      points: 0,
      manual: true,
      checks: [],
      notes: [],
    })),
  ];
}

/** Everything in the order of the lesson: setup from the release, the student's helpers and answers. */
function cellsOf(answered: readonly Answered[], versions: (one: Answered) => readonly string[]): NamedCell[] {
  const cells: NamedCell[] = [];
  const seen = new Set<string>();
  for (const one of answered) {
    const { exercise, helpers } = one;
    for (const source of [...exercise.setup, ...helpers]) {
      if (seen.has(source)) continue;
      seen.add(source);
      cells.push({ label: `setup ${cells.length + 1}`, source });
    }
    for (const source of versions(one)) cells.push({ label: exercise.gradeId, source });
  }
  return cells;
}

/**
 * One exercise once more by itself, where it lost points among the others: so that nothing another cell does can cost it
 * a point, with the reference in place of those earlier answers that it calls. Every version handed in is tried.
 */
async function alone(
  one: Answered,
  earlier: readonly Answered[],
  spec: ExerciseSpec,
  first: ExerciseResult,
  run: RunOptions,
  seconds: number | undefined,
): Promise<ExerciseResult> {
  const lost = first.checks.filter((check) => check.earned < check.points);
  if (!lost.length || (one.versions.length < 2 && lost.every((check) => check.cause === 'missing'))) return first;
  const { gradeId } = one.exercise;
  let best = first;
  for (const [i, version] of one.versions.entries()) {
    const used = identifiersIn([version, ...one.helpers].join('\n'));
    const references = earlier
      .filter(({ exercise }) => [...declaredIn(exercise.solution)].some((name) => used.has(name)))
      .map(({ exercise }): Answered => ({ exercise, versions: [exercise.solution], helpers: [], notes: [] }));
    const cells = cellsOf([...references, { ...one, versions: [version] }], (each) => each.versions);
    const session = new Session(cells, { seconds, restarts: 1 });
    try {
      const again = await runExercise(spec, session.subject(gradeId, spec.options.seconds ?? seconds), run);
      // What code says beside a reference could be the reference itself: its own words must not reach the student.
      const told = (check: CheckResult): boolean => references.length === 0 || check.cause !== 'threw';
      const whole = i === 0 ? merged(first, again, told) : again;
      if (whole.score > best.score || i === 0) best = whole;
    } finally {
      await session.close();
    }
    if (best.score >= best.points) break;
  }
  return best;
}

/** Two runs of one answer: each check at its best, with the reason of the later run where that can be told. */
function merged(first: ExerciseResult, again: ExerciseResult, told: (check: CheckResult) => boolean): ExerciseResult {
  const checks = again.checks.map((check, i): CheckResult => {
    const before = first.checks[i];
    if (check.earned >= check.points) return check;
    return before.earned > check.earned || !told(check) ? before : check;
  });
  return { ...first, checks, score: sum(checks.map((check) => check.earned)) };
}
