import type { Cause, Kind } from './results';
import { joinTexts, type Text } from './text';

const mark = Symbol.for('genlab.grading.failure');

export interface FailureDetails {
  /** In what way the answer was wrong. */
  readonly kind?: Kind;
  /** Line of the answer's cell, counted from 1, where an error arose. */
  readonly line?: number;
}

/**
 * A check that was not met, with the reason that the student reads. Told apart by a mark, not by `instanceof`: a spec and
 * the grader can come from two loaders (vitest's and Node's) and then have two copies of this class.
 */
export class CheckFailure extends Error {
  readonly [mark] = true;

  constructor(
    readonly reason: Text,
    override readonly cause: Cause = 'wrong',
    readonly details: FailureDetails = {},
  ) {
    super(typeof reason === 'string' ? reason : reason.en);
    this.name = 'CheckFailure';
  }

  static is(error: unknown): error is CheckFailure {
    return typeof error === 'object' && error !== null && mark in error;
  }
}

/** Ends a check as not met. For what no matcher says. */
export function fail(...reason: Text[]): never {
  throw new CheckFailure(joinTexts(reason), 'wrong', { kind: 'other' });
}
