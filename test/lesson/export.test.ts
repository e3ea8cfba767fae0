import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { command } from '../../lib/cli/export';
import { type SavedCell } from '../../lib/cli/page';
import { slidesOf, slidesPage } from '../../lib/cli/slides';
import { buildNotebook, notebookText } from '../../lib/lesson';
import { UserError } from '../../lib/errors';
import { clouds } from './support';

const prose = (source: string, type?: string): SavedCell => ({
  cell_type: 'markdown',
  source,
  metadata: type ? { slideshow: { slide_type: type } } : {},
});
const shown = (...cells: SavedCell[]) =>
  slidesOf({ cells }).map(({ pieces }) => pieces.map(({ cell, step }) => `${String(cell.source)}@${step}`));

describe('slides', () => {
  it('follow the slide types of Jupyter', () => {
    expect(
      shown(
        prose('a', 'slide'),
        prose('b'),
        prose('c', 'fragment'),
        prose('d', 'skip'),
        prose('e', 'subslide'),
        prose('f', '-'),
      ),
    ).toEqual([
      ['a@0', 'b@0', 'c@1'],
      ['e@0', 'f@0'],
    ]);
  });

  it('keep notes for the speaker', () => {
    const [slide] = slidesOf({ cells: [prose('a', 'slide'), prose('say this', 'notes')] });
    expect(slide.pieces).toHaveLength(1);
    expect(slide.notes.map(({ source }) => source)).toEqual(['say this']);
  });

  it('start at headings where the notebook says nothing of slides', () => {
    expect(shown(prose('# A'), prose('text'), prose('### B'), prose('#### C'))).toEqual([
      ['# A@0', 'text@0'],
      ['### B@0', '#### C@0'],
    ]);
  });

  it('are one file that asks nothing of the network', () => {
    const page = slidesPage(buildNotebook(clouds(), { lang: 'zh' }), '点云');
    expect(page).toContain('<title>点云</title>');
    expect(page.match(/<article class="slide">/g)?.length).toBe(1);
    expect(page).toContain('<math');
    expect(page).not.toMatch(/(src|href)="?(https?:)?\/\//);
  });
});

describe('genlab export', () => {
  let folder: string;
  let notebook: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-export-test-'));
    notebook = path.join(folder, 'clouds.ipynb');
    fs.writeFileSync(notebook, notebookText(buildNotebook(clouds(), { lang: 'en' })));
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    fs.rmSync(folder, { recursive: true });
  });
  const run = async (file: string, values: Record<string, string> = {}) => command.run({ values, positionals: [file] });

  it.each(['html', 'slides'])('writes a notebook as %s', async (to) => {
    const output = path.join(folder, 'new', `page.${to}`);
    await run(notebook, { to, output });
    expect(fs.readFileSync(output, 'utf8')).toContain('YOUR CODE HERE');
  });

  it.each([
    [
      'a format that it does not know',
      'x.ipynb',
      { to: 'pdf' },
      '--to pdf: there are html, slides, script, markdown, notebook, latex, rst, asciidoc',
      2,
    ],
    ['a language that it does not know', 'x.ipynb', { lang: 'fr' }, '--lang fr: there are en and zh', 2],
    ['a file that is not there', 'nowhere.ipynb', {}, 'there is no file nowhere.ipynb', 1],
  ])('says so of %s', async (_, file, values, message, exitCode) => {
    await expect(run(file, values)).rejects.toMatchObject({ message, exitCode });
  });

  it('says so of a notebook that is none', async () => {
    const broken = path.join(folder, 'broken.ipynb');
    fs.writeFileSync(broken, '{');
    await expect(run(broken)).rejects.toThrow(UserError);
    await expect(run(broken)).rejects.toThrow(/broken\.ipynb cannot be read: the file is no JSON/);
  });
});
