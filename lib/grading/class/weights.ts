/** Releases and stored results in the points of a class. */
import { exercisesOf, withPoints } from '../../lesson';
import type { Release } from '../course';
import { sum } from '../points';
import type { CheckResult, ExerciseResult, FileResult } from '../results';
import type { Rubric } from '../rubric';
import { sharesOf, weighSpec } from '../weights';
import type { Attempt, Mark } from './records';

/** Points by grade id. */
export type Weights = ReadonlyMap<string, number>;

function weighRubric(rubric: Rubric, points: number): Rubric {
  const factor = points / rubric.points;
  return { ...rubric, points, items: rubric.items.map((item) => ({ ...item, points: sum([item.points * factor]) })) };
}

/** A release as a class with other points has it. An exercise of 0 points does not count, and is not in it. */
export function weighRelease(release: Release, weights: Weights): Release {
  if (!weights.size) return release;
  const lesson = withPoints(release.lesson, weights);
  const weighed = <T extends { readonly gradeId: string; readonly points: number }>(
    all: ReadonlyMap<string, T>,
    weigh: (one: T, points: number) => T,
  ): Map<string, T> =>
    new Map(
      [...all].flatMap(([id, one]) => (weights.get(id) === 0 ? [] : [[id, weigh(one, weights.get(id) ?? one.points)]])),
    );
  return {
    ...release,
    lesson,
    exercises: exercisesOf(lesson).filter(({ points }) => points > 0),
    specs: weighed(release.specs, weighSpec),
    rubrics: weighed(release.rubrics, weighRubric),
  };
}

/** A stored result in other points: what was earned keeps its share of each check. */
function weighExercise(exercise: ExerciseResult, points: number): ExerciseResult {
  if (points === exercise.points) return exercise;
  const worth = sharesOf(exercise.checks, exercise.points, points);
  const checks = exercise.checks.map((check, i): CheckResult => ({
    ...check,
    points: worth[i],
    earned: check.earned >= check.points ? worth[i] : sum([(check.earned / check.points) * worth[i]]),
  }));
  const share = exercise.points > 0 ? exercise.score / exercise.points : 0;
  const score = sum(checks.length ? checks.map(({ earned }) => earned) : [share * points]);
  return { ...exercise, checks, points, score };
}

function weighResult(result: FileResult, weights: Weights): FileResult {
  const exercises = result.exercises.flatMap((exercise) => {
    const points = weights.get(exercise.gradeId);
    return points === 0 ? [] : [points === undefined ? exercise : weighExercise(exercise, points)];
  });
  const gained = (of: (exercise: ExerciseResult) => number): number =>
    sum([...exercises.map(of), ...result.exercises.map((exercise) => -of(exercise))]);
  const score = sum([result.score, gained((exercise) => exercise.score)]);
  const maxScore = sum([result.maxScore, gained((exercise) => exercise.points)]);
  return { ...result, exercises, score, maxScore };
}

/** A mark was given in the points of its day. One of an exercise that counted for nothing then says nothing. */
function weighMarks(marks: readonly Mark[], now: Weights): Mark[] {
  return marks.flatMap((mark) => {
    const points = now.get(mark.gradeId);
    if (points === undefined || points === mark.maxPoints) return [mark];
    if (points === 0 || mark.maxPoints === 0) return [];
    return [{ ...mark, points: sum([(mark.points / mark.maxPoints) * points]), maxPoints: points }];
  });
}

/**
 * An attempt as it counts in a class. The gradebook holds what the checks gave in the lesson's own points; so points that
 * staff change count at once, for what was graded long ago too, and nothing is graded anew.
 * @param weights what the class gives other points
 * @param now what every exercise of the lesson is worth in the class
 */
export const weighAttempt = <T extends Attempt>(attempt: T, weights: Weights, now: Weights): T => ({
  ...attempt,
  marks: weighMarks(attempt.marks, now),
  ...(attempt.result ? { result: weighResult(attempt.result, weights) } : {}),
});
