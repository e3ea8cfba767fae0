import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { gradeFiles } from '../../lib/grading';
import { buildNotebook, loadLesson, notebookText, type Notebook, type NotebookCell } from '../../lib/lesson';
import { answering, course, grade, gradeIdOf, miniNotebook, scores, solutionOf, words } from './support';

vi.setConfig({ testTimeout: 180_000 }); // the machine may be busy

const full = { 'mini-scale': 2, 'mini-sample': 3, 'mini-loss': 3 };
const none = { 'mini-scale': 0, 'mini-sample': 0, 'mini-loss': 0 };
const lesson = '01-mini';

const withCells = (
  change: (cells: readonly NotebookCell[]) => readonly NotebookCell[],
  from = miniNotebook(),
): Notebook => ({
  ...from,
  cells: change(from.cells),
});
const eachCell = (change: (cell: NotebookCell) => NotebookCell): Notebook => withCells((cells) => cells.map(change));
const only = (gradeId: string, change: (cell: NotebookCell) => NotebookCell): Notebook =>
  eachCell((cell) => (gradeIdOf(cell) === gradeId ? change(cell) : cell));
const withId = (cell: NotebookCell, grade_id: string): NotebookCell => {
  const { nbgrader } = cell.metadata;
  return { ...cell, metadata: { nbgrader: { ...(nbgrader as object), grade_id } } };
};
const plain = (source: string): NotebookCell => ({ cell_type: 'code', id: 'mine', metadata: {}, source, outputs: [] });
const after = (gradeId: string, added: NotebookCell): Notebook =>
  withCells((cells) => cells.flatMap((cell) => (gradeIdOf(cell) === gradeId ? [cell, added] : [cell])));
const before = (gradeId: string, added: NotebookCell, from?: Notebook): Notebook =>
  withCells((cells) => cells.flatMap((cell) => (gradeIdOf(cell) === gradeId ? [added, cell] : [cell])), from);

describe('a notebook that something happened to keeps its points', () => {
  const scale = solutionOf('mini-scale');
  const huge = Array.from({ length: 50 }, () => ({ output_type: 'stream', name: 'stdout', text: 'x'.repeat(1 << 20) }));
  const helper = 'const third = (x: number) => x;\nconst mine = (x: number) => third(half(x));';
  const helped = answering({ 'mini-scale': scale.replace('half(1)', 'mine(1)') });

  it.each<[string, Notebook | string | Buffer, RegExp?]>([
    ['nothing', miniNotebook()],
    ['a mark at its start (BOM)', `\ufeff${JSON.stringify(miniNotebook())}`],
    ['UTF-16', Buffer.from(`\ufeff${JSON.stringify(miniNotebook())}`, 'utf16le')],
    ['Windows line ends', JSON.stringify(miniNotebook()).replaceAll('\\n', '\\r\\n')],
    ['sources cut into lines', notebookText(miniNotebook())],
    ['50 MB of outputs', only('mini-scale', (cell) => ({ ...cell, outputs: huge }))],
    ['another format number', { ...miniNotebook(), nbformat: 5 }, /format is 5/],
    [
      'format 3',
      JSON.stringify({
        nbformat: 3,
        metadata: {},
        worksheets: [{ cells: miniNotebook().cells.map(({ source, ...cell }) => ({ ...cell, input: source })) }],
      }),
      /format is 3/,
    ],
    ['no kernel and no lesson named', { ...miniNotebook(), metadata: {} }],
    ['the name of another lesson', { ...miniNotebook(), metadata: { genlab: { lesson: '02-other' } } }],
    ['cells in reverse order', withCells((cells) => [...cells].reverse())],
    [
      'no test and setup cells',
      withCells((cells) =>
        cells.filter((cell) => !/check|^import|half\(x: number\)/m.test(cell.source) || gradeIdOf(cell)),
      ),
    ],
    [
      'a setup cell with a mistake in it',
      eachCell((cell) => (cell.source.startsWith('import') ? { ...cell, source: 'import (;' } : cell)),
    ],
    [
      'all metadata of an answer lost',
      only('mini-scale', (cell) => ({ ...cell, metadata: {} })),
      /No cell is marked mini-scale; cell \d/,
    ],
    ['all metadata lost', { ...eachCell((cell) => ({ ...cell, metadata: {} })) }, /No cell is marked/],
    [
      'an answer under another id',
      only('mini-scale', (cell) => withId(cell, 'my-own')),
      /No cell is marked mini-scale/,
    ],
    [
      'two ids swapped',
      eachCell((cell) => {
        const swapped: Record<string, string> = { 'mini-scale': 'mini-sample', 'mini-sample': 'mini-scale' };
        return withId(cell, swapped[gradeIdOf(cell) ?? ''] ?? gradeIdOf(cell) ?? '');
      }),
      /No cell is marked/,
    ],
    [
      'an answer turned into text',
      only('mini-scale', (cell) => ({ ...cell, cell_type: 'markdown' })),
      /turned into text/,
    ],
    ['an answer turned raw', only('mini-scale', (cell) => ({ ...cell, cell_type: 'raw' })), /turned into text/],
    [
      'an answer twice',
      after('mini-scale', miniNotebook().cells.find((cell) => gradeIdOf(cell) === 'mini-scale') as NotebookCell),
    ],
    [
      'an answer and a broken copy below it',
      after('mini-scale', withId(plain('function scale(x: Tensor) { return x; }'), 'mini-scale')),
      /2 versions of mini-scale; the best one counts/,
    ],
    [
      'an answer and the stub below it',
      after(
        'mini-scale',
        withId(
          plain(miniNotebook('student').cells.find((cell) => gradeIdOf(cell) === 'mini-scale')?.source ?? ''),
          'mini-scale',
        ),
      ),
    ],
    ['helpers in cells of their own', before('mini-scale', plain(helper), helped)],
    ['cells of scrap', before('mini-scale', plain('for (;;);'))],
    [
      'a cell that is no cell',
      { ...miniNotebook(), cells: [null, 7, ...miniNotebook().cells] as unknown as NotebookCell[] },
      /Cell 1 is damaged/,
    ],
    [
      'points and grade changed in its metadata',
      eachCell((cell) => ({
        ...cell,
        metadata: JSON.parse(
          JSON.stringify(cell.metadata)
            .replace('"grade":true', '"grade":false')
            .replace(/"points":\d/, '"points":100'),
        ),
      })),
    ],
  ])('%s', async (_, submission, says) => {
    const found =
      typeof submission === 'object' && 'metadata' in submission && Object.keys(submission.metadata).length === 0;
    const result = await grade(submission, found ? { lesson } : {});
    expect(scores(result), words(result)).toEqual(full);
    expect(result).toMatchObject({ score: 8, maxScore: 8, lesson });
    if (says) expect(words(result)).toMatch(says);
    else expect(words(result).trim()).toBe('');
  });
});

describe('what cannot be graded scores 0 and says why', () => {
  it.each<[string, string | Buffer, RegExp]>([
    ['an empty file', '', /is empty/],
    [
      'half a notebook',
      JSON.stringify(miniNotebook(), null, 1).slice(0, 2000),
      /not valid JSON. It breaks off in line \d+/,
    ],
    ['a program', 'console.log(1);', /not valid JSON/],
    ['a list', '[1, 2]', /holds no cells/],
    ['no cells', '{}', /holds no cells/],
    ['bytes', Buffer.from([0, 255, 1, 254]), /not valid JSON/],
    ['cells that are no list', '{"cells": {"length": 3}}', /holds no cells/],
  ])('%s', async (_, submission, says) => {
    const result = await grade(submission, { lesson });
    expect(scores(result)).toEqual(none);
    expect(result).toMatchObject({ score: 0, maxScore: 8 });
    expect(result.notes.join('\n')).toMatch(says);
    expect((await grade(submission, { lesson, lang: 'zh' })).notes.join('')).toMatch(/[\u4e00-\u9fff]/);
  });

  it('a notebook of something else', async () => {
    const other = { ...miniNotebook(), metadata: {}, cells: [plain('const a = 1;')] };
    expect(await grade(other)).toMatchObject({
      score: 0,
      maxScore: 0,
      notes: [expect.stringContaining('no exercise of this course')],
    });
    expect(scores(await grade(other, { lesson }))).toEqual(none);
  });

  it('a missing answer costs its own exercise', async () => {
    const result = await grade(withCells((cells) => cells.filter((cell) => gradeIdOf(cell) !== 'mini-sample')));
    expect(scores(result)).toEqual({ ...full, 'mini-sample': 0 });
    expect(words(result)).toContain('The cell mini-sample is missing.');
  });

  it('folders, links and missing files', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-test-'));
    const link = path.join(folder, 'link.ipynb');
    fs.symlinkSync('/etc/hostname', link);
    const good = path.join(folder, 'good.ipynb');
    fs.writeFileSync(good, JSON.stringify(miniNotebook()));
    try {
      const results = await gradeFiles([folder, link, path.join(folder, 'none.ipynb'), good], { ...course, lesson });
      expect(results.map(({ score }) => score)).toEqual([0, 0, 0, 8]);
      expect(results.map(({ notes }) => notes.join(' '))).toEqual([
        expect.stringContaining('a folder'),
        expect.stringContaining('a link'),
        expect.stringContaining('no such file'),
        '',
      ]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('the stub, in both languages', async () => {
    for (const lang of ['en', 'zh'] as const) {
      const result = await grade(miniNotebook('student', lang));
      expect(scores(result)).toEqual(none);
      expect(result.lang).toBe(lang);
      expect(words(result)).toMatch(lang === 'en' ? /`scale` is not written yet/ : /还没有写/);
    }
  });
});

describe('an answer that hands the work to the library', () => {
  it('is pointed out, whatever it scores', async () => {
    const notebook = buildNotebook(loadLesson('04-vae'), { lang: 'en', variant: 'solution' });
    const source = 'function gaussianKl(mu: Tensor2D, logVar: Tensor2D) {\n  return vae.gaussianKl(mu, logVar);\n}';
    const cells = notebook.cells.map((cell) => (gradeIdOf(cell) === 'vae-kl' ? { ...cell, source } : cell));
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-test-'));
    const file = path.join(folder, 'borrowed.ipynb');
    fs.writeFileSync(file, JSON.stringify({ ...notebook, cells }));
    try {
      const [result] = await gradeFiles([file]);
      expect(result.score).toBe(result.maxScore);
      expect(words(result)).toContain("calls the library's own vae.gaussianKl");
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

describe('scores', () => {
  it('are the same each time, to the last reason', async () => {
    const wrong = answering({ 'mini-scale': solutionOf('mini-scale').replace('half(1)', '0.4') });
    const [first, second] = [await grade(wrong), await grade(wrong)];
    expect(first.exercises).toEqual(second.exercises);
    expect(scores(first)).toEqual({ ...full, 'mini-scale': 0.5 });
    expect(words(first)).toContain('one and the same factor');
  });
});
