import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CellCompiler, nodeHost } from '../../lib/kernel';
import { ProjectFiles } from '../../lib/kernel/compiler/project-files';

let folder: string;
let file: string;
let host: ReturnType<typeof nodeHost>;

/** A change is told by the time of writing, so each version gets one of its own. */
function write(text: string, time: number): void {
  fs.writeFileSync(file, text);
  fs.utimesSync(file, time, time);
}

beforeAll(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'project-')));
  file = path.join(folder, 'mine.ts');
  const known = nodeHost(folder);
  const options = { ...known.options, lib: ['lib.es5.d.ts'], types: [] }; // little to read
  host = { ...known, options, ambientFiles: [], root: folder, projectFiles: new ProjectFiles(folder) };
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** What is wrong with a cell. */
function wrong(compiler: CellCompiler, source: string): string {
  const compilation = compiler.compile(source, 'cell 1');
  return 'error' in compilation ? stripVTControlCharacters(compilation.error.evalue) : '';
}

const sourceFile = (compiler: CellCompiler) => compiler.service.getProgram()?.getSourceFile(file);

test('notebooks share what was parsed, and each sees the version of its day', () => {
  const cell = "import { n } from './mine'; const twice: number = 2 * n;";
  write('export const n: number = 1;', 1000);
  const [first, second] = [new CellCompiler(host), new CellCompiler(host)];
  expect(wrong(first, cell)).toBe('');
  expect(wrong(second, cell)).toBe('');
  const parsed = sourceFile(first);
  expect(parsed).toBeDefined();
  expect(sourceFile(second)).toBe(parsed);

  write("export const n: string = 'one';", 2000);
  expect(wrong(second, cell)).toMatch(/type 'number'|arithmetic/);
  expect(wrong(new CellCompiler(host), cell)).toMatch(/type 'number'|arithmetic/);
  expect(parsed?.text).toContain('number = 1'); // which the first may still be looking at

  write('export const n: number = 1;', 1000);
  expect(wrong(second, cell)).toBe('');
  expect(wrong(first, cell)).toBe('');
  expect(sourceFile(first)).toBe(parsed);
});

test('a file outside of the project, and one that is not there, are not kept', () => {
  const kept = new ProjectFiles(folder);
  const read = (name: string) => (name.endsWith('.none') ? undefined : name);
  expect(kept.snapshot(`${folder}-other/a.ts`, '1', read)).toBeUndefined();
  expect(kept.snapshot(`${folder}/a.none`, '1', read)).toBeUndefined();
  expect(kept.has(`${folder}/a.none`, '1')).toBe(false);
  const snapshot = kept.snapshot(`${folder}/a.ts`, '1', read);
  expect(snapshot?.getText(0, snapshot.getLength())).toBe(`${folder}/a.ts`);
  expect(kept.snapshot(`${folder}/a.ts`, '1', () => 'another text')).toBe(snapshot);
  expect(kept.snapshot(`${folder}/a.ts`, '2', read)).toBeUndefined();
  expect(kept.has(`${folder}/a.ts`, '1')).toBe(true);
  expect(kept.has(`${folder}/a.ts`, '2')).toBe(false);
});
