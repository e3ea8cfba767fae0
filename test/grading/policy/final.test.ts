import { describe, expect, it } from 'vitest';
import { finalScore, rawScore, scoredExercises, type LessonPolicy } from '../../../lib/grading/policy';
import type { Attempt, Mark } from '../../../lib/grading/class/records';

/** Two exercises: one of checks, worth 6, and one for a person, worth 4. */
function attempt(number: number, submittedAt: string, score: number | undefined, marks: readonly Mark[] = []): Attempt {
  const exercises = [
    { gradeId: 'a', score: score ?? 0, points: 6, checks: [], notes: [] },
    { gradeId: 'b', score: 0, points: 4, manual: true, checks: [], notes: [] },
  ];
  const result = { file: '', lang: 'en', score: score ?? 0, maxScore: 10, exercises, notes: [], seconds: 1 } as const;
  const common = { student: 'li', lesson: '01-mini', number, submittedAt, hash: '', file: '', marks };
  return score === undefined ? common : { ...common, result };
}
const mark = (gradeId: string, points: number): Mark => ({
  gradeId,
  points,
  maxPoints: 4,
  rubric: [],
  by: 'wang',
  at: '2026-10-05T00:00:00Z',
});
const policy: LessonPolicy = {
  lesson: '01-mini',
  maxScore: 10,
  dueAt: '2026-10-01T12:00Z',
  late: { percentPerDay: 20, closesAfterDays: 2 },
};
const inTime = '2026-10-01T08:00:00Z';
const late = '2026-10-02T08:00:00Z';
const closed = '2026-10-04T08:00:00Z';

describe('what counts', () => {
  it('is the best attempt after lateness', () => {
    expect(finalScore([attempt(2, late, 6), attempt(1, inTime, 5)], policy)).toEqual({
      student: 'li',
      lesson: '01-mini',
      attempt: 1,
      raw: 5,
      penalty: 0,
      score: 5,
      maxScore: 10,
    });
    expect(finalScore([attempt(1, inTime, 4), attempt(2, late, 6)], policy)).toMatchObject({
      attempt: 2,
      raw: 6,
      penalty: 1.2,
      score: 4.8,
      daysLate: 1,
    });
  });
  it('is the first of two that are equal', () => {
    expect(finalScore([attempt(2, inTime, 5), attempt(1, inTime, 5)], policy).attempt).toBe(1);
  });
  it('or the last attempt, by its time', () => {
    const last = { ...policy, counts: 'last' } as const;
    expect(finalScore([attempt(2, late, 3), attempt(1, inTime, 5)], last)).toMatchObject({ attempt: 2, score: 2.4 });
  });
  it('never what came after the lesson closed, while there is something else', () => {
    const last = { ...policy, counts: 'last' } as const;
    expect(finalScore([attempt(1, inTime, 2), attempt(2, closed, 6)], last)).toMatchObject({ attempt: 1, score: 2 });
    expect(finalScore([attempt(1, closed, 6)], policy)).toMatchObject({ attempt: 1, raw: 6, penalty: 6, score: 0 });
  });
  it('is nothing where nothing was handed in or graded', () => {
    const nothing = { student: 'li', lesson: '01-mini', attempt: 0, raw: 0, penalty: 0, score: 0, maxScore: 10 };
    expect(finalScore([], policy, 'li')).toEqual(nothing);
    expect(finalScore([attempt(1, inTime, undefined)], policy)).toEqual(nothing);
  });
  it('knows extensions and excuses', () => {
    const granted = { ...policy, extensions: { li: { dueAt: '2026-10-04T12:00Z' } } };
    expect(finalScore([attempt(1, closed, 6)], granted)).toMatchObject({ penalty: 0, score: 6 });
    const excused = { ...policy, extensions: { li: { excused: true } } };
    expect(finalScore([], excused, 'li')).toMatchObject({ excused: true });
    expect(finalScore([], { ...policy, extensions: {} }, 'constructor')).not.toHaveProperty('excused');
  });
  it('is never late without a due date', () => {
    const { dueAt: _, ...open } = policy;
    expect(finalScore([attempt(1, '2036-01-01T00:00:00Z', 6)], open)).toMatchObject({ penalty: 0, score: 6 });
  });
  it('mixes up neither students nor lessons', () => {
    const other = { ...attempt(3, inTime, 6), student: 'zhao' };
    const elsewhere = { ...attempt(4, inTime, 6), lesson: '02-other' };
    expect(finalScore([attempt(1, inTime, 1), other, elsewhere], policy)).toMatchObject({ attempt: 1, score: 1 });
  });
});

describe('marks', () => {
  it('take the place of what checks gave', () => {
    const marked = attempt(1, inTime, 3, [mark('b', 2.5), mark('a', 6)]);
    expect(rawScore(marked)).toBe(8.5);
    expect(scoredExercises(attempt(1, inTime, 3))).toMatchObject([{ pending: false }, { pending: true }]);
    expect(scoredExercises(marked).some(({ pending }) => pending)).toBe(false);
  });
  it('can make another attempt the best', () => {
    const attempts = [attempt(1, inTime, 5), attempt(2, inTime, 4, [mark('b', 4)])];
    expect(finalScore(attempts, policy)).toMatchObject({ attempt: 2, raw: 8 });
  });
});
