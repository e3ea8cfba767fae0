import type { Notebook } from '../../lib/lesson';
import { miniNotebook, solutionOf } from '../grading/support';

/** Points of the mini lesson's exercises. */
export const full = { 'mini-scale': 2, 'mini-sample': 3, 'mini-loss': 3 };
export type Scores = typeof full;

/** One attack on the grader, or one accident of a notebook, with what must come of it. */
export interface Attack {
  readonly name: string;
  /** The answer to the first exercise, `scale`; or a whole submission. */
  readonly code?: string;
  readonly submission?: () => Notebook | string | Buffer;
  /** Points of `scale`, or of every exercise. The others must have all of theirs. */
  readonly scores: number | Scores;
  /** Part of what the result says. Absent: where all points are given, nothing may be said. */
  readonly says?: RegExp;
  /** Seconds that a call may take; attacks that hang get 2. */
  readonly seconds?: 2 | 10;
}

export const none: Scores = { 'mini-scale': 0, 'mini-sample': 0, 'mini-loss': 0 };
export const expectedScores = ({ scores }: Attack): Scores =>
  typeof scores === 'number' ? { ...full, 'mini-scale': scores } : scores;

export const answer = (body: string): string => `function scale(x: Tensor): any {\n${body}\n}`;
export const right = answer('  return tf.mul(x, half(1));');
/** Right shape, wrong numbers: worth 0.5. */
export const wrong = answer('  return x;');
export { miniNotebook, solutionOf };
