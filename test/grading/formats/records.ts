import type { Attempt, FinalScore, Mark } from '../../../lib/grading/class/records';
import type { CheckResult, ExerciseResult, FileResult } from '../../../lib/grading';

/** Words that only a hidden check says. None may reach a student. */
export const secret = 'SECRET-hidden-expectation';

export const check = (name: string, part: Partial<CheckResult> = {}): CheckResult => ({
  name,
  points: 1,
  earned: 1,
  hidden: false,
  ...part,
});

export const exerciseResult = (
  gradeId: string,
  checks: readonly CheckResult[],
  part: Partial<ExerciseResult> = {},
): ExerciseResult => ({
  gradeId,
  score: checks.reduce((sum, one) => sum + one.earned, 0),
  points: checks.reduce((sum, one) => sum + one.points, 0),
  checks,
  notes: [],
  ...part,
});

/** A lesson with everything in it that can go wrong, and with a written answer. */
export const exercises: readonly ExerciseResult[] = [
  exerciseResult('kl', [
    check('is zero for the prior'),
    check('is the closed form', {
      points: 1.5,
      earned: 0.5,
      cause: 'wrong',
      reason:
        'Numbers differ: got 3, largest difference 2 at [1, 0].\nThe second line, with "quotes", a, comma & <tags>.',
      hint: 'Look at the sign.',
    }),
    check(`${secret} name`, {
      hidden: true,
      earned: 0,
      cause: 'wrong',
      reason: `${secret} reason`,
      hint: `${secret} hint`,
    }),
  ]),
  exerciseResult(
    'sample',
    [
      check('=HYPERLINK("http://evil")', { earned: 0, cause: 'threw', reason: '@SUM(A1)\u0000\u001b[31m\ud800 half' }),
      check('ends', { earned: 0, cause: 'timeout', reason: 'It did not end within 10 s.' }),
      check(`${secret} second`, {
        hidden: true,
        shown: { name: 'spread', hint: 'Is it σ or σ²?' },
        earned: 0,
        cause: 'wrong',
      }),
    ],
    { notes: ['There are 2 versions of sample; the best one counts.'] },
  ),
  exerciseResult('why', [], { manual: true }),
];

export const result = (part: Partial<FileResult> = {}): FileResult => ({
  file: 'x.ipynb',
  lang: 'en',
  lesson: '04-vae',
  score: 1.5,
  maxScore: 6.5,
  exercises,
  notes: ['Cell 3 is damaged and was left out.'],
  seconds: 1.25,
  ...part,
});

export const mark: Mark = {
  gradeId: 'why',
  points: 0.5,
  maxPoints: 1,
  rubric: ['names-the-gap'],
  comment: '好，但不完整',
  by: 'ta@example.org',
  at: '2026-11-02T10:00:00.000Z',
};

export const attempt = (student: string, part: Partial<Attempt> = {}): Attempt => ({
  student,
  lesson: '04-vae',
  number: 2,
  submittedAt: '2026-11-01T08:00:00.000Z',
  gradedAt: '2026-11-01T09:00:00.000Z',
  hash: '0'.repeat(64),
  file: `submitted/${student}/04-vae/2.ipynb`,
  result: result(),
  marks: [mark],
  ...part,
});

export const final = (student: string, part: Partial<FinalScore> = {}): FinalScore => ({
  student,
  lesson: '04-vae',
  attempt: 2,
  raw: 2,
  penalty: 0.25,
  score: 1.75,
  maxScore: 7.5,
  ...part,
});
