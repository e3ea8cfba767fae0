import { describe, expect, it } from 'vitest';
import { classReportHtml } from '../../../lib/grading/class-report';
import { attemptsByDay } from '../../../lib/grading/class-report/plots';
import { classStatistics, correlation, medianOf } from '../../../lib/grading/class-report/statistics';
import type { Attempt, FinalScore } from '../../../lib/grading/class/records';
import { madeClass } from './made';

const lesson = '04-vae';
const numbers = (
  student: string,
  scores: readonly [number, number],
  daysLate = 0,
): { attempt: Attempt; final: FinalScore } => {
  const exercises = scores.map((score, i) => ({
    gradeId: `e${i}`,
    score,
    points: 2,
    checks: [
      {
        name: 'all',
        points: 2,
        earned: score,
        hidden: false,
        ...(score < 2 ? ({ cause: 'wrong', kind: 'shape', reason: `got ${score}` } as const) : {}),
      },
    ],
    notes: [],
  }));
  const score = scores[0] + scores[1];
  const result = { file: '', lang: 'en', lesson, score, maxScore: 4, exercises, notes: [], seconds: 1 } as const;
  return {
    attempt: { student, lesson, number: 1, submittedAt: '2026-10-01T20:00:00Z', hash: '', file: '', marks: [], result },
    final: {
      student,
      lesson,
      attempt: 1,
      raw: score,
      penalty: 0,
      score,
      maxScore: 4,
      ...(daysLate ? { daysLate } : {}),
    },
  };
};

describe('the figures of a class', () => {
  const all = [numbers('a', [2, 2]), numbers('b', [0, 1], 2), numbers('c', [1, 2]), numbers('d', [0, 0])];
  const nobody = (student: string, more: Partial<FinalScore> = {}): FinalScore => ({
    student,
    lesson,
    attempt: 0,
    raw: 0,
    penalty: 0,
    score: 0,
    maxScore: 4,
    ...more,
  });
  const elsewhere = { ...numbers('z', [2, 2]).attempt, lesson: '03-autoencoder' };
  const found = classStatistics(
    lesson,
    [...all.map(({ attempt }) => attempt), elsewhere],
    [...all.map(({ final }) => final), nobody('e'), nobody('f', { excused: true })],
  );

  it('count students', () => {
    expect(found).toMatchObject({
      handedIn: 4,
      missing: 1,
      excused: 1,
      late: 1,
      full: 1,
      mean: 2,
      median: 2,
      maxScore: 4,
    });
    expect(found.deviation).toBeCloseTo(Math.sqrt((4 + 1 + 1 + 4) / 4), 12);
  });
  it('judge exercises', () => {
    expect(found.exercises).toMatchObject([
      { gradeId: 'e0', points: 2, mean: 3 / 8, full: 1 / 4, none: 1 / 2, scored: 4 },
      { gradeId: 'e1', points: 2, mean: 5 / 8, full: 1 / 2, none: 1 / 4, scored: 4 },
    ]);
    // By hand: shares 1, 0, ½, 0 beside 2, 1, 2, 0.
    expect(found.exercises[0].discrimination).toBeCloseTo(1.125 / Math.sqrt(0.6875 * 2.75), 12);
  });
  it('name what cost points', () => {
    expect(found.lost).toMatchObject([
      { gradeId: 'e0', check: 'all', cause: 'wrong', kind: 'shape', students: 3, points: 5, example: 'got 0' },
      { gradeId: 'e1', students: 2, points: 3 },
    ]);
  });
  it('are robust where there is little', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(correlation([1, 2], [1, 2])).toBeUndefined();
    expect(correlation([1, 1, 1], [1, 2, 3])).toBeUndefined();
    expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    expect(classStatistics(lesson, [], [])).toMatchObject({ handedIn: 0, exercises: [], maxScore: 0 });
  });
  it('know days by the clock of the class, and weeks where days are many', () => {
    const at = (submittedAt: string): Attempt => ({ ...elsewhere, submittedAt });
    expect(attemptsByDay([at('2026-10-01T20:00:00Z'), at('2026-10-03T10:00:00Z')], 'Asia/Shanghai')).toEqual([
      ['2026-10-02', 1],
      ['2026-10-03', 1],
    ]);
    expect(attemptsByDay([at('2026-10-01T12:00:00Z'), at('2026-10-03T10:00:00Z')], 'UTC').map(([, n]) => n)).toEqual([
      1, 0, 1,
    ]);
    expect(attemptsByDay([at('2026-01-01T12:00:00Z'), at('2026-06-07T10:00:00Z')], 'UTC')).toEqual([
      ['2025-12-29', 1],
      ['2026-06-01', 1],
    ]);
  });
});

describe('the report', () => {
  it.each(['en', 'zh'] as const)(
    'of a class of 30 in %s needs no network and lets nobody write into it',
    async (lang) => {
      const { attempts, finals } = madeClass(30, lang);
      const html = await classReportHtml({ className: '<Autumn>', lang, lesson, attempts, finals });
      expect(html).toContain(`<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">`);
      expect(html).toContain('&#60;Autumn&#62;');
      expect(html).not.toContain('<b>x</b>');
      expect(html).not.toMatch(/(src|href)="https?:/);
      expect(html.match(/<div data-genlab="/g)).toHaveLength(3);
      expect(html.match(/genlabFigures\.provide\(/g)).toHaveLength(1); // plotly once
      expect(html).toContain({ en: 'everybody solved it', zh: '全部做对' }[lang]);
      expect(html).toContain({ en: 'nobody solved it', zh: '无人做对' }[lang]);
      for (const { student } of finals) expect(html).toContain(`data-v="${student}"`);
    },
  );
  it('brings plotly anew for each page', async () => {
    const { attempts, finals } = madeClass(6);
    const options = { className: 'x', lang: 'en', lesson, attempts, finals } as const;
    expect(await classReportHtml(options)).toBe(await classReportHtml(options));
  });
  it('of a class that handed in nothing says so', async () => {
    const finals = madeClass(3).finals.map((final) => ({ ...final, attempt: 0 }));
    const html = await classReportHtml({ className: 'x', lang: 'en', lesson, attempts: [], finals });
    expect(html).toContain('Nothing was graded yet');
  });
});
