import { describe, expect, it } from 'vitest';
import { slidesOf, slidesPage } from '../../lib/cli/slides';
import { buildNotebook, checkLesson, glossary, type Lesson } from '../../lib/lesson';
import { faults, lessonOf } from './support';

const prose = (en: string, zh: string, more = ''): string =>
  `// %% [markdown] lang="en"${more}\n// ${en}\n\n// %% [markdown] lang="zh"${more}\n// ${zh}`;
const slide = (type: string): string => ` slideshow={"slide_type": "${type}"} tags=["slide"]`;
const problems = (lesson: Lesson): string[] =>
  checkLesson(lesson, { types: false })
    .filter(({ level }) => level === 'error')
    .map(({ message }) => message);

const lesson = lessonOf(
  prose('# Clouds', '# 点云'),
  prose('A long explanation.', '很长的讲解。'),
  prose('## In one line', '## 一句话', slide('slide')),
  prose('Ask them first.', '先提问。', slide('notes')),
  '// %% figure="cloud" slideshow={"slide_type": "fragment"}\nconst figure: number = 1;\nfigure;',
  '// %%\nconst plain: number = 2;\nplain;',
);

describe('slides of a lesson', () => {
  it('stay out of what students get, and change no id of it', () => {
    const { cells } = buildNotebook(lesson, { lang: 'en' });
    expect(cells.map(({ source }) => source).join()).not.toMatch(/In one line|Ask them/);
    expect(cells.map(({ id }) => id)).toEqual(['clouds', 'clouds-text-1', 'cloud', 'clouds-code-1']);
  });

  it('show what they are given, and nothing else', () => {
    const notebook = buildNotebook(lesson, { lang: 'zh', slides: true });
    const [only, ...more] = slidesOf(notebook);
    expect(more).toEqual([]);
    expect(only.pieces.map(({ cell, step }) => [cell.source, step])).toEqual([
      ['## 一句话', 0],
      ['const figure: number = 1;\nfigure;', 1],
    ]);
    expect(only.notes.map(({ source }) => source)).toEqual(['先提问。']);
  });

  it('fold the code of a figure', () => {
    const page = slidesPage(buildNotebook(lesson, { lang: 'en', slides: true }), 'Clouds');
    expect(page).toMatch(/<details><summary>code<\/summary><section class="code">/);
  });

  it('bring plotly along from a chart that is on none of them, and nothing else', () => {
    const cell = (type: string, html: string) => ({
      cell_type: 'code',
      metadata: { slideshow: { slide_type: type } },
      source: '',
      outputs: [{ output_type: 'display_data', data: { 'text/html': [html] } }],
    });
    const first = '<script>genlabFigures.provide("cartesian", "");</script>';
    const page = slidesPage(
      { cells: [cell('skip', first), cell('skip', '<p>aside</p>'), cell('slide', '<p>on it</p>')] },
      'A',
    );
    expect(page).toContain(`<div hidden>${first}</div>`);
    expect(page).toContain('<p>on it</p>');
    expect(page).not.toContain('aside</p>');
  });

  it('are the whole lesson where none were written', () => {
    const plain = lessonOf(prose('# Clouds', '# 点云'), '// %%\n1;\n2;');
    expect(slidesOf(buildNotebook(plain, { lang: 'en', slides: true }))[0].pieces).toHaveLength(2);
  });

  it('are refused where nobody would see them as they were meant', () => {
    expect(problems(lessonOf('// %% slideshow={"slide_type": "slide"} tags=["slide"]\n1;\n2;'))).toEqual([
      expect.stringContaining('only prose is tagged'),
    ]);
    expect(problems(lessonOf(prose('A.', '甲。', ' tags=["slide"]')))).toHaveLength(2);
    expect(problems(lessonOf(prose('A.', '甲。', ' slideshow={"slide_type": "notes"}')))).toHaveLength(2);
  });
});

const withTerms = (...terms: string[]): Lesson => {
  const header = ['// ---', '// terms:', ...terms.map((term) => `//   ${term}`), '// ---'];
  return lessonOf(
    header.join('\n'),
    prose('The *evidence\n// lower bound* (ELBO) and a Random-walk.', '证据\n// 下界与随机游走。'),
  );
};

describe('the glossary', () => {
  it('is made from the headers, by the English alphabet', () => {
    const one = withTerms('random walk: 随机游走', 'evidence lower bound (ELBO): 证据下界');
    expect(problems(one)).toEqual([]);
    expect(glossary([one, { ...one, slug: '92-next' }])).toEqual([
      { en: 'evidence lower bound (ELBO)', zh: '证据下界', lessons: ['91-test', '92-next'] },
      { en: 'random walk', zh: '随机游走', lessons: ['91-test', '92-next'] },
    ]);
  });

  it('has no term that the prose does not use, and none that is translated twice', () => {
    expect(problems(withTerms('score: 分数'))).toEqual([
      'the term "score" does not occur in the en prose',
      'the term "分数" does not occur in the zh prose',
    ]);
    expect(problems(withTerms('random walk: 随机游走', 'Random walk: 证据'))).toEqual([
      '"Random walk" is 证据 here and 随机游走 in line 4: agree on one',
    ]);
  });

  it('says what is no term', () => {
    expect(faults('// ---\n// terms:\n//   score\n// ---').join()).toContain('a term is "English: 中文", not: score');
  });
});
