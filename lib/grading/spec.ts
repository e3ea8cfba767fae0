/**
 * The language that graded specs are written in. A spec says what an exercise is worth, check by check, and brings the wrong
 * answers that prove its checks can tell. The same spec judges the library, the reference solution, the stub, every wrong
 * answer, a submission, and the functions of a notebook that asks `await check('…')`.
 */
import { CheckRandom } from './random';
import type { Subject } from './subject';
import type { Text } from './text';

export interface CheckOptions {
  readonly points: number;
  /** Shown with the reason when the check is not met. Must not give the answer away. */
  readonly hint?: Text;
  /** Not run in notebooks, and its reason is not told to students. */
  readonly hidden?: boolean;
  /** How often a right answer may fail, for a check on random numbers; 1e-7 unless said, never above 1e-6. */
  readonly falseFailRate?: number;
}

export interface CheckSpec extends CheckOptions {
  readonly name: Text;
  readonly body: () => Promise<void> | void;
}

/** A wrong answer: the solution with a change, or other code in its place. */
export interface Wrong {
  readonly name: string;
  /** Exactly the points that it must lose. */
  readonly loses: number;
  /** `[from, to]`, or several: `from` must stand exactly once in the reference solution's cell. */
  readonly change?: readonly [string, string] | readonly (readonly [string, string])[];
  /** The whole cell instead. */
  readonly code?: string;
}

export interface ExerciseOptions {
  /** The library's functions under the names that the exercise asks for, where the library has them. */
  readonly library?: () => Record<string, unknown>;
  /** Seconds that one call of student code may take; 10 unless said. */
  readonly seconds?: number;
}

export interface ExerciseTools {
  readonly check: (name: Text, options: CheckOptions, body: () => Promise<void> | void) => void;
  readonly subject: Subject;
  readonly random: CheckRandom;
}

export type Define = (tools: ExerciseTools) => void;

/** One exercise of a spec file. */
export interface ExerciseSpec {
  readonly gradeId: string;
  readonly options: ExerciseOptions;
  readonly wrongs: readonly Wrong[];
  /** The sum of its checks' points. */
  readonly points: number;
  /** Names of its checks in English, in order. */
  readonly checkNames: readonly string[];
  /** The checks, bound to a subject and a seed. */
  bind(subject: Subject, seed: string): { checks: readonly CheckSpec[]; random: CheckRandom };
}

/** The wrong answers of the exercise that is being defined; shared by all copies of this module (see CheckFailure). */
interface Registry {
  wrongs?: Wrong[];
  collecting?: ExerciseSpec[];
}
const key = Symbol.for('genlab.grading.registry');
const shared = globalThis as { [key]?: Registry };
const registry: Registry = (shared[key] ??= {});

/** Used while a spec is only read: nothing is called then. */
const nobody: Subject = Object.freeze({
  call: unreachable,
  callAsync: unreachable,
  make: unreachable,
  read: unreachable,
  gradient: unreachable,
});
function unreachable(): never {
  throw new Error('A spec asks its subject only inside checks.');
}

function collect(define: Define, subject: Subject, random: CheckRandom): { checks: CheckSpec[]; wrongs: Wrong[] } {
  const checks: CheckSpec[] = [];
  const wrongs: Wrong[] = (registry.wrongs = []);
  try {
    define({ subject, random, check: (name, options, body) => void checks.push({ ...options, name, body }) });
  } finally {
    registry.wrongs = undefined;
  }
  return { checks, wrongs };
}

const english = (text: Text): string => (typeof text === 'string' ? text : text.en);

function validate(gradeId: string, checks: readonly CheckSpec[]): void {
  const wrong = (what: string): never => {
    throw new Error(`exercise('${gradeId}'): ${what}`);
  };
  if (!checks.length) wrong('it has no checks');
  const names = checks.map((check) => english(check.name));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) wrong(`two checks are called "${twice}"`);
  for (const { name, points, falseFailRate = 0 } of checks) {
    if (!(points > 0)) wrong(`check "${english(name)}" needs points above 0`);
    if (!(falseFailRate >= 0 && falseFailRate <= 1e-6)) wrong(`check "${english(name)}": falseFailRate is above 1e-6`);
  }
}

/** Defines one graded exercise. `gradeId` is that of its cell in the lesson; the checks' points add up to the cell's. */
export function exercise(gradeId: string, define: Define): ExerciseSpec;
export function exercise(gradeId: string, options: ExerciseOptions, define: Define): ExerciseSpec;
export function exercise(gradeId: string, second: ExerciseOptions | Define, third?: Define): ExerciseSpec {
  const [options, define] = typeof second === 'function' ? [{}, second] : [second, third];
  if (!define) throw new Error(`exercise('${gradeId}'): no checks are given`);
  const { checks, wrongs } = collect(define, nobody, new CheckRandom(gradeId));
  validate(gradeId, checks);
  const spec: ExerciseSpec = {
    gradeId,
    options,
    wrongs,
    points: sum(checks.map((check) => check.points)),
    checkNames: checks.map((check) => english(check.name)),
    bind(subject, seed) {
      const random = new CheckRandom(`${gradeId}\n${seed}`);
      return { checks: collect(define, subject, random).checks, random };
    },
  };
  registry.collecting?.push(spec);
  return spec;
}

/** A wrong answer that must lose exactly so many points. Called inside the definition of an exercise. */
exercise.wrong = (name: string, wrong: Omit<Wrong, 'name'>): void => {
  if (!registry.wrongs) throw new Error(`exercise.wrong('${name}') stands inside the definition of an exercise`);
  if (!wrong.change === !wrong.code) throw new Error(`exercise.wrong('${name}') needs either change or code`);
  registry.wrongs.push({ ...wrong, name });
};

/** The exercises that `load` defines, in order. */
export async function collectExercises(load: () => Promise<unknown>): Promise<ExerciseSpec[]> {
  if (registry.collecting) throw new Error('Specs are read one file at a time.');
  const found: ExerciseSpec[] = (registry.collecting = []);
  try {
    await load();
  } finally {
    registry.collecting = undefined;
  }
  return found;
}

/** True while a spec file is read by the grader and not run by a test runner. */
export const isCollecting = (): boolean => registry.collecting !== undefined;

/** Adds points up without 0.1 + 0.2 showing. */
export const sum = (values: readonly number[]): number =>
  Math.round(values.reduce((all, value) => all + value, 0) * 1e6) / 1e6;

/** The reference solution with one wrong answer's change made. */
export function applyWrong(wrong: Wrong, solution: string): string {
  if (wrong.code !== undefined) return wrong.code;
  const changes = (
    typeof wrong.change?.[0] === 'string' ? [wrong.change] : (wrong.change ?? [])
  ) as readonly (readonly [string, string])[];
  return changes.reduce((code, [from, to]) => {
    const times = code.split(from).length - 1;
    if (times !== 1) {
      throw new Error(
        `exercise.wrong('${wrong.name}'): ${JSON.stringify(from)} stands ${times} times in the solution, not once`,
      );
    }
    return code.replace(from, () => to);
  }, solution);
}
