/**
 * The language that graded specs are written in. A spec says what an exercise is worth, check by check, and brings the wrong
 * answers that prove its checks can tell. The same spec judges the library, the reference solution, the stub, every wrong
 * answer, a submission, and the functions of a notebook that asks `await check('…')`.
 */
import { sum } from './points';
import { CheckRandom } from './random';
import { registry } from './registry';
import type { Credit } from './running';
import { lessonRate } from './statistics';
import type { Subject } from './subject';
import { english, type Text } from './text';

/** What students are told of a hidden check: nothing unless it stands here. */
export interface Shown {
  /** In place of "hidden check". */
  readonly name?: Text;
  /** In place of the reason and the hint, where the check is not met. */
  readonly hint?: Text;
}

export interface CheckOptions {
  readonly points: number;
  /** Shown with the reason when the check is not met. Must not give the answer away. */
  readonly hint?: Text;
  /** Not run in notebooks; students are told neither its name, its hint nor its reason, only what stands here. */
  readonly hidden?: boolean | Shown;
  /**
   * How often a right answer may fail, for a check that asks statistical questions: to be stated there, such as 1e-7. All
   * checks of a lesson together must stay within 1e-6.
   */
  readonly falseFailRate?: number;
}

/** What the body of a check is given. */
export interface CheckTools {
  readonly credit: Credit;
}

export type CheckBody = (tools: CheckTools) => Promise<void> | void;

export interface CheckSpec extends CheckOptions {
  readonly name: Text;
  readonly body: CheckBody;
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
  /** Points of the cell, where checks were taken out of a released spec; the sum of the checks' points unless given. */
  readonly worth?: number;
}

export interface ExerciseTools {
  readonly check: (name: Text, options: CheckOptions, body: CheckBody) => void;
  readonly subject: Subject;
  readonly random: CheckRandom;
}

export type Define = (tools: ExerciseTools) => void;

/** One exercise of a spec file. */
export interface ExerciseSpec {
  readonly gradeId: string;
  readonly options: ExerciseOptions;
  readonly wrongs: readonly Wrong[];
  /** The sum of its checks' points, those that were taken out included. */
  readonly points: number;
  /** How often a right answer may lose points by chance: the sum of what its checks state. */
  readonly falseFailRate: number;
  /** Names of its checks in English, in order. */
  readonly checkNames: readonly string[];
  /** The checks, bound to a subject and a seed. */
  bind(subject: Subject, seed: string): { checks: readonly CheckSpec[]; random: CheckRandom };
}

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

/** To ten digits, so that ten times 1e-7 is 1e-6. */
const falseFails = (checks: readonly CheckSpec[]): number =>
  Number(checks.reduce((all, { falseFailRate = 0 }) => all + falseFailRate, 0).toPrecision(10));

function validate(gradeId: string, checks: readonly CheckSpec[], { worth }: ExerciseOptions): void {
  const wrong = (what: string): never => {
    throw new Error(`exercise('${gradeId}'): ${what}`);
  };
  if (!checks.length) wrong('it has no checks');
  const names = checks.map((check) => english(check.name));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) wrong(`two checks are called "${twice}"`);
  for (const { name, points, falseFailRate = 0 } of checks) {
    if (!(points > 0)) wrong(`check "${english(name)}" needs points above 0`);
    if (!(falseFailRate >= 0 && falseFailRate <= lessonRate)) {
      wrong(`check "${english(name)}": falseFailRate is above 1e-6`);
    }
  }
  const rate = falseFails(checks);
  if (rate > lessonRate) wrong(`its checks' falseFailRates add up to ${rate}, which is above 1e-6`);
  const given = sum(checks.map((check) => check.points));
  if (worth !== undefined && !(worth >= given)) wrong(`its checks are worth ${given}, more than ${worth}`);
}

/** Defines one graded exercise. `gradeId` is that of its cell in the lesson; the checks' points add up to the cell's. */
export function exercise(gradeId: string, define: Define): ExerciseSpec;
export function exercise(gradeId: string, options: ExerciseOptions, define: Define): ExerciseSpec;
export function exercise(gradeId: string, second: ExerciseOptions | Define, third?: Define): ExerciseSpec {
  const [options, define]: [ExerciseOptions, Define?] = typeof second === 'function' ? [{}, second] : [second, third];
  if (!define) throw new Error(`exercise('${gradeId}'): no checks are given`);
  const { checks, wrongs } = collect(define, nobody, new CheckRandom(gradeId));
  validate(gradeId, checks, options);
  const spec: ExerciseSpec = {
    gradeId,
    options,
    wrongs,
    points: options.worth ?? sum(checks.map((check) => check.points)),
    falseFailRate: falseFails(checks),
    checkNames: checks.map((check) => english(check.name)),
    bind(subject, seed) {
      const random = new CheckRandom(`${gradeId}\n${seed}`);
      return { checks: collect(define, subject, random).checks, random };
    },
  };
  registry.exercises?.push(spec);
  return spec;
}

/** A wrong answer that must lose exactly so many points. Called inside the definition of an exercise. */
exercise.wrong = (name: string, wrong: Omit<Wrong, 'name'>): void => {
  if (!registry.wrongs) throw new Error(`exercise.wrong('${name}') stands inside the definition of an exercise`);
  if (!wrong.change === !wrong.code) throw new Error(`exercise.wrong('${name}') needs either change or code`);
  registry.wrongs.push({ ...wrong, name });
};

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
