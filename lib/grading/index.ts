/** Grading: the language of specs, self-check in notebooks, and the scoring of submissions in a sandbox. */
export { check, Result } from './check';
export { checkAll } from './nbgrader/graded';
export { fail } from './failure';
export { expectValue, itemsOf, numberOf, partsOf, tensorOf } from './matchers';
export { demandSandbox, sandboxRemedies, sandboxReport, weaknesses } from './sandbox/protections';
export { exerciseHtml, exerciseText, fileTable } from './report';
export type { Cause, CheckResult, ExerciseResult, FileResult } from './results';
export type { CheckRandom } from './random';
export { findFlakes, type Flake } from './flakes';
export { expectGradient, type GradientOptions } from './gradients';
export { isCollecting } from './registry';
export { rubric, type Rubric, type RubricItem } from './rubric';
export { applyWrong, exercise } from './spec';
export type { Define, ExerciseOptions, ExerciseSpec, ExerciseTools, Wrong } from './spec';
export { fixture, type Argument, type Fixture, type Kept, type Subject } from './subject';
export type { Lang, Text } from './text';
export { Refused, TensorValue, type Value } from './values';
import type { Course } from './course';
import type { GradeOptions } from './grade';
import type { FileResult } from './results';
import type { ExerciseSpec } from './spec';
import type { Trial } from './trial';

/** Grades notebooks. The compiler and the sandbox load only now: a notebook that checks itself needs neither. */
export async function gradeFiles(files: readonly string[], options: GradeOptions = {}): Promise<FileResult[]> {
  const { gradeFiles: grade } = await import('./grade');
  return grade(files, options);
}

/** One exercise with its lesson around it, for trying answers. */
export async function openTrial(spec: ExerciseSpec, course: Course = {}): Promise<Trial> {
  return (await import('./trial')).Trial.open(spec, course);
}

/** The class: its folder, its gradebook and what is done with them. Loaded when a command of the class needs it. */
export const classTools = (): Promise<typeof import('./class')> => import('./class');

/** Results in the formats of other systems. */
export const formatTools = (): Promise<typeof import('./formats')> => import('./formats');

/** Graders for other platforms' machines. */
export const recipeTools = (): Promise<typeof import('./recipes')> => import('./recipes');

/** Course folders for nbgrader. */
export const nbgraderTools = (): Promise<typeof import('./nbgrader/release')> => import('./nbgrader/release');

export type { Attempt, FinalScore, Mark } from './class/records';
export type { ClassRoom, Progress } from './class';
export type { Course, GradeOptions, Trial };

/** Similarity of submissions; needs the compiler, so it is loaded when it is asked for. */
export const similarity = (): Promise<typeof import('./similarity')> => import('./similarity');
export type { ComparedSubmission, SimilarPair } from './similarity';
