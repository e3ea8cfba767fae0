import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJupyter, findPandoc } from '../../lib/setup/python.js';

const genlab = path.resolve(import.meta.dirname, '../../lib/setup/genlab.js');
const { nbconvert } = await findJupyter();

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'export-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const save = (name: string, ...sources: readonly string[]): string => {
  const file = path.join(folder, name);
  const cells = sources.map((source, i) =>
    source.startsWith('#')
      ? { cell_type: 'markdown', id: `c${i}`, metadata: {}, source }
      : { cell_type: 'code', id: `c${i}`, metadata: {}, source, outputs: [], execution_count: null },
  );
  const metadata = { kernelspec: { name: 'genlab', display_name: 'TypeScript (genlab)', language: 'typescript' } };
  fs.writeFileSync(file, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
  return file;
};
const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [genlab, 'export', ...args], { encoding: 'utf8', timeout: 300_000 });
const made = (name: string): string => fs.readFileSync(path.join(folder, name), 'utf8');

describe('genlab export', () => {
  it('runs the cells first, without Jupyter', () => {
    const file = save('sum.ipynb', '# Sum', 'const x: number = 6;\nx * 7');
    const { status, stderr } = run(file, '--execute', '-o', path.join(folder, 'sum.html'));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(made('sum.html')).toContain('<pre>42</pre>');
  });

  it('names cell, line and error of a cell that fails, and writes nothing', () => {
    const file = save('bad.ipynb', '1', "const a = 1;\nthrow new RangeError('too far');");
    const { status, stderr } = run(file, '--execute', '-o', path.join(folder, 'bad.html'));
    expect(status).toBe(1);
    expect(stderr).toContain('cell 2, line 2: RangeError: too far');
    expect(fs.existsSync(path.join(folder, 'bad.html'))).toBe(false);
  });

  it('says which formats there are', () => {
    const { status, stderr } = run('04-vae', '--to', 'docx');
    expect(status).toBe(2);
    expect(stderr).toContain('html, slides, script, markdown, notebook, latex, rst, asciidoc');
  });

  describe.skipIf(!nbconvert)(nbconvert ? 'through nbconvert' : 'through nbconvert: skipped, there is none', () => {
    it.each([
      ['script', 'ts', 'const x: number = 6;'],
      ['markdown', 'md', '```typescript\nconst x: number = 6;'],
      ['notebook', 'ipynb', '"cell_type": "code"'],
    ])('--to %s', (to, ending, text) => {
      const file = save('sum.ipynb', '# Sum', 'const x: number = 6;\nx * 7');
      const { status, stderr } = run(file, '--to', to, '-o', path.join(folder, `made.${ending}`));
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(made(`made.${ending}`)).toContain(text);
    });

    it('--to latex where there is pandoc; else it says how to get it', () => {
      const { status, stderr } = run(
        save('sum.ipynb', '# Sum', '6 * 7'),
        '--to',
        'latex',
        '-o',
        path.join(folder, 'made.tex'),
      );
      if (findPandoc() === undefined) {
        expect(status).toBe(3);
        expect(stderr).toContain('--to latex needs pandoc');
      } else {
        expect(stderr).toBe('');
        expect(made('made.tex')).toContain('\\section{Sum}');
      }
    });
  });
});
