import { ready } from '../../engine';
import { localSubject } from '../ask';
import { forStudent } from '../audience';
import type { CheckSettings } from '../../self-check';
import { Result, specOf } from '../check';
import { runExercise } from '../run';
import { language } from '../../language';

/**
 * Every check of an exercise, the hidden ones too, in the process that the answer is in: what nbgrader runs between BEGIN
 * and END HIDDEN TESTS. As plain text the result is the points earned; of a hidden check it says nothing more, because
 * nbgrader's feedback shows it to students.
 */
export async function checkAll(
  gradeId: string,
  functions: Readonly<Record<string, unknown>>,
  settings: CheckSettings = {},
): Promise<Result> {
  const spec = await specOf(gradeId, settings);
  await ready();
  const lang = language();
  const result = await runExercise(spec, localSubject(functions), { lang, hidden: true, seed: 'notebook' });
  const whole = { file: '', lang, score: result.score, maxScore: spec.points, notes: [], seconds: 0 };
  const [shown] = forStudent({ ...whole, exercises: [result] }).exercises;
  return new Result(gradeId, shown, lang, spec.points);
}
