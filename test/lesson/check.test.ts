import { describe, expect, it } from 'vitest';
import { checkLesson, type Lesson, showProblem } from '../../lib/lesson';
import { lessonOf } from './support';

const exercise = (solution: string, hint = '// Think.\n// zh: 想一想。'): string =>
  `// %% grade_id="x" points=1
${hint}
function f(n: number): number {
  // BEGIN SOLUTION
  ${solution}
  // END SOLUTION
}
await check('x', { f });`;
const prose = (en: string): string =>
  `// %% [markdown] lang="en"\n// ${en}\n\n// %% [markdown] lang="zh"\n// 说明：${en}`;
const setup = '// %% tags=["setup"]\nimport { check } from \'./check\';';

const found = (lesson: Lesson): string[] =>
  checkLesson(lesson, { types: false }).map((problem) => showProblem({ ...problem, file: 'lesson' }));

describe('leaks of solutions', () => {
  it('finds none where the lesson only teaches', () => {
    const lesson = lessonOf(
      setup,
      prose('Use `Math.sqrt`, then a square.'),
      exercise('const square = n * n;\n  return square + Math.sqrt(n);'),
    );
    expect(found(lesson)).toEqual([]);
  });

  it.each([
    [
      'a name set as code in prose',
      [prose('Call it `halfWidth`.'), exercise('const halfWidth = n / 2;\n  return halfWidth;')],
      'lesson:3: "halfWidth" gives away the solution of "x"',
    ],
    [
      'a name in a comment',
      [exercise('const halfWidth = n / 2;\n  return halfWidth;', '// Try halfWidth.\n// zh: 试试 halfWidth。')],
      'lesson:3: "halfWidth" gives away',
    ],
    ['a number', [prose('Take 0.70711 of it.'), exercise('return n * 0.70711;')], 'lesson:3: "0.70711" gives away'],
    [
      'a text',
      [prose('It is `mean_field`.'), exercise("return ['mean_field'].length;")],
      'lesson:3: "mean_field" gives away',
    ],
    [
      'a line in prose',
      [prose('So return n * n + n - 1, done.'), exercise('return n * n + n - 1;')],
      'this gives away a line of the solution of "x": return n * n + n - 1',
    ],
  ])('%s', (_, cells, wanted) => {
    expect(found(lessonOf(...cells)).join('\n')).toContain(wanted);
  });

  it('does not take for a secret what the open code says as well', () => {
    const open = '// %%\nconst halfWidth = 0.70711;\nhalfWidth;';
    expect(
      found(
        lessonOf(
          prose('See `halfWidth`, 0.70711.'),
          open,
          exercise('const halfWidth = 0.70711;\n  return n * halfWidth;'),
        ),
      ),
    ).toEqual([]);
  });
});

describe('traces of the other language', () => {
  it('finds Chinese in the English notebook', () => {
    expect(found(lessonOf("// %%\nf('甲');"))).toEqual(["lesson:3: Chinese in the English notebook: f('甲');"]);
  });

  it('finds prose that is not translated', () => {
    const lesson = lessonOf(
      '// %% [markdown] lang="en"\n// One two three four five.\n\n// %% [markdown] lang="zh"\n// One two three four five.',
    );
    expect(found(lesson)).toEqual(['lesson:6: this cell is lang="zh" but holds no Chinese']);
  });

  it('hints at comments that students in China would read in English', () => {
    expect(found(lessonOf('// %%\n1;\n// Here we go round again.\n2; // [B, H, W, C]'))).toEqual([
      'lesson:4: hint: this comment has no "// zh: …" below it',
    ]);
  });
});
