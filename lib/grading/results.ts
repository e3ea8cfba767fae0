import type { Lang } from './text';

/**
 * `wrong`: asked and not right · `missing`: not there or not written yet · `threw`: an error of the code's own ·
 * `timeout`, `crashed`: stopped, or gone · `spec`: the check itself is at fault, not the code.
 */
export type Cause = 'wrong' | 'missing' | 'threw' | 'timeout' | 'crashed' | 'spec';

/** In what way an answer was wrong, where its cause is `wrong`. */
export type Kind = 'type' | 'shape' | 'dtype' | 'finite' | 'value' | 'range' | 'gradient' | 'statistics' | 'other';

/** What became of one check. Plain data in one language. */
export interface CheckResult {
  readonly name: string;
  readonly points: number;
  readonly earned: number;
  readonly hidden: boolean;
  /** What students may be told of a hidden check; absent where that is nothing. */
  readonly shown?: { readonly name?: string; readonly hint?: string };
  /** What kind of thing went wrong; absent where nothing did. */
  readonly cause?: Cause;
  /** In what way it was wrong. */
  readonly kind?: Kind;
  /** What the points that were earned are for, where only some were. */
  readonly credit?: string;
  /** Line of the answer's cell, counted from 1, where an error of the code's own arose. */
  readonly line?: number;
  /** Why points were lost; absent where none were. */
  readonly reason?: string;
  /** The spec's own hint for this check, where points were lost. */
  readonly hint?: string;
}

export interface ExerciseResult {
  readonly gradeId: string;
  readonly score: number;
  readonly points: number;
  /** Number of the cell in the notebook, counted from 1, that was graded; absent where there was none. */
  readonly cell?: number;
  /** Scored by a person: nothing was run. */
  readonly manual?: boolean;
  readonly checks: readonly CheckResult[];
  /** What was put right before grading, and what a reader of the score should know. */
  readonly notes: readonly string[];
}

/** The result of one submission. Every file gets one, whatever it is. */
export interface FileResult {
  readonly file: string;
  readonly lang: Lang;
  /** Slug; absent where the file is no lesson of this course. */
  readonly lesson?: string;
  readonly score: number;
  readonly maxScore: number;
  readonly exercises: readonly ExerciseResult[];
  readonly notes: readonly string[];
  readonly seconds: number;
}
