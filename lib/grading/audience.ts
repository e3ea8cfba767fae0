import type { CheckResult, ExerciseResult, FileResult } from './results';

const words = { en: 'Hidden check', zh: '隐藏检查' } as const;

/**
 * A result as the student may see it. Of a hidden check only its points are left, and what the spec says may be shown: no
 * name, reason, hint, cause or line. What is not taken from a list of harmless fields is not there.
 */
export function forStudent(result: FileResult): FileResult {
  return { ...result, exercises: result.exercises.map((exercise) => exerciseForStudent(exercise, result.lang)) };
}

function exerciseForStudent(exercise: ExerciseResult, lang: FileResult['lang']): ExerciseResult {
  const many = exercise.checks.filter((check) => check.hidden).length > 1;
  let count = 0;
  const checks = exercise.checks.map((check): CheckResult => {
    if (!check.hidden) return check;
    count++;
    const { points, earned, shown = {} } = check;
    const name = shown.name ?? `${words[lang]}${many ? ` ${count}` : ''}`;
    return { name, points, earned, hidden: true, ...(earned < points && shown.hint ? { hint: shown.hint } : {}) };
  });
  return { ...exercise, checks };
}
