import { describe, expect, it } from 'vitest';
import {
  buildNotebook,
  checksum,
  type GraderMetadata,
  langs,
  listLessons,
  loadLesson,
  nbgraderSource,
  parseLesson,
  stubs,
  type Lang,
  type Notebook,
} from '../../lib/lesson';
import { clouds } from './support';

/** What nbgrader's ClearSolutions and ClearHiddenTests do to a cell's text. */
function cleared(source: string, stub: string): string {
  const lines: string[] = [];
  let inside = false;
  for (const line of source.split('\n')) {
    if (/BEGIN SOLUTION/.test(line)) {
      const indent = /^\s*/.exec(line)?.[0] ?? '';
      lines.push(...stub.split('\n').map((each) => indent + each));
    }
    if (/BEGIN (SOLUTION|HIDDEN TESTS)/.test(line)) inside = true;
    else if (/END (SOLUTION|HIDDEN TESTS)/.test(line)) inside = false;
    else if (!inside) lines.push(line);
  }
  return lines.join('\n');
}

const graderOf = (cell: Notebook['cells'][number]): GraderMetadata | undefined =>
  (cell.metadata as { nbgrader?: GraderMetadata }).nbgrader;

const lessons = [clouds(), ...listLessons().map((slug) => loadLesson(slug))];
const cases = lessons.flatMap((lesson) => langs.map((lang) => [lesson.slug, lang, lesson] as const));

describe('the source notebook for nbgrader', () => {
  it.each(cases)('of %s (%s) becomes what students get from us', (_, lang, lesson) => {
    const source = nbgraderSource(lesson, lang);
    const student = buildNotebook(lesson, { lang });
    expect(source.cells.map(({ id }) => id)).toEqual(student.cells.map(({ id }) => id));
    for (const [i, cell] of source.cells.entries()) {
      const { code, fault, text } = stubs[lang];
      const stub = cell.cell_type === 'code' ? `${code}\n${fault}` : text;
      const same = (each: string): string => each.replace(/\s+/g, ' ').trim();
      const answer = graderOf(cell)?.solution && graderOf(cell)?.grade;
      const expected = same(student.cells[i].source);
      const made = same(cleared(cell.source, stub));
      // Outside functions, nbgrader's stub stands inside the value's function, ours above it.
      if (!/= (await )?\((async )?\(\) =>/.test(cell.source))
        expect(answer ? made.replace(` ${text}`, '') : made).toBe(answer ? expected.replace(` ${text}`, '') : expected);
    }
  });

  it.each(cases)('of %s (%s) has metadata of version 3 with right checksums and ids given once', (_, lang, lesson) => {
    const graders = nbgraderSource(lesson, lang).cells.flatMap((cell) => {
      const nbgrader = graderOf(cell);
      return nbgrader ? [{ cell, nbgrader }] : [];
    });
    for (const { cell, nbgrader } of graders) {
      expect(nbgrader.checksum).toBe(checksum(cell.source, nbgrader));
      expect(nbgrader.grade_id).toMatch(/^[a-zA-Z0-9_-]+$/);
      expect(nbgrader.schema_version).toBe(3);
    }
    expect(new Set(graders.map(({ nbgrader }) => nbgrader.grade_id)).size).toBe(graders.length);
  });

  it('asks every check between the markers of hidden tests, by an import that students cannot shadow', () => {
    const cell = nbgraderSource(clouds(), 'en').cells.find(({ id }) => id === 'cloud-sample-check');
    expect(cell?.source).toMatch(
      /await check\('cloud-sample', \{.*\}\);\n\/\/ BEGIN HIDDEN TESTS\nawait \(await import\('genlab\/grading'\)\)\.checkAll\('cloud-sample', \{.*\}\);\n\/\/ END HIDDEN TESTS$/,
    );
  });

  it('keeps the values that later cells need, in one language', () => {
    const lesson = (lang: Lang): string => {
      const text = `// -*- coding: utf-8 -*-

// %% grade_id="width" points=1
// BEGIN SOLUTION
const sigma: number = 0.5, name: string = 'width' /* zh: '宽度' */;
const data: number[] = await Promise.all([1, 2]);
// END SOLUTION
await check('width', { sigma });
`;
      return nbgraderSource(parseLesson(text, 'solutions/09-x.ts'), lang).cells[0].source;
    };
    expect(cleared(lesson('en'), 'STUB')).toBe(
      [
        'const sigma: number = (() => {',
        '  STUB',
        '})();',
        'const name: string = (() => {',
        '  STUB',
        '})();',
        'const data: number[] = await (async () => {',
        '  STUB',
        '})();',
      ].join('\n'),
    );
    expect(lesson('en')).toContain("return 'width';");
    expect(lesson('zh')).toContain("return '宽度'");
  });

  it('keeps the question of a written answer, which nbgrader would empty', () => {
    const source = nbgraderSource(clouds(), 'en').cells.find(({ id }) => id === 'cloud-why')?.source ?? '';
    expect(cleared(source, 'YOUR ANSWER HERE')).toContain('YOUR ANSWER HERE');
    expect(cleared(source, 'YOUR ANSWER HERE').replace('YOUR ANSWER HERE', '').trim()).not.toBe('');
  });
});
