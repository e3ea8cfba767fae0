import * as tf from '@tensorflow/tfjs';
import { CheckFailure } from './failure';
import { sum } from './points';
import type { CheckRandom } from './random';
import type { Cause, CheckResult, ExerciseResult, Kind } from './results';
import { credit, running, shareOf } from './running';
import type { CheckSpec, ExerciseSpec } from './spec';
import type { Subject } from './subject';
import { english, say, type Lang, type Text } from './text';

export interface RunOptions {
  readonly lang: Lang;
  readonly seed: string;
  /** Also run the checks that students do not see. */
  readonly hidden: boolean;
}

/** What became of a check, in all languages. */
interface Verdict {
  /** Share of the points that was earned. */
  readonly share: number;
  readonly credit?: Text;
  readonly failure?: { readonly reason: Text; readonly cause: Cause; readonly kind?: Kind; readonly line?: number };
}

/**
 * One exercise being asked. Visible checks are asked before hidden ones, and those of other exercises too where they share a
 * process: what a visible check tells of the code's own words and numbers then cannot hold what a hidden one gave it.
 */
export class ExerciseRun {
  private readonly checks: readonly CheckSpec[];
  private readonly random: CheckRandom;
  private readonly verdicts = new Map<CheckSpec, Verdict>();

  constructor(
    private readonly spec: ExerciseSpec,
    subject: Subject,
    private readonly lang: Lang,
    seed: string,
  ) {
    ({ checks: this.checks, random: this.random } = spec.bind(subject, seed));
  }

  /** Asks the visible or the hidden checks. Nothing a check does stops the next one. */
  async ask(which: 'visible' | 'hidden'): Promise<void> {
    for (const check of this.checks) {
      if (Boolean(check.hidden) !== (which === 'hidden')) continue;
      this.random.startCheck(english(check.name));
      this.verdicts.set(check, await judge(check));
    }
  }

  /** Gives every check that was not asked the same reason. */
  lose(reason: Text, hidden: boolean): void {
    for (const check of this.checks) {
      if (!check.hidden || hidden) this.verdicts.set(check, { share: 0, failure: { reason, cause: 'crashed' } });
    }
  }

  /** The checks that were asked, in the order of the spec. */
  result(): ExerciseResult {
    const results = this.checks.flatMap((check) => {
      const verdict = this.verdicts.get(check);
      return verdict ? [checkResult(check, verdict, this.lang)] : [];
    });
    return {
      gradeId: this.spec.gradeId,
      score: sum(results.map((result) => result.earned)),
      points: sum(results.map((result) => result.points)),
      checks: results,
      notes: [],
    };
  }
}

/** Asks every check of an exercise. */
export async function runExercise(spec: ExerciseSpec, subject: Subject, options: RunOptions): Promise<ExerciseResult> {
  const run = new ExerciseRun(spec, subject, options.lang, options.seed);
  await run.ask('visible');
  if (options.hidden) await run.ask('hidden');
  return run.result();
}

/** The result of an exercise whose code could not be brought to run at all: the same reason for every check. */
export function lostExercise(spec: ExerciseSpec, reason: Text, { lang, hidden }: RunOptions): ExerciseResult {
  const refuse = (): Promise<never> => Promise.reject(new CheckFailure(reason, 'crashed'));
  const nobody: Subject = { call: refuse, callAsync: refuse, make: refuse, read: refuse, gradient: refuse };
  const run = new ExerciseRun(spec, nobody, lang, '');
  run.lose(reason, hidden);
  return run.result();
}

async function judge(check: CheckSpec): Promise<Verdict> {
  const engine = tf.engine();
  engine.startScope(); // the check's own tensors: what it draws and what it expects
  try {
    const { share, credit: for_, error } = await running(() => check.body({ credit }), check.falseFailRate);
    if (error === undefined) return { share };
    const earned = { share, ...(for_ === undefined ? {} : { credit: for_ }) };
    if (CheckFailure.is(error)) {
      const { reason, cause, details } = error;
      return { ...earned, failure: { reason, cause, ...details } };
    }
    const message = error instanceof Error ? error.message : String(error);
    const reason = { en: `The check itself failed: ${message}`, zh: `检查本身出错：${message}` };
    return { ...earned, failure: { reason, cause: 'spec' } };
  } finally {
    engine.endScope();
  }
}

function checkResult(check: CheckSpec, { share, credit: for_, failure }: Verdict, lang: Lang): CheckResult {
  const { name, points, hint, hidden = false } = check;
  const said = (key: string, text: Text | undefined): object => (text === undefined ? {} : { [key]: say(text, lang) });
  const shown =
    typeof hidden === 'object' ? { shown: { ...said('name', hidden.name), ...said('hint', hidden.hint) } } : {};
  const common = { name: say(name, lang), points, hidden: Boolean(hidden), ...shown };
  if (!failure) return { ...common, earned: points };
  const { cause, kind, line, reason } = failure;
  return {
    ...common,
    earned: shareOf(points, share),
    cause,
    ...(kind === undefined ? {} : { kind }),
    ...said('credit', for_),
    ...(line === undefined ? {} : { line }),
    reason: say(reason, lang),
    ...(cause === 'wrong' ? said('hint', hint) : {}),
  };
}
