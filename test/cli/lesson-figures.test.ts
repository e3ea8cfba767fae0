import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { writeFigureSheets } from '../../lib/cli/lesson-figures';
import { figuresIn } from '../../lib/cli/run-figures';
import { collage, curves, imageGrid, table } from '../../lib/figures';
import { main } from '../../lib/cli';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-figures-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const picture = imageGrid(tf.tensor2d([[0, 1]]), { title: 'Two pixels' }).bundle();
const chart = curves({ title: 'Rising', series: [{ name: 'a', y: [1, 2] }] }).bundle();
const stillOf = (bundle: Readonly<Record<string, unknown>>): string => String(bundle['image/png']);

/** Width and height of a PNG, and its first bytes. */
function headOf(bytes: Buffer): { signature: string; width: number; height: number } {
  return { signature: bytes.toString('hex', 0, 8), width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

describe('figures of a run', () => {
  it('are its charts and pictures in order, as notebooks store them, and no tables', () => {
    const png = stillOf(chart);
    const output = (data: object): object => ({ output_type: 'display_data', data });
    const found = figuresIn({
      cells: [
        { cell_type: 'markdown', source: '# A lesson' },
        {
          cell_type: 'code',
          source: '',
          metadata: { genlab: { figure: 'rising' } },
          outputs: [
            { output_type: 'stream', text: 'words' },
            output({ ...chart, 'image/png': [`${png.slice(0, 40)}\n`, png.slice(40)] }),
            output(table([{ a: 1 }]).bundle()),
          ],
        },
        { cell_type: 'code', source: '', outputs: [output(picture)] },
        { cell_type: 'code', source: '', outputs: [output({ 'application/vnd.plotly.v1+json': {} })] },
      ],
    });
    expect(found).toEqual([{ name: 'rising', png }, { png: stillOf(picture) }, { png: '' }]);
  });
});

describe('a contact sheet', () => {
  it('shows every figure once, in pages, and names those that have no still picture', () => {
    const figures = Array.from({ length: 41 }, () => ({ png: stillOf(picture) }));
    const lessons = [
      { slug: '01-a', figures },
      {
        slug: '02-b',
        figures: [
          { png: stillOf(chart), name: 'rising' },
          { png: '', name: 'lost' },
        ],
      },
    ];
    const { files, count, missing } = writeFigureSheets(lessons, path.join(folder, 'all.png'));
    expect(files.map((file) => path.basename(file))).toEqual(['all-1.png', 'all-2.png']);
    expect([count, missing]).toEqual([42, ['02 · 2 · lost']]);
    const [first, second] = files.map((file) => headOf(fs.readFileSync(file)));
    expect(first.signature).toBe('89504e470d0a1a0a');
    expect(first.width).toBeGreaterThan(second.width); // four in a row; the second page holds two
    const single = writeFigureSheets([{ slug: '01-a', figures: figures.slice(0, 1) }], path.join(folder, 'one.png'));
    expect(single.files).toEqual([path.join(folder, 'one.png')]);
  });

  it('makes a large picture smaller and leaves a small one as it is', () => {
    const sheet = (width: number): { width: number; height: number } => {
      const made = collage([{ label: 'rising', png: stillOf(chart) }], { width, height: 9999 }).bundle();
      return headOf(Buffer.from(stillOf(made), 'base64'));
    };
    const own = headOf(Buffer.from(stillOf(chart), 'base64'));
    const [small, whole, more] = [sheet(200), sheet(own.width), sheet(own.width + 100)];
    expect(whole.height - small.height).toBeCloseTo(own.height - (own.height * 200) / own.width, -1);
    expect(more.height).toBe(whole.height);
  });

  it('refuses what is no picture', () => {
    expect(() => collage([])).toThrow(/no pictures/);
    expect(() => collage([{ label: 'x', png: 'AAAA' }])).toThrow(/"x" is no PNG/);
  });

  it('is asked for with a name that ends in .png, and in a language that there is', async () => {
    expect(await main(['lessons', '--figures', 'sheet.jpg'])).toBe(2);
    expect(await main(['lessons', '--figures', 'sheet.png', '--lang', 'fr'])).toBe(2);
    expect(await main(['lessons', '--lang', 'zh'])).toBe(2);
  });
});
