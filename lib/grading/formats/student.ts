/** What students may read. A hidden check shows that it is there, what it is worth, and what its spec allows. */
import type { CheckResult } from '../results';
import { points, type Lang } from '../text';
import { passed, type Entry } from './entries';

const words = {
  en: {
    hidden: (number: number) => `Hidden check ${number}`,
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
    hidden: (number: number) => `隐藏检查 ${number}`,
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

/** A check under the name that students may see. */
export interface ShownCheck {
  readonly name: string;
  /** Reason and hint; empty where all points were earned. */
  readonly text: string;
  readonly check: CheckResult;
}

/** The checks of an exercise as its student may see them. */
export function shownChecks(checks: readonly CheckResult[], lang: Lang): ShownCheck[] {
  const w = words[lang];
  let hidden = 0;
  return checks.map((check) => {
    if (!check.hidden) {
      const parts = passed(check) ? [] : [check.reason, check.hint && w.hint(check.hint), check.credit];
      return { name: check.name, text: lines(parts), check };
    }
    hidden++;
    const { name = w.hidden(hidden), hint } = check.shown ?? {};
    return { name, text: passed(check) || !hint ? '' : w.hint(hint), check };
  });
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
