import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../lib/cli/export';
import { build, listLessons } from '../../lib/lesson';
import { findJupyter } from '../../lib/setup/python.js';
import { fixtures } from './support';

const root = path.resolve(__dirname, '..', '..');

/** The Python of set-up's environment, or the one on PATH, if it has the module. */
function pythonWith(module: string): string | undefined {
  const own = path.join(root, '.genlab', 'venv', 'bin', 'python');
  const candidates = [own, path.join(root, '.genlab', 'venv', 'Scripts', 'python.exe'), 'python3', 'python'];
  return candidates.find((python) => spawnSync(python, ['-c', `import ${module}`]).status === 0);
}

const jupytext = pythonWith('jupytext');
const nbformat = pythonWith('nbformat');
if (!jupytext)
  console.warn('skipped: round trips through jupytext, because no Python here has it (npm test installs it)');
if (!nbformat) console.warn('skipped: validation by nbformat, because no Python here has it (npm start installs it)');

let folder: string;
beforeAll(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-jupytext-'))));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function python(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

const lessons = [
  path.join(fixtures, '90-clouds.ts'),
  ...listLessons({ root }).map((slug) => path.join(root, 'solutions', `${slug}.ts`)),
];

describe.skipIf(!jupytext)('jupytext', () => {
  it('turns every lesson into a notebook and back into the same text', () => {
    const names = lessons.map((file) => path.basename(file, '.ts'));
    const texts = lessons.map((file) => fs.readFileSync(file, 'utf8'));
    names.forEach((name, i) => fs.writeFileSync(path.join(folder, `${name}.ts`), texts[i]));
    python(jupytext ?? '', '-m', 'jupytext', '--quiet', '--to', 'ipynb', ...names.map((name) => `${name}.ts`));
    for (const name of names) fs.rmSync(path.join(folder, `${name}.ts`));
    python(jupytext ?? '', '-m', 'jupytext', '--quiet', '--to', 'ts:percent', ...names.map((name) => `${name}.ipynb`));
    names.forEach((name, i) => {
      expect(fs.readFileSync(path.join(folder, `${name}.ts`), 'utf8')).toBe(texts[i]);
    });
  }, 180_000);
});

describe.skipIf(!nbformat)('nbformat', () => {
  it('finds every notebook valid, and would write the same bytes', () => {
    const place = path.join(folder, 'root');
    fs.mkdirSync(path.join(place, 'solutions'), { recursive: true });
    for (const file of lessons) fs.copyFileSync(file, path.join(place, 'solutions', path.basename(file)));
    const { changed } = build({ root: place });
    expect(changed).toHaveLength(2 * lessons.length);
    const script = `
import sys, warnings, nbformat
warnings.simplefilter("error")
for name in sys.argv[1:]:
    text = open(name, encoding="utf8").read()
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook).rstrip("\\n") + "\\n" == text, name
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells), name
print(len(sys.argv) - 1)
`;
    expect(python(nbformat ?? '', '-c', script, ...changed).trim()).toBe(String(changed.length));
  }, 180_000);
});

describe('nbconvert', () => {
  it('writes a lesson as TypeScript that the compiler reads', async () => {
    const { nbconvert } = await findJupyter();
    const place = path.join(folder, 'script');
    fs.mkdirSync(path.join(place, 'solutions'), { recursive: true });
    fs.copyFileSync(lessons[0], path.join(place, 'solutions', path.basename(lessons[0])));
    const [notebook] = build({ root: place }).changed;
    const output = path.join(folder, 'clouds.ts');
    const written = Promise.resolve(command.run({ values: { to: 'script', output }, positionals: [notebook] }));
    if (!nbconvert) {
      await expect(written).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining('two ways to get') });
      return;
    }
    await written;
    const script = fs.readFileSync(output, 'utf8');
    expect(script).toContain("throw new Error('not implemented');");
    expect(ts.transpileModule(script, { reportDiagnostics: true }).diagnostics).toEqual([]);
  }, 120_000);
});
