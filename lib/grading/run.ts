import * as tf from '@tensorflow/tfjs';
import { CheckFailure } from './failure';
import { setFalseFailRate } from './matchers';
import type { Cause, CheckResult, ExerciseResult } from './results';
import { sum, type CheckSpec, type ExerciseSpec } from './spec';
import type { Subject } from './subject';
import { say, type Lang, type Text } from './text';

export interface RunOptions {
  readonly lang: Lang;
  readonly seed: string;
  /** Also run the checks that students do not see. */
  readonly hidden: boolean;
}

/** A check that passed, or why it did not. */
interface Verdict {
  readonly check: CheckSpec;
  readonly failure?: { readonly reason: Text; readonly cause: Cause };
}

/** Asks every check of an exercise. Nothing a check does stops the next one. */
export async function runExercise(spec: ExerciseSpec, subject: Subject, options: RunOptions): Promise<ExerciseResult> {
  const { checks, random } = spec.bind(subject, options.seed);
  const asked = checks.filter((check) => options.hidden || !check.hidden);
  const verdicts: Verdict[] = [];
  for (const check of asked) {
    random.startCheck(say(check.name, 'en'));
    setFalseFailRate(check.falseFailRate ?? 1e-7);
    verdicts.push({ check, failure: await judge(check) });
  }
  const results = verdicts.map((verdict) => checkResult(verdict, options.lang));
  return {
    gradeId: spec.gradeId,
    score: sum(results.map((result) => result.earned)),
    points: sum(results.map((result) => result.points)),
    checks: results,
    notes: [],
  };
}

async function judge(check: CheckSpec): Promise<Verdict['failure']> {
  const engine = tf.engine();
  engine.startScope(); // the check's own tensors: what it draws and what it expects
  try {
    await check.body();
    return undefined;
  } catch (error) {
    if (CheckFailure.is(error)) return { reason: error.reason, cause: error.cause };
    const message = error instanceof Error ? error.message : String(error);
    return {
      reason: { en: `The check itself failed: ${message}`, zh: `检查本身出错：${message}` },
      cause: 'spec',
    };
  } finally {
    engine.endScope();
  }
}

function checkResult({ check, failure }: Verdict, lang: Lang): CheckResult {
  const name = say(check.name, lang);
  const common = { name, points: check.points, hidden: check.hidden ?? false };
  if (!failure) return { ...common, earned: check.points };
  const hint = check.hint !== undefined && failure.cause === 'wrong' ? { hint: say(check.hint, lang) } : {};
  return { ...common, earned: 0, cause: failure.cause, reason: say(failure.reason, lang), ...hint };
}

/** The result of an exercise whose code could not be brought to run at all: the same reason for every check. */
export async function lostExercise(spec: ExerciseSpec, reason: Text, options: RunOptions): Promise<ExerciseResult> {
  const refuse = (): Promise<never> => Promise.reject(new CheckFailure(reason, 'crashed'));
  const nobody: Subject = { call: refuse, callAsync: refuse, make: refuse, read: refuse, gradient: refuse };
  const { checks } = spec.bind(nobody, options.seed);
  const asked = checks.filter((check) => options.hidden || !check.hidden);
  const results = asked.map((check) => checkResult({ check, failure: { reason, cause: 'crashed' } }, options.lang));
  return {
    gradeId: spec.gradeId,
    score: 0,
    points: sum(asked.map((check) => check.points)),
    checks: results,
    notes: [],
  };
}
