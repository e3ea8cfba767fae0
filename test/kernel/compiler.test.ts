import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CellCompiler, nodeHost } from '../../lib/kernel';

let folder: string;
let compiler: CellCompiler;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cells-'));
  compiler = new CellCompiler(nodeHost(folder));
});
beforeEach(() => compiler.reset());
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Compiles and, as if it had run, accepts a cell. */
function accepted(source: string): string {
  const compilation = compiler.compile(source, 'cell 1');
  if ('error' in compilation) throw new Error(stripVTControlCharacters(compilation.error.traceback.join('\n')));
  compilation.cell.accept();
  return compilation.cell.js;
}

function refused(source: string): string {
  const compilation = compiler.compile(source, 'cell 7');
  if (!('error' in compilation)) throw new Error('the cell compiles');
  return stripVTControlCharacters(compilation.error.traceback.join('\n'));
}

test('an error is shown at its line', () => {
  expect(refused("const a = 1;\nconst b: number = 'text';\n")).toBe(
    [
      'TypeScriptError: the cell was not run',
      "cell 7:2:7 TS2322: Type 'string' is not assignable to type 'number'.",
      '  1 | const a = 1;',
      "> 2 | const b: number = 'text';",
      '    |       ^',
      '  3 | ',
    ].join('\n'),
  );
  expect(refused('const a = ;')).toContain('SyntaxError');
});

test('names of earlier cells have their types, and may be declared again with others', () => {
  accepted('const size = 3;\ninterface Point { x: number }');
  accepted('const point: Point = { x: size };');
  expect(refused('point.y')).toContain("Property 'y' does not exist on type 'Point'");
  accepted("const size = 'large';");
  accepted('size.toUpperCase();');
  expect(refused('size.toFixed();')).toContain('toFixed');
});

test('a let of an earlier cell can be assigned by its type; a constant, a function and an import cannot', () => {
  accepted("import { EOL } from 'node:os';\nlet level: number | undefined;\nconst fixed = 1;\nfunction f() {}");
  accepted('level = 2;\nlevel.toFixed();');
  expect(refused("level = 'high';")).toContain('TS2322');
  for (const name of ['fixed', 'f', 'EOL']) expect(refused(`${name} = undefined as never;`)).toContain('Cannot assign');
});

test('the project is strict, and half-done work is no error', () => {
  expect(refused('function f(x) { return x; }')).toContain('implicitly');
  expect(refused('const x: string = null;')).toContain('TS2322');
  accepted('function g(unused: number) { return 1; return 2; }\nlet later;\nlet list = [];');
  accepted('list.push(1);');
});

test("packages and names of the project are found from a folder elsewhere, the folder's own files too", () => {
  accepted("import ts from 'typescript';\nconst version: string = ts.version;");
  fs.writeFileSync(path.join(folder, 'helper.ts'), 'export const helped = (x: number): string => String(x);');
  accepted("import { helped } from './helper';\nhelped(1).length;");
  expect(refused("helped('1');")).toContain('TS2345');
  fs.writeFileSync(path.join(folder, 'helper.ts'), 'export const helped = (x: string): string => x + x;');
  accepted("helped('1');");
  expect(refused("import 'no-such-package';\nimport { x } from 'no-such-package';")).toContain('no-such-package');
});

test('a file that was missing is found once it is written', () => {
  expect(refused("import { late } from './late';")).toContain("'./late'");
  fs.writeFileSync(path.join(folder, 'late.ts'), 'export const late = 1;');
  accepted("import { late } from './late';\nlate;");
});

test('imports that are types are not asked for at run time', () => {
  fs.writeFileSync(path.join(folder, 'types.ts'), 'export interface Shape { a: 1 }\nexport const value = 1;');
  const js = accepted("import { Shape, value } from './types';\nconst s: Shape = { a: 1 };");
  expect(js).toContain('value');
  expect(js).not.toContain('Shape');
});

test('after a reset no name is left', () => {
  accepted('const gone = 1;');
  compiler.reset();
  expect(refused('gone')).toContain("Cannot find name 'gone'");
});
