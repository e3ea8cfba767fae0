import { describe, expect, it } from 'vitest';
import { buildNotebook, notebookText } from '../../lib/lesson';
import { clouds, lessonOf, sources } from './support';

const cell = (code: string): string => `// %%\n${code}`;
const first = (code: string, lang: 'en' | 'zh'): string => Object.values(sources(lessonOf(cell(code)), lang))[0];

describe('the notebook', () => {
  it('has the stub where the solution was, in either language', () => {
    expect(sources(clouds())['cloud-sample']).toBe(
      `/** A point of the cloud. */
function sample({ mu, sigma }: Cloud, epsilon: number): number {
  // 1. stretch the noise
  // 2. move it
  // YOUR CODE HERE
  throw new Error('not implemented');
}`,
    );
    expect(sources(clouds(), 'zh')['cloud-sample']).toBe(
      `/** 云中的一个点。 */
function sample({ mu, sigma }: Cloud, epsilon: number): number {
  // 1. 先伸缩噪声
  // 2. 再平移
  // 在此处写下你的代码
  throw new Error('尚未实现');
}`,
    );
  });

  it('keeps name and type of a value, so that later cells type-check', () => {
    expect(sources(clouds())['cloud-width']).toBe(
      `// YOUR CODE HERE
const width: number = (() => {
  throw new Error('not implemented');
})();
const ends: readonly [number, number] = (() => {
  throw new Error('not implemented');
})();`,
    );
  });

  it('shows the solution without markers when asked to', () => {
    expect(sources(clouds(), 'en', 'solution')).toMatchObject({
      'cloud-sample': expect.stringContaining(
        '  // 2. move it\n  const stretched = sigma * epsilon; // never sigma squared\n  return mu + stretched;\n}',
      ),
      'cloud-width': 'const width: number = 0.31415;\nconst ends: readonly [number, number] = [-width, width];',
      'cloud-why': 'Why does the noise come first?\n\nBecause a gradient cannot pass through a draw.',
    });
  });

  it('gives the test a cell of its own, with the comments above it', () => {
    expect(sources(clouds())['cloud-sample-check']).toBe("// Run me.\nawait check('cloud-sample', { sample });");
    expect(sources(clouds(), 'zh')['cloud-sample-check']).toBe("// 运行我。\nawait check('cloud-sample', { sample });");
  });

  it('asks for written answers in the language of the notebook', () => {
    expect(sources(clouds())['cloud-why']).toBe('Why does the noise come first?\n\nYOUR ANSWER HERE');
    expect(sources(clouds(), 'zh')['cloud-why']).toBe('为什么先采样噪声？\n\n在此处写下你的回答');
  });

  it('strips solutions in methods, arrows and nested blocks, with their indent', () => {
    const lesson = lessonOf(
      `// %% grade_id="x" points=1
class A {
  f(): number {
    // BEGIN SOLUTION
    return 1;
    // END SOLUTION
  }
}
const g = (n: number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    // BEGIN SOLUTION
    const square = \`
// END SOLUTION \${i}\`;
    sum += square.length;
    // END SOLUTION
  }
  return sum;
};
await check('x', { A, g });`,
    );
    expect(sources(lesson).x).toBe(
      `class A {
  f(): number {
    // YOUR CODE HERE
    throw new Error('not implemented');
  }
}
const g = (n: number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    // YOUR CODE HERE
    throw new Error('not implemented');
  }
  return sum;
};`,
    );
  });

  it('is written as nbformat writes it: sorted keys, one space, lines with their ends, a last newline', () => {
    const text = notebookText(buildNotebook(lessonOf('// %% tags=["setup"]\n1;\n2;'), { lang: 'en' }));
    expect(
      text.startsWith('{\n "cells": [\n  {\n   "cell_type": "code",\n   "execution_count": null,\n   "id": '),
    ).toBe(true);
    expect(text).toContain('   "source": [\n    "1;\\n",\n    "2;"\n   ]\n');
    expect(text).toContain('   "outputs": [],\n');
    expect(text.endsWith(' "nbformat": 4,\n "nbformat_minor": 5\n}\n')).toBe(true);
    expect(JSON.parse(text)).toMatchObject({
      metadata: {
        kernelspec: { name: 'genlab', display_name: 'TypeScript (genlab)', language: 'typescript' },
        language_info: { name: 'typescript', file_extension: '.ts' },
        genlab: { lesson: '91-test', lang: 'en', variant: 'student' },
      },
    });
  });
});

describe('cell ids', () => {
  const prose = (en: string, zh: string): string =>
    `// %% [markdown] lang="en"\n// ${en}\n\n// %% [markdown] lang="zh"\n// ${zh}`;
  const lesson = [
    prose('# Top', '# 顶'),
    cell('1;'),
    prose('## 2 · Next', '## 2 · 下一节'),
    cell('2;'),
    prose('More.', '更多。'),
  ];

  it('are unique, valid and the same in both languages', () => {
    const [en, zh] = (['en', 'zh'] as const).map((lang) => buildNotebook(clouds(), { lang }).cells.map(({ id }) => id));
    expect(en).toEqual(zh);
    expect(new Set(en).size).toBe(en.length);
    for (const id of en) expect(id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
  });

  it('say what the cell is', () => {
    expect(Object.keys(sources(lessonOf(...lesson)))).toEqual([
      'top',
      'top-code-1',
      'next',
      'next-code-1',
      'next-text-1',
    ]);
  });

  it('stay as they are when cells and sections are put in elsewhere, or texts change', () => {
    const grown = [
      lesson[0],
      cell('0;'),
      lesson[1],
      prose('## 2 · New', '## 2 · 新'),
      cell('fresh;'),
      ...lesson.slice(2),
    ];
    const ids = Object.keys(sources(lessonOf(...grown)));
    expect(ids).toEqual(expect.arrayContaining(['top', 'next', 'next-code-1', 'next-text-1']));
    const edited = [lesson[0], cell('other;'), lesson[2].replace('2 ·', '3 ·'), ...lesson.slice(3)];
    expect(Object.keys(sources(lessonOf(...edited)))).toEqual(Object.keys(sources(lessonOf(...lesson))));
  });

  it('tell apart headings that are the same or hold no Latin letter', () => {
    const twice = [
      prose('## Same', '## 同'),
      prose('## Same', '## 同'),
      prose('## 变', '## 变'),
      prose('## 1', '## 一'),
    ];
    expect(Object.keys(sources(lessonOf(...twice)))).toEqual(['same', 'same-2', 'section', 'section-2']);
  });

  it('are cut to the length that nbformat allows', () => {
    const ids = Object.keys(sources(lessonOf(prose(`## ${'word '.repeat(40)}`, '## 词'), cell('1;'))));
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]{1,64}$/);
  });
});

describe('code in two languages', () => {
  it.each([
    ['a comment', '// One.\n// zh: 一。\n1;', '// One.\n1;', '// 一。\n1;'],
    [
      'runs of unlike length',
      '// One\n// two.\n// zh: 一\n// zh: 二\n// zh: 三\n1;',
      '// One\n// two.\n1;',
      '// 一\n// 二\n// 三\n1;',
    ],
    ['two runs below each other', '// A\n// zh: 甲\n// B\n// zh: 乙\n1;', '// A\n// B\n1;', '// 甲\n// 乙\n1;'],
    ['indented comments', '{\n  // A\n  // zh: 甲\n  f();\n}', '{\n  // A\n  f();\n}', '{\n  // 甲\n  f();\n}'],
    ['a comment behind code', 'f(); // A // zh: 甲', 'f(); // A', 'f(); // 甲'],
    [
      'a comment behind code above others',
      'f(); // A\n// B\n// zh: 乙\n1;',
      'f(); // A\n// B\n1;',
      'f(); // A\n// 乙\n1;',
    ],
    ['a doc comment', '/** A */\n/** zh: 甲 */\nf();', '/** A */\nf();', '/** 甲 */\nf();'],
    [
      'a long doc comment',
      '/**\n * A\n */\n/**\n * zh: 甲\n * 乙\n */\nf();',
      '/**\n * A\n */\nf();',
      '/**\n * 甲\n * 乙\n */\nf();',
    ],
    ['a text', "f('A' /* zh: '甲' */, 1);", "f('A', 1);", "f('甲', 1);"],
    [
      'a text before the end of a statement',
      "const a = 'A'; /* zh: '甲' */\na;",
      "const a = 'A';\na;",
      "const a = '甲';\na;",
    ],
    ['a text in a list', "[\n  'A', /* zh: '甲' */\n];", "[\n  'A',\n];", "[\n  '甲',\n];"],
    ['a template', 'f(`a ${n} b` /* zh: `甲 ${n} 乙` */);', 'f(`a ${n} b`);', 'f(`甲 ${n} 乙`);'],
    ['a text within a template', "`a ${f('A' /* zh: '甲' */)}`;", "`a ${f('A')}`;", "`a ${f('甲')}`;"],
    [
      'what only looks like a comment',
      "f('// zh: no', `/* zh: 'no' */`, /\\/\\/ zh: /);",
      "f('// zh: no', `/* zh: 'no' */`, /\\/\\/ zh: /);",
      "f('// zh: no', `/* zh: 'no' */`, /\\/\\/ zh: /);",
    ],
  ])('%s', (_, code, en, zh) => {
    expect(first(code, 'en')).toBe(en);
    expect(first(code, 'zh')).toBe(zh);
  });
});
