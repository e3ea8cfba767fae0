import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../../lib/engine';
import { exercise, fail, rubric, type Define, type FileResult, type Lang } from '../../../lib/grading';
import { localSubject } from '../../../lib/grading/ask';
import { forStudent } from '../../../lib/grading/audience';
import type { Attempt, FinalScore, Mark } from '../../../lib/grading/class/records';
import type { Release } from '../../../lib/grading/course';
import { feedbackHtml } from '../../../lib/grading/feedback';
import { runExercise } from '../../../lib/grading/run';

beforeAll(() => ready({ engine: 'cpu' }));

const define: Define = ({ check, subject }) => {
  check(
    { en: 'seen by all', zh: '人人可见' },
    { points: 1, hint: { en: 'Look twice.', zh: '再看一遍。' } },
    async ({ credit }) => {
      await subject.call('f', tf.scalar(1));
      credit(0.5, { en: 'it runs', zh: '可以运行' });
      fail({ en: 'Not <b>quite</b>.', zh: '还<b>不对</b>。' });
    },
  );
  check(
    { en: 'survives 31337', zh: '经得起 31337' },
    { points: 1, hidden: true, hint: { en: 'beware of giants', zh: '想想溢出' } },
    () => fail({ en: 'expected 271828', zh: '应为 271828' }),
  );
  check(
    { en: 'order of axes', zh: '轴的顺序' },
    {
      points: 1,
      hidden: { name: { en: 'Edge cases', zh: '边界情形' }, hint: { en: 'Try empty input.', zh: '试试空输入。' } },
    },
    async () => {
      await subject.call('g', tf.scalar(2));
    },
  );
  check({ en: 'also secret', zh: '也是秘密' }, { points: 1, hidden: true }, () => undefined);
};
/** Whatever a student's page must not hold. */
const secrets = [
  '31337',
  '271828',
  'giants',
  '溢出',
  'order of axes',
  '轴的顺序',
  'also secret',
  '也是秘密',
  'leaked-by-g',
];

const text = rubric('q', [
  { id: 'why', points: 2, text: { en: 'says why', zh: '说明了原因' } },
  { id: 'sign', points: -1, text: { en: 'sign wrong', zh: '符号有误' } },
]);
const release = {
  lesson: {
    title: { en: 'Mini <lesson>', zh: '微型课' },
    cells: [
      { kind: 'markdown', lang: 'en', source: '## 2. The *first* one' },
      { kind: 'markdown', lang: 'zh', source: '## 2. 第一题' },
      { kind: 'code', gradeId: 'a', source: '' },
    ],
  },
  rubrics: new Map([['q', text]]),
} as unknown as Release;

async function graded(lang: Lang): Promise<FileResult> {
  const functions = {
    f: () => 1,
    g: () => {
      throw new Error('leaked-by-g');
    },
  };
  const a = await runExercise(exercise('a', define), localSubject(functions), { lang, seed: 's', hidden: true });
  const q = { gradeId: 'q', score: 0, points: 2, manual: true, checks: [], notes: [] };
  const threw = {
    name: 'runs',
    points: 1,
    earned: 0,
    hidden: false,
    cause: 'threw',
    reason: 'It broke (line 2 of the cell).',
    line: 2,
  } as const;
  const b = { gradeId: 'b', score: 0, points: 1, cell: 3, checks: [threw], notes: ['The cell `b` was <i>moved</i>.'] };
  return {
    file: 'x',
    lang,
    lesson: '01-mini',
    score: a.score,
    maxScore: 7,
    exercises: [a, b, q],
    notes: ['A note on the file.'],
    seconds: 1,
  };
}

const cell = (source: string, gradeId?: string, type = 'code') => ({
  cell_type: type,
  source,
  metadata: gradeId ? { nbgrader: { grade_id: gradeId } } : {},
});
const notebook = {
  nbformat: 4,
  cells: [
    cell('const f = (x: number) => `</code><script>alert(1)</script>${x}`; // \u202etxet'.padEnd(80), 'a'),
    cell('an answer in words, <b>bold</b>', 'q', 'markdown'),
    cell('// one\nthrow new Error("two");\n/* three\nfour */', 'elsewhere'),
  ],
};
const marked: Mark = {
  gradeId: 'q',
  points: 1,
  maxPoints: 2,
  rubric: ['why', 'sign'],
  comment: 'Good,\nbut <see> the sign.',
  by: 'wang',
  at: '',
};

async function page(
  lang: Lang,
  more: { audience?: 'staff'; marks?: Mark[]; final?: Partial<FinalScore>; notebook?: unknown } = {},
) {
  const attempt: Attempt = {
    student: 'li',
    lesson: '01-mini',
    number: 2,
    submittedAt: '2026-10-02T16:30:00Z',
    hash: 'abc',
    file: '',
    marks: more.marks ?? [],
    result: await graded(lang),
  };
  const final: FinalScore = {
    student: 'li',
    lesson: '01-mini',
    attempt: 2,
    raw: 1.5,
    penalty: 0.15,
    score: 1.35,
    maxScore: 7,
    daysLate: 1,
    ...more.final,
  };
  const { audience } = more;
  return feedbackHtml(attempt, 'notebook' in more ? more.notebook : notebook, {
    lang,
    final,
    release,
    timeZone: 'Asia/Shanghai',
    ...(audience ? { audience } : {}),
  });
}

describe.each(['en', 'zh'] as const)('a page in %s', (lang) => {
  it('holds nothing of hidden checks but what may be shown', async () => {
    const html = await page(lang);
    for (const secret of secrets) expect(html).not.toContain(secret);
    expect(html).toContain({ en: 'Edge cases', zh: '边界情形' }[lang]);
    expect(html).toContain({ en: 'Try empty input.', zh: '试试空输入。' }[lang]);
    expect(html).toContain({ en: 'Hidden check 1', zh: '隐藏检查 1' }[lang]);
    expect(html).toContain({ en: 'Hidden check 3', zh: '隐藏检查 3' }[lang]);
  });
  it('holds all of it for staff', async () => {
    const html = await page(lang, { audience: 'staff' });
    const mine = {
      en: ['31337', '271828', 'order of axes', 'also secret', 'leaked-by-g'],
      zh: ['31337', '271828', '轴的顺序', '也是秘密', 'leaked-by-g'],
    };
    for (const secret of mine[lang]) expect(html).toContain(secret);
  });
  it('says what was earned, what was not and why', async () => {
    const html = await page(lang);
    const words = {
      en: [
        'lang="en"',
        '1.35',
        '1 day late',
        '−0.15',
        'Points for: ',
        'it runs',
        'Look twice.',
        '0.5 of 1',
        'The first one',
        '12:30',
        'Not scored yet',
      ],
      zh: [
        'lang="zh-CN"',
        '1.35',
        '迟交 1 天',
        '−0.15',
        '已得分的部分',
        '可以运行',
        '再看一遍',
        '0.5 / 1',
        '第一题',
        '00:30',
        '尚未评分',
      ],
    };
    for (const word of words[lang]) expect(html).toContain(word);
  });
});

describe('a page', () => {
  it('lets nothing of anybody become part of it', async () => {
    const html = await page('en', { marks: [marked] });
    for (const bad of ['<script', '<b>quite', '<i>moved', '<b>bold', '<see>', 'Mini <lesson>', '\u202e'])
      expect(html).not.toContain(bad);
    expect(html).toContain('⟨U+202E⟩');
    expect(html).toContain('Not &#60;b&#62;quite&#60;/b&#62;.');
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/https?:\/\//);
  });
  it('shows the graded cell with the line marked, and the reason with a link to it', async () => {
    const html = await page('en');
    expect(html).toMatch(
      /<span class="l at" id="exercise-b-line-2" data-note="the error arose here"><span class="k">throw<\/span>/,
    );
    expect(html).toMatch(/It broke \(line 2 of the cell\)\. <a href="#exercise-b-line-2">line 2<\/a>/);
    expect(html).toContain('<span class="c">/* three</span></span><span class="l"><span class="c">four */</span>');
    expect(html).toContain('Your answer (cell 3)');
  });
  it('shows the rubric and the comment of a person', async () => {
    const html = await page('en', { marks: [marked] });
    expect(html).toMatch(/applies: <\/span><span>says why \(\+2\)/);
    expect(html).toContain('sign wrong (−1)');
    expect(html).toContain('Good,<br>but &#60;see&#62; the sign.');
    expect(html).toContain('by wang');
  });
  it('says which attempt counts', async () => {
    expect(await page('en')).toContain('This attempt counts.');
    expect(await page('en', { final: { attempt: 1, score: 3 } })).toContain('Attempt 1 counts, with 3 of 7 points.');
    expect(await page('en', { final: { excused: true } })).toContain('You are excused');
  });
  it.each([null, [], 'x', { cells: [{}, 3, { source: 7 }] }, { cells: 'no' }])(
    'is made whatever the notebook is: %j',
    async (odd) => {
      expect(await page('en', { notebook: odd })).toContain('No answer was found in the notebook.');
    },
  );
  it('leaves out the end of a cell without end', async () => {
    const html = await page('en', { notebook: { nbformat: 4, cells: [cell('x;\n'.repeat(50_000), 'a')] } });
    expect(html).toContain('The rest of this cell is not shown.');
    expect(html.length).toBeLessThan(200_000);
  });
  it('is made of an attempt that is not graded yet', () => {
    const attempt: Attempt = {
      student: 'li',
      lesson: '01-mini',
      number: 1,
      submittedAt: '2026-10-02T16:30:00Z',
      hash: '',
      file: '',
      marks: [],
    };
    const final: FinalScore = {
      student: 'li',
      lesson: '01-mini',
      attempt: 0,
      raw: 0,
      penalty: 0,
      score: 0,
      maxScore: 7,
    };
    expect(feedbackHtml(attempt, notebook, { lang: 'zh', final, release })).toContain('本次提交尚未评分');
  });
});

describe('what a student may see of a hidden check', () => {
  it('is its points, and what the spec allows: no other field', async () => {
    const { checks } = forStudent(await graded('en')).exercises[0];
    expect(checks.slice(1)).toEqual([
      { name: 'Hidden check 1', points: 1, earned: 0, hidden: true },
      { name: 'Edge cases', points: 1, earned: 0, hidden: true, hint: 'Try empty input.' },
      { name: 'Hidden check 3', points: 1, earned: 1, hidden: true },
    ]);
  });
});
