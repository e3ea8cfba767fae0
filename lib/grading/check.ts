import { inspect } from 'node:util';
import { ready } from '../engine';
import { UserError } from '../errors';
import { language } from '../language';
import type { CheckSettings, SelfCheck } from '../self-check';
import { localSubject } from './ask';
import { exerciseHtml, exerciseText } from './report';
import type { CheckResult } from './results';
import { runExercise } from './run';
import type { ExerciseSpec } from './spec';
import { findSpecOf, loadSpec, specFolder } from './specs';
import { points, type Lang } from './text';
import { weighSpec } from './weights';

/**
 * What a notebook shows for `await check('…', { … })`. As plain text it is the number of points, because that is how
 * nbgrader reads partial credit from a test cell; people see the page or, in a terminal, the lines of `toString`.
 */
export class Result implements SelfCheck {
  readonly score: number;
  readonly points: number;
  readonly checks: readonly CheckResult[];

  constructor(
    readonly gradeId: string,
    result: { score: number; points: number; checks: readonly CheckResult[] },
    private readonly lang: Lang,
    /** What the exercise is worth with the checks that are not run here. */
    private readonly worth: number,
  ) {
    this.score = result.score;
    this.points = result.points;
    this.checks = result.checks;
  }

  get passed(): boolean {
    return this.score >= this.points;
  }

  toString(): string {
    return exerciseText({ ...this, notes: [] }, this.lang);
  }

  [inspect.custom](): string {
    return this.toString();
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    // All that can be seen here passed: then the whole cell counts as solved, hidden checks come with the real grading.
    const credit = this.passed ? this.worth : this.score;
    return {
      'text/plain': points(credit),
      'text/html': exerciseHtml({ ...this, notes: [] }, this.lang),
    };
  }
}

/** The spec of an exercise, in the points that it has here. @throws UserError where there is none */
export async function specOf(gradeId: string, { points: worth }: CheckSettings): Promise<ExerciseSpec> {
  const file = findSpecOf(gradeId, specFolder());
  const spec = file && (await loadSpec(file)).exercises.find((one) => one.gradeId === gradeId);
  if (!spec) throw new UserError(`there is no exercise called ${gradeId}`);
  return worth === undefined ? spec : weighSpec(spec, worth);
}

/**
 * Checks an exercise where it stands: `await check('vae-gaussian-kl', { gaussianKl })`. The same checks as the grader's,
 * without the hidden ones, on the functions that are given. A wrong answer is no error: the result says what is lost.
 * @param settings as a class writes them into its notebooks
 * @throws UserError where there is no such exercise, or `points` is no number of points
 */
export async function check(
  gradeId: string,
  functions: Readonly<Record<string, unknown>>,
  settings: CheckSettings = {},
): Promise<Result> {
  const spec = await specOf(gradeId, settings);
  await ready(); // the engine that runs already, if one does
  const lang = language();
  const result = await runExercise(spec, localSubject(functions), { lang, hidden: false, seed: 'notebook' });
  return new Result(gradeId, result, lang, spec.points);
}
