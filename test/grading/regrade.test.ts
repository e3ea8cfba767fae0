import { describe, expect, it } from 'vitest';
import { findFlakes } from '../../lib/grading/flakes';
import { regradeReport, resultChange } from '../../lib/grading/regrade';
import type { ExerciseResult, FileResult } from '../../lib/grading/results';

const exercise = (gradeId: string, checks: Record<string, [number, number]>): ExerciseResult => ({
  gradeId,
  score: Object.values(checks).reduce((all, [earned]) => all + earned, 0),
  points: Object.values(checks).reduce((all, [, points]) => all + points, 0),
  checks: Object.entries(checks).map(([name, [earned, points]]) => ({
    name,
    earned,
    points,
    hidden: false,
    ...(earned < points ? { reason: `not ${name}` } : {}),
  })),
  notes: [],
});
const result = (...exercises: ExerciseResult[]): FileResult => ({
  file: '',
  lang: 'en',
  score: exercises.reduce((all, one) => all + one.score, 0),
  maxScore: exercises.reduce((all, one) => all + one.points, 0),
  exercises,
  notes: [],
  seconds: 1,
});

describe('a regrade', () => {
  const before = result(exercise('a', { shape: [1, 1], value: [0, 2] }), exercise('b', { all: [0.1, 1] }));
  it('says nothing where nothing changed', () => {
    expect(resultChange(before, { ...before, seconds: 9 })).toBeUndefined();
  });
  it('names what was gained and lost, check by check', () => {
    const after = result(exercise('a', { shape: [0, 1], value: [2, 2] }), exercise('b', { all: [0.3, 1] }));
    expect(resultChange(before, after)).toEqual({
      score: 1.2,
      maxScore: 0,
      changes: [
        { gradeId: 'a', check: 'shape', before: 1, after: 0 },
        { gradeId: 'a', check: 'value', before: 0, after: 2 },
        { gradeId: 'b', check: 'all', before: 0.1, after: 0.3 },
      ],
    });
  });
  it('knows checks that came and went', () => {
    const after = result(exercise('a', { shape: [1, 1], values: [1, 1] }), exercise('b', { all: [0.1, 1] }));
    expect(resultChange(before, after)).toEqual({
      score: 1,
      maxScore: -1,
      changes: [{ gradeId: 'a', check: 'values', before: 0, after: 1 }],
    });
  });
  it('is told in a table', () => {
    const better = result(exercise('a', { shape: [1, 1], value: [2, 2] }), exercise('b', { all: [0.1, 1] }));
    const one = { lesson: '01-mini', attempt: 2, before };
    const report = regradeReport([
      { ...one, student: 'li', after: better },
      { ...one, student: 'wang', before: better, after: before },
      { ...one, student: 'zhao', after: before },
    ]);
    expect(report).toMatchObject({ gained: 1, lost: 1, same: 1 });
    expect(report.text).toBe(
      [
        'li  01-mini  attempt 2: 1.1 → 3.1 (+2)',
        '    +2  a: value',
        'wang  01-mini  attempt 2: 3.1 → 1.1 (−2)',
        '    −2  a: value',
        '3 regraded: 1 gained, 1 lost, 1 kept their score.',
      ].join('\n'),
    );
  });
});

describe('checks that change their mind', () => {
  it('are named, with how often they said what and why', async () => {
    let run = 0;
    const seeds: string[] = [];
    const flakes = await findFlakes(
      async (seed) => {
        seeds.push(seed);
        run++;
        return [exercise('a', { steady: [1, 1], lucky: [run % 5 === 0 ? 0 : 2, 2] })];
      },
      { times: 10 },
    );
    expect(flakes).toEqual([
      {
        gradeId: 'a',
        check: 'lucky',
        earned: [
          { points: 2, times: 8 },
          { points: 0, times: 2 },
        ],
        reason: 'not lucky',
      },
    ]);
    expect(new Set(seeds).size).toBe(10);
  });
  it('can be looked for with the same numbers', async () => {
    const seeds = new Set<string>();
    await findFlakes(async (seed) => (seeds.add(seed), []), { times: 3, seeds: 'same' });
    expect(seeds.size).toBe(1);
  });
});
