/** What students read, of results that hold nothing else any more. */
import type { CheckResult } from '../results';
import { points, type Lang } from '../text';
import { passed, type Entry } from './entries';

const words = {
  en: {
    hint: (hint: string) => `Hint: ${hint}`,
    nothing: 'Nothing was handed in.',
    ungraded: 'This attempt has not been graded yet.',
    byHand: (gradeId: string) => `${gradeId} is scored by a person.`,
    gave: (gradeId: string, given: string, max: string) => `${gradeId}: ${given} of ${max} points by hand.`,
    late: (penalty: string) => `Handed in late: −${penalty} points.`,
    excused: 'This lesson does not count for you.',
    mark: 'scored by hand',
  },
  zh: {
    hint: (hint: string) => `提示：${hint}`,
    nothing: '没有提交。',
    ungraded: '这次提交尚未评分。',
    byHand: (gradeId: string) => `${gradeId} 由人工评分。`,
    gave: (gradeId: string, given: string, max: string) => `${gradeId}：人工评分 ${given} / ${max}。`,
    late: (penalty: string) => `迟交：扣 ${penalty} 分。`,
    excused: '本课不计入你的成绩。',
    mark: '人工评分',
  },
} as const;

/** Why a check lost points; empty where it lost none. */
export function lossText(check: CheckResult, lang: Lang): string {
  if (passed(check)) return '';
  return lines([check.reason, check.hint && words[lang].hint(check.hint), check.credit]);
}

/** What a student should know of the whole lesson: notes, lateness, what people gave and have still to give. */
export function shownNotes({ final, attempt, lang, exercises, marks }: Entry): string {
  const w = words[lang];
  if (!attempt) return w.nothing;
  if (!attempt.result) return w.ungraded;
  const byHand = exercises
    .filter((exercise) => exercise.manual && !marks.has(exercise.gradeId))
    .map((exercise) => w.byHand(exercise.gradeId));
  const gave = [...marks.values()].map((mark) =>
    lines([w.gave(mark.gradeId, points(mark.points), points(mark.maxPoints)), mark.comment]),
  );
  return lines([
    ...attempt.result.notes,
    ...exercises.flatMap((exercise) => exercise.notes),
    ...gave,
    ...byHand,
    final.penalty > 0 && w.late(points(final.penalty)),
    final.excused && w.excused,
  ]);
}

/** What points given by a person are called. */
export const markName = (lang: Lang): string => words[lang].mark;

const lines = (parts: readonly (string | false | undefined)[]): string => parts.filter(Boolean).join('\n');
