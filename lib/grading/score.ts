import crypto from 'node:crypto';
import type { Exercise } from '../lesson';
import type { Release } from './course';
import { sum } from './points';
import type { Reader } from './reader';
import { matchAnswers, type Answered, type ReadCode } from './repair';
import type { CheckResult, ExerciseResult } from './results';
import { ExerciseRun, runExercise, type RunOptions } from './run';
import { Session, type NamedCell, type SessionOptions } from './session';
import type { ExerciseSpec } from './spec';
import type { Submission } from './submission';
import { say, type Lang, type Text } from './text';

export interface ScoreOptions {
  readonly lang: Lang;
  readonly hidden: boolean;
  readonly seconds?: number;
  /** Megabytes that student code may take. */
  readonly memory?: number;
  readonly reader: Reader;
  /** Secret and student, for the numbers that checks draw. */
  readonly salt: string;
}

/** Scores a submission against a release. */
export async function scoreSubmission(
  submission: Submission,
  release: Release,
  { lang, hidden, seconds, memory, reader, salt }: ScoreOptions,
): Promise<{ exercises: ExerciseResult[]; notes: Text[] }> {
  const { exercises, specs } = release;
  const { answered, notes: restored } = await matchAnswers(
    submission,
    exercises.filter((exercise) => specs.has(exercise.gradeId)),
    release,
    reader,
  );
  const jobs = answered.map((one): Job => {
    const spec = specs.get(one.exercise.gradeId);
    if (!spec) throw new Error(`${one.exercise.gradeId} has no spec`);
    const closed = new Map([[spec.gradeId, libraryNames(spec)]]);
    const options = { seconds, closed, limits: memory === undefined ? {} : { memory } };
    return {
      ...{ one, spec, run: { lang, hidden, seed: seedOf(salt, one) } },
      ...{ seconds: spec.options.seconds ?? seconds, options },
    };
  });

  const closed = new Map(jobs.map(({ spec }) => [spec.gradeId, libraryNames(spec)]));
  const together = new Session(cellsOf(answered), { ...jobs[0]?.options, closed });
  let first: ExerciseResult[];
  try {
    await together.start();
    const runs = jobs.map(
      ({ one, spec, run, seconds: limit }) =>
        new ExerciseRun(spec, together.subject(one.exercise.gradeId, limit), lang, run.seed),
    );
    for (const run of runs) await run.ask('visible');
    if (hidden) for (const run of runs) await run.ask('hidden');
    first = runs.map((run) => run.result());
  } finally {
    await together.close();
  }

  const results: ExerciseResult[] = [];
  for (const [i, job] of jobs.entries()) {
    const { one, spec } = job;
    const best = await alone(job, answered.slice(0, i), first[i]);
    const notes = [...one.notes, ...borrowed(one, spec)].map((note) => say(note, lang));
    results.push({ ...best, notes: [...best.notes, ...notes] });
  }
  const faults = together.setupFaults.map((reason) => ({
    en: `A setup cell of the lesson itself fails where work is graded. ${say(reason, 'en')}`,
    zh: `课程自带的准备单元格在评分环境中出错。${say(reason, 'zh')}`,
  }));
  return { exercises: [...results, ...manualExercises(exercises)], notes: [...restored, ...faults] };
}

/** What it takes to ask one exercise. */
interface Job {
  readonly one: Answered;
  readonly spec: ExerciseSpec;
  readonly run: RunOptions;
  readonly seconds: number | undefined;
  readonly options: SessionOptions;
}

/** The cells that people score: nothing is run, and no points are given yet. */
export function manualExercises(exercises: readonly Exercise[]): ExerciseResult[] {
  return exercises
    .filter((exercise) => exercise.manual)
    .map(({ gradeId, points }) => ({ gradeId, score: 0, points, manual: true, checks: [], notes: [] }));
}

/**
 * What an exercise's checks draw their numbers from: the class's secret, the student and this exercise's answer. The same on
 * a regrade, whatever else the notebook holds; not to be known beforehand; and nobody's numbers are another's.
 */
function seedOf(salt: string, { versions, helpers }: Answered): string {
  const answer = [...versions, ...helpers].map(({ source }) => source);
  return crypto.createHmac('sha256', salt).update(JSON.stringify(answer)).digest('hex');
}

/** What the library calls that which an exercise asks for. The answer may not call it (see child.ts). */
function libraryNames({ options }: ExerciseSpec): string[] {
  const functions = Object.entries(options.library?.() ?? {});
  return [...new Set(functions.flatMap(([name, f]) => (typeof f === 'function' ? [name, f.name] : [name])))];
}

/** Says where an answer hands the work to the library, so that a person who reads it need not look twice. */
function borrowed({ setup, versions, helpers }: Answered, spec: ExerciseSpec): Text[] {
  const imported = new Set(setup.flatMap((cell) => [...cell.reading.declared]));
  const names = libraryNames(spec);
  const calls = [...versions.slice(0, 1), ...helpers].flatMap((code) => [...code.reading.members]);
  return calls
    .filter((call) => imported.has(call.split('.')[0]) && names.includes(call.split('.')[1]))
    .map((call) => ({
      en: `The answer calls the library's own ${call}, which is what it was asked to write.`,
      zh: `答案直接调用了库函数 ${call}，而题目要求自己实现它。`,
    }));
}

/** Everything in the order of the lesson: setup from the release, the student's helpers and answers. */
function cellsOf(answered: readonly Answered[]): NamedCell[] {
  const cells: NamedCell[] = [];
  const seen = new Set<string>();
  for (const { exercise, setup, helpers, versions } of answered) {
    for (const { source, reading } of [...setup, ...helpers]) {
      if (seen.has(source)) continue;
      seen.add(source);
      cells.push({ label: `cell ${cells.length + 1}`, reading, setup: setup.some((cell) => cell.source === source) });
    }
    const [first] = versions;
    if (first) cells.push({ label: exercise.gradeId, reading: first.reading });
  }
  return cells;
}

/**
 * One exercise once more by itself, where it lost points among the others: so that nothing another cell does can cost it
 * a point, with the reference in place of those earlier answers that it calls. Every version handed in is tried.
 */
async function alone(
  { one, spec, run, seconds, options }: Job,
  earlier: readonly Answered[],
  together: ExerciseResult,
): Promise<ExerciseResult> {
  const first = withCell(together, one.versions[0]);
  const lost = first.checks.filter((check) => check.earned < check.points);
  if (!lost.length || (one.versions.length < 2 && lost.every((check) => check.cause === 'missing'))) return first;
  const { gradeId } = one.exercise;
  let best = first;
  for (const [i, version] of one.versions.entries()) {
    const uses = (name: string): boolean =>
      [version, ...one.helpers].some((code) => code.reading.identifiers.has(name));
    const references = earlier
      .filter(({ solution }) => [...solution.reading.declared].some(uses))
      .map((other): Answered => ({ ...other, versions: [other.solution], helpers: [] }));
    const cells = cellsOf([...references, { ...one, versions: [version] }]);
    const session = new Session(cells, { ...options, lives: 1 });
    try {
      const again = await runExercise(spec, session.subject(gradeId, seconds), run);
      // What code says beside a reference could be the reference itself: its own words must not reach the student.
      const told = (check: CheckResult): boolean => references.length === 0 || check.cause !== 'threw';
      const whole = i === 0 ? merged(first, again, told) : withCell(again, version);
      if (whole.score > best.score || i === 0) best = whole;
    } finally {
      await session.close();
    }
    if (best.score >= best.points) break;
  }
  return best;
}

/** Says which cell it was. */
const withCell = (result: ExerciseResult, version: ReadCode | undefined): ExerciseResult =>
  version?.number === undefined ? result : { ...result, cell: version.number };

/** Two runs of one answer: each check at its best, with the reason of the later run where that can be told. */
function merged(first: ExerciseResult, again: ExerciseResult, told: (check: CheckResult) => boolean): ExerciseResult {
  const checks = again.checks.map((check, i): CheckResult => {
    const before = first.checks[i];
    if (check.earned >= check.points) return check;
    return before.earned > check.earned || !told(check) ? before : check;
  });
  return { ...first, checks, score: sum(checks.map((check) => check.earned)) };
}
