/** Turns an exercise into vitest's tests. Loaded outside vitest too (see exercise.ts), so vitest is met as globals only. */
import {
  applyWrong,
  gradeFiles,
  openTrial,
  type ExerciseResult,
  type ExerciseSpec,
  type FileResult,
  type Trial,
} from '../../lib/grading';

const { describe, test, expect, beforeAll, afterAll } = globalThis as unknown as typeof import('vitest');

/** `GENLAB_SUBMISSION=<notebook>` grades that notebook: a test for each check. Otherwise the exercise itself is tested. */
export function testExercise(spec: ExerciseSpec): void {
  const submission = process.env.GENLAB_SUBMISSION;
  describe(spec.gradeId, () => (submission ? testSubmission(spec, submission) : testSpec(spec)));
}

function testSpec(spec: ExerciseSpec): void {
  let trial: Trial;
  beforeAll(async () => {
    trial = await openTrial(spec);
  });
  afterAll(() => trial?.close());

  test('is worth what the lesson says', () => {
    expect(spec.points).toBe(trial.exercise.points);
  });
  const { library } = spec.options;
  if (library) {
    test('the library passes', async () => {
      expect(lostIn(await trial.gradeHere(library()))).toEqual([]);
    });
  }
  test('the reference solution gets full marks', async () => {
    expect(lostIn(await trial.grade(trial.exercise.solution))).toEqual([]);
  });
  test('the stub gets 0', async () => {
    expect((await trial.grade(trial.exercise.stub)).score).toBe(0);
  });
  for (const wrong of spec.wrongs) {
    test(`wrong: ${wrong.name} loses ${wrong.loses}`, async () => {
      const result = await trial.grade(applyWrong(wrong, trial.exercise.solution));
      expect(result.points - result.score, lostIn(result).join('\n') || 'nothing was lost').toBeCloseTo(wrong.loses, 9);
    });
  }
}

let graded: Promise<FileResult[]> | undefined;

function testSubmission(spec: ExerciseSpec, file: string): void {
  const result = async (): Promise<ExerciseResult> => {
    const [one] = await (graded ??= gradeFiles([file]));
    const found = one.exercises.find((exercise) => exercise.gradeId === spec.gradeId);
    if (!found) throw new Error([`${file} was not graded for ${spec.gradeId}.`, ...one.notes].join(' '));
    return found;
  };
  for (const [i, name] of spec.checkNames.entries()) {
    test(name, async () => {
      const check = (await result()).checks[i];
      expect(check.earned, [check.reason, check.hint].filter(Boolean).join(' ')).toBe(check.points);
    });
  }
}

/** What was lost, in words that tell the author of a spec what to look at. */
const lostIn = (result: ExerciseResult): string[] =>
  result.checks.filter((check) => check.earned < check.points).map((check) => `${check.name}: ${check.reason}`);
