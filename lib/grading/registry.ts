import type { Rubric } from './rubric';
import type { ExerciseSpec, Wrong } from './spec';

/** What is being defined while a spec file is read; shared by all copies of this module (see CheckFailure). */
interface Registry {
  /** Wrong answers of the exercise that is being defined. */
  wrongs?: Wrong[];
  exercises?: ExerciseSpec[];
  rubrics?: Rubric[];
}

const key = Symbol.for('genlab.grading.registry');
const shared = globalThis as { [key]?: Registry };
export const registry: Registry = (shared[key] ??= {});

/** What a spec file defines, in order. */
export interface SpecFile {
  readonly exercises: readonly ExerciseSpec[];
  readonly rubrics: readonly Rubric[];
}

/** The exercises and rubrics that `load` defines. */
export async function collectSpecs(load: () => Promise<unknown>): Promise<SpecFile> {
  if (registry.exercises) throw new Error('Specs are read one file at a time.');
  const found = { exercises: (registry.exercises = []), rubrics: (registry.rubrics = []) };
  try {
    await load();
  } finally {
    registry.exercises = registry.rubrics = undefined;
  }
  return found;
}

/** True while a spec file is read by the grader and not run by a test runner. */
export const isCollecting = (): boolean => registry.exercises !== undefined;
