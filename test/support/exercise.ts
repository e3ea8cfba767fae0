/**
 * What a graded spec imports. Under vitest each exercise becomes a handful of tests (see host.ts); read by `genlab grade` or
 * by `await check('…')` in a notebook, it is only collected. So nothing here may import vitest.
 */
import {
  exercise as define,
  isCollecting,
  type Define,
  type ExerciseOptions,
  type ExerciseSpec,
} from '../../lib/grading';
import { testExercise } from './host';

export {
  expectValue,
  fail,
  fixture,
  itemsOf,
  numberOf,
  partsOf,
  tensorOf,
  expectGradient,
  rubric,
} from '../../lib/grading';
export type { CheckRandom, ExerciseTools, Subject } from '../../lib/grading';

export function exercise(gradeId: string, define: Define): ExerciseSpec;
export function exercise(gradeId: string, options: ExerciseOptions, define: Define): ExerciseSpec;
export function exercise(gradeId: string, ...rest: [Define] | [ExerciseOptions, Define]): ExerciseSpec {
  const spec = rest.length === 1 ? define(gradeId, rest[0]) : define(gradeId, rest[0], rest[1]);
  if (process.env.VITEST && !isCollecting()) testExercise(spec);
  return spec;
}
exercise.wrong = define.wrong;
