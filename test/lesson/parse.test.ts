import { describe, expect, it } from 'vitest';
import { exercisesOf, LessonError, parseLesson } from '../../lib/lesson';
import { clouds, faults, lessonOf, problemsOf, sourceOf } from './support';

const en = '// %% [markdown] lang="en"\n// Hello.';
const zh = '// %% [markdown] lang="zh"\n// 你好。';
const solved = 'function f(): number {\n  // BEGIN SOLUTION\n  return 1;\n  // END SOLUTION\n}\n';

describe('a lesson', () => {
  it('has a title for each language, minutes and cells with their lines', () => {
    const lesson = clouds();
    expect(lesson).toMatchObject({ slug: '90-clouds', title: { en: 'Clouds', zh: '点云' }, minutes: 5 });
    expect(lesson.cells[2]).toMatchObject({ kind: 'code', tags: ['setup'], line: 27 });
    expect(lesson.cells[0].source).toBe(
      '# Clouds\n\nA point $\\mu$ becomes a cloud of width $\\sigma$:\n\n```ts\nconst z = mu + sigma * epsilon;\n```',
    );
  });

  it('takes its title from the first heading when there is no header', () => {
    expect(lessonOf(en.replace('Hello.', '# Hi'), zh).title).toEqual({ en: 'Hi', zh: '91-test' });
  });

  it('hands its exercises to the grader in order, without the check', () => {
    const [sample, width, why] = exercisesOf(clouds());
    expect(sample).toMatchObject({ gradeId: 'cloud-sample', points: 2, names: ['sample'], manual: false });
    expect(sample.solution).toContain('return mu + stretched;\n}');
    expect(sample.stub).toMatch(/\/\/ YOUR CODE HERE\n {2}throw new Error\('not implemented'\);\n}$/);
    expect(sample.setup).toHaveLength(1);
    expect(sample.setup[0]).toMatch(/^\/\/ What the exercises below need\.\nimport/);
    expect(width).toMatchObject({ names: ['width', 'ends'], points: 0.5 });
    expect(why).toMatchObject({ manual: true, kind: 'markdown', names: [] });
    expect(exercisesOf(clouds(), 'zh')[0].stub).toContain('// 在此处写下你的代码');
  });
});

describe('faults are named by file and line', () => {
  it('finds none in a sound lesson', () => {
    expect(faults(en, zh, '// %%\n1;')).toEqual([]);
  });

  const exercise = (marker: string, body = solved, check = "await check('x', { f });"): string =>
    `// %% ${marker}\n${body}${check}`;
  const x = 'grade_id="x" points=1';
  const inside = (code: string): string => `function f(): number {\n${code}\n}\n`;

  it.each<[what: string, cells: string[], faults: string[]]>([
    [
      'a missing partner',
      [en, '// %%\n1;'],
      ['2: this cell has no partner: right after it comes the same in lang="zh"'],
    ],
    ['a missing partner at the end', [zh], ['2: this cell has no partner: right after it comes the same in lang="en"']],
    ['partners that differ', [en, zh.replace('lang', 'figure="a" lang')], ['5: but for lang, the marker must say']],
    ['prose without language', ['// %% [markdown]\n// x'], ['2: a [markdown] cell says its language']],
    ['code with a language', ['// %% lang="en"\n1;'], ['2: code is shared by both languages']],
    ['an unknown key', ['// %% grade="x"\n1;'], ['2: there is no key "grade"; the keys are lang, grade_id']],
    ['a value that is no JSON', ["// %% figure='x'\n1;"], ["2: the value of figure is no JSON: 'x'"]],
    ['a value of the wrong kind', ['// %% tags="setup"\n1;'], ['2: tags must be a list of words']],
    ['a key given twice', ['// %% figure="a" figure="b"\n1;'], ['2: figure is given twice']],
    [
      'keys in another order than jupytext has',
      [exercise('points=1 grade_id="x"')],
      ['2: jupytext would write this line as: // %% grade_id="x" points=1'],
    ],
    ['a raw cell', ['// %% [raw]\n// x'], ['2: a cell is code or [markdown]']],
    ['points without grade_id', ['// %% points=2\n1;'], ['2: points needs a grade_id']],
    ['grade_id without points', [exercise('grade_id="x"')], ['2: grade_id "x" has no points']],
    ['negative points', [exercise('grade_id="x" points=-1')], ['2: points must be a number']],
    [
      'an id beyond ASCII',
      [exercise('grade_id="é" points=1', solved, "await check('é', { f });")],
      ['2: grade_id "é": only letters', '2: jupytext would write'],
    ],
    ['a grade_id given twice', [exercise(x), exercise(x)], ['10: grade_id "x" is taken already, in line 2']],
    [
      'a grade_id that the builder needs',
      [exercise(x), exercise('grade_id="x-check" points=1', solved, "await check('x-check', { f });")],
      ['10: grade_id "x-check" is what the test of "x"'],
    ],
    ['an exercise without check', [exercise(x, solved, '')], ["2: the cell must end in: await check('x', { … });"]],
    [
      'a check of another id',
      [exercise(x, solved, "await check('y', { f });")],
      ['2: check(\'y\', …) does not match grade_id "x"'],
    ],
    [
      'a check without grade_id',
      ["// %%\nawait check('y', { f });"],
      ["2: check('y', …) stands in a cell without grade_id"],
    ],
    ['a check that is not awaited', [exercise(x, solved, "check('x', { f });")], ['8: write "await check(…)"']],
    [
      'a check that is not last',
      [exercise(x, solved, "await check('x', { f });\nf();")],
      ['8: check(…) must be the last statement'],
    ],
    ['a check of nothing', [exercise(x, solved, "await check('x', {});")], ['8: the second argument of check names']],
    [
      'a check whose id is computed',
      [exercise(x, solved, 'await check(id, { f });')],
      ['2: the cell must end in', "8: the first argument of check is the exercise's grade_id"],
    ],
    ['an exercise without solution', [exercise(x, '')], ['2: exercise "x" has no // BEGIN SOLUTION']],
    ['a solution without grade_id', [`// %%\n${solved}`], ['2: a cell with a solution needs a grade_id']],
    [
      'graded prose that nobody scores',
      [en, zh].map((cell) =>
        cell.replace('lang', 'grade_id="x"  lang').replace('"\n', '" points=1\n').replace('  ', ' '),
      ),
      ['2: graded prose is scored by a person', '5: graded prose is scored by a person'],
    ],
    [
      'BEGIN without END',
      [exercise(x, inside('  // BEGIN SOLUTION\n  return 1;'))],
      ['2: exercise "x" has no', '4: BEGIN SOLUTION without END SOLUTION'],
    ],
    [
      'END without BEGIN',
      [exercise(x, inside('  return 1;\n  // END SOLUTION'))],
      ['2: exercise "x" has no', '5: END SOLUTION without BEGIN SOLUTION'],
    ],
    [
      'a marker behind code',
      [exercise(x, inside('  let a; // BEGIN SOLUTION\n  return 1;\n  // END SOLUTION'))],
      ['2: exercise "x" has no', '4: a marker is the whole line', '6: END SOLUTION without'],
    ],
    [
      'an empty solution',
      [exercise(x, inside('  // BEGIN SOLUTION\n  // END SOLUTION\n  return 1;'))],
      ['2: exercise "x" has no', '4: there is nothing between'],
    ],
    [
      'a solution that cuts a block',
      [exercise(x, inside('  if (a) {\n  // BEGIN SOLUTION\n  a;\n  }\n  // END SOLUTION\n  return 1;'))],
      ['2: exercise "x" has no', '5: BEGIN SOLUTION and END SOLUTION must stand in one and the same'],
    ],
    [
      'a whole function as solution',
      [exercise(x, `// BEGIN SOLUTION\n${inside('return 1;')}// END SOLUTION\n`)],
      ['2: exercise "x" has no', '4: outside a function a solution may hold only variables'],
    ],
    [
      'a value without type as solution',
      [exercise(x, '// BEGIN SOLUTION\nconst f = 1;\n// END SOLUTION\n')],
      ['2: exercise "x" has no', '4: outside a function a solution may hold only variables'],
    ],
    ['hidden tests', ['// %%\n// BEGIN HIDDEN TESTS\n1;'], ['3: hidden tests have no place in a lesson']],
    ['a syntax error', ['// %%\nconst a = ;\n'], ['3: Expression expected.']],
    ['Chinese under no comment', ['// %%\n1;\n// zh: 一'], ['4: "// zh:" must stand directly below']],
    ['Chinese behind no text', ['// %%\nf(1 /* zh: 一 */);'], ['3: "/* zh: … */" must stand directly after']],
    ['Chinese that is no text', ["// %%\nf('a' /* zh: 一 */);"], ['3: after zh: comes one string or template']],
    ['prose that is code', ['// %% [markdown] lang="en"\nconst a = 1;', zh], ['3: in a [markdown] cell every line']],
    [
      'an indented marker',
      ['// %%\n  // %%\n  1;'],
      ['2: this cell is empty', '3: a cell starts with "// %%" at the left edge'],
    ],
  ])('%s', (_, cells, wanted) => {
    const found = faults(...cells).sort();
    expect(found.map((fault, index) => fault.slice(0, wanted[index]?.length))).toEqual(wanted);
  });

  it.each([
    ['lines before the first cell', '// -*- coding: utf-8 -*-\nconst a = 1;\n// %%\n1;\n', '2: above the first cell'],
    [
      'an unknown key in the header',
      '// -*- coding: utf-8 -*-\n// ---\n// author: me\n// ---\n\n// %%\n1;\n',
      '3: the header has no "author"',
    ],
    [
      'a title without languages',
      '// -*- coding: utf-8 -*-\n// ---\n// title: me\n// ---\n\n// %%\n1;\n',
      '3: title is given for each language',
    ],
    ['a missing first line', '// %%\n1;\n', '1: the first line must be "// -*- coding: utf-8 -*-"'],
    ['Windows line ends', '// -*- coding: utf-8 -*-\r\n// %%\r\n1;\r\n', '1: lines must end in LF'],
    ['no cell at all', '// -*- coding: utf-8 -*-\n', '1: there is no cell'],
  ])('%s', (_, text, wanted) => {
    expect(problemsOf(text).map(({ line, message }) => `${line}: ${message}`)).toContainEqual(
      expect.stringContaining(wanted),
    );
  });

  it('wants a file name that can be a slug', () => {
    expect(problemsOf(sourceOf('// %%\n1;'), 'solutions/Vae.ts')[0].message).toContain('NN-slug.ts');
  });

  it('stops the builder, with every fatal fault in the message', () => {
    const text = sourceOf('// %% points=2\n1;', '// %% grade="x"\n1;');
    expect(() => parseLesson(text, 'solutions/05-gan.ts')).toThrow(LessonError);
    expect(() => parseLesson(text, 'solutions/05-gan.ts')).toThrow(
      /^solutions\/05-gan\.ts:2: points needs a grade_id\nsolutions\/05-gan\.ts:5: there is no key "grade"/,
    );
  });
});
