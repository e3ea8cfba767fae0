import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { rubric } from '../../lib/grading';
import type { Attempt, Mark } from '../../lib/grading/class/records';
import { disagreements, type Release } from '../../lib/grading/course';
import { marksSheet, readMarksSheet } from '../../lib/grading/marks';
import { rubricPoints } from '../../lib/grading/rubric';

const question = rubric('q', [
  { id: 'both', points: 2, text: { en: 'names both terms, "in full"', zh: '说出了两项' } },
  { id: 'why', points: 1, text: { en: 'says why', zh: '说明了原因' } },
  { id: 'sign', points: -0.5, text: { en: 'sign wrong', zh: '符号有误' } },
]);
const exercise = {
  gradeId: 'q',
  points: 3,
  manual: true,
  kind: 'markdown',
  names: [],
  solution: '',
  stub: '',
  setup: [],
  file: '',
  line: 1,
} as const;
const release = {
  lesson: { slug: '01-mini' },
  exercises: [exercise, { ...exercise, gradeId: 'coded', manual: false }],
  specs: new Map(),
  rubrics: new Map([['q', question]]),
} as unknown as Release;
const attempt = (student: string, marks: readonly Mark[] = []): Attempt => ({
  student,
  lesson: '01-mini',
  number: 2,
  submittedAt: '2026-10-01T00:00:00Z',
  hash: '',
  file: '',
  marks,
});
const mark: Mark = {
  gradeId: 'q',
  points: 1.5,
  maxPoints: 3,
  rubric: ['both', 'sign'],
  comment: '=1+1, "so"\n两行',
  by: 'w',
  at: '',
};

describe('a rubric', () => {
  it('is worth the items above 0', () => expect(question.points).toBe(3));
  it.each<[string[], number]>([
    [['both', 'why'], 3],
    [['both', 'sign'], 1.5],
    [['sign'], 0],
    [[], 0],
  ])('%j gives %d', (ids, points) => expect(rubricPoints(question, ids)).toBe(points));
  it.each<[string, () => unknown, RegExp]>([
    ['no items', () => rubric('q', []), /no items/],
    ['no points', () => rubric('q', [{ id: 'a', points: 0, text: 'a' }]), /needs points/],
    ['only deductions', () => rubric('q', [{ id: 'a', points: -1, text: 'a' }]), /no item gives points/],
    [
      'an id twice',
      () =>
        rubric(
          'q',
          [1, 2].map((points) => ({ id: 'a', points, text: 'a' })),
        ),
      /two items/,
    ],
    ['an id of words', () => rubric('q', [{ id: 'a b', points: 1, text: 'a' }]), /no id/],
    ['no text', () => rubric('q', [{ id: 'a', points: 1, text: ' ' }]), /needs a text/],
  ])('with %s is refused', (_, make, message) => expect(make).toThrow(message));
  it('must be worth what the lesson says, of a cell that people score', () => {
    const other = { ...question, gradeId: 'coded' };
    const wrong = {
      ...release,
      exercises: [{ ...exercise, points: 4 }],
      rubrics: new Map([
        ['q', question],
        ['coded', other],
      ]),
    };
    expect(disagreements(wrong)).toEqual([
      '01-mini: q is worth 4 points in the lesson, 3 in its rubric',
      '01-mini: the rubric coded belongs to no cell that people score',
    ]);
  });
});

describe('the table of marks', () => {
  it('has a row for each cell that people score, with what is known', () => {
    const text = marksSheet([attempt('li'), attempt('wang', [mark])], release, 'zh', () => '=HYPERLINK("x")');
    expect(text.startsWith('\uFEFF"student",')).toBe(true);
    const rows = parse(text, { bom: true, columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ student: 'li', exercise: 'q', max: '3', points: '', rubric: '' });
    expect(rows[0].items).toContain('both (+2): 说出了两项');
    expect(rows[1]).toMatchObject({
      points: '1.5',
      rubric: 'both sign',
      comment: `'=1+1, "so"\n两行`,
      answer: `'=HYPERLINK("x")`,
    });
  });
  it('comes back as it went', () => {
    const text = marksSheet([attempt('li'), attempt('wang', [mark])], release, 'en');
    expect(readMarksSheet(text, release)).toEqual([
      {
        student: 'wang',
        lesson: '01-mini',
        attempt: 2,
        gradeId: 'q',
        points: 1.5,
        rubric: ['both', 'sign'],
        comment: mark.comment,
      },
    ]);
  });

  const head = 'student;attempt;exercise;rubric;points;comment';
  const read = (...rows: string[]) => readMarksSheet([head, ...rows].join('\r\n'), release);
  it('can be filled in with items alone, with semicolons and with decimal commas', () => {
    expect(
      read('li;1;q;both, why;;', 'wang;1;q;;2,5;"good; really"', 'zhao;1;q;;;', '', 'wu;1;q;sign;3;'),
    ).toMatchObject([
      { student: 'li', points: 3, rubric: ['both', 'why'] },
      { student: 'wang', points: 2.5, rubric: [], comment: 'good; really' },
      { student: 'wu', points: 3, rubric: ['sign'] },
    ]);
  });
  it.each<[string, RegExp]>([
    ['li;1;q;;4;', /row 2: "4" is no number of points from 0 to 3/],
    ['li;1;q;;two;', /"two" is no number/],
    ['li;1;q;;-1;', /"-1" is no number/],
    ['li;0;q;;1;', /"0" is no number of an attempt/],
    ['li;1;coded;;1;', /coded is no cell of 01-mini that people score/],
    [';1;q;;1;', /the student is missing/],
    ['li;1;q;clever;;', /clever is not in the rubric of q, which has both, why, sign/],
    ['li;1;q;;;forgot the points', /a comment, and neither points nor items/],
    ['li;1;q;;1;\r\nli;1;q;;2;', /li, attempt 1, q is there twice/],
    ['li;1;q;"both;1;', /cannot be read/],
  ])('%j is refused', (row, message) => expect(() => read(row)).toThrow(message));
  it('without its columns is refused', () => {
    expect(() => readMarksSheet('a,b\n1,2\n', release)).toThrow('has no column student, attempt, exercise, points');
  });
});
