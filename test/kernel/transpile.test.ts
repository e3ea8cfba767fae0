import inspector from 'node:inspector';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CellSyntaxError, IMPORT_HELPER, VALUE_HELPER, transpileCell } from '../../lib/kernel';

const session = new inspector.Session();
const realm = globalThis as unknown as Record<string, unknown>;
let shown: unknown;
let declared: string[] = [];

beforeAll(() => {
  session.connect();
  realm[IMPORT_HELPER] = Object.assign((name: string) => import(name), { meta: { url: 'file:///cell' } });
  realm[VALUE_HELPER] = (value: unknown) => (shown = value);
});
afterAll(() => {
  session.disconnect();
  delete realm[IMPORT_HELPER];
  delete realm[VALUE_HELPER];
});

/** Runs one cell as the executor does and returns the value of its last expression. */
function run(source: string): Promise<unknown> {
  const cell = transpileCell(source, 'cell_1.ts', { earlier: declared });
  declared = [...declared, ...cell.declares];
  shown = undefined;
  return new Promise((resolve, reject) =>
    session.post(
      'Runtime.evaluate',
      { expression: cell.js, replMode: true, awaitPromise: true },
      (failure, answer: Partial<inspector.Runtime.EvaluateReturnType> = {}) => {
        const { exceptionDetails } = answer;
        if (failure) reject(failure);
        else if (exceptionDetails) reject(new Error(exceptionDetails.exception?.description ?? exceptionDetails.text));
        else resolve(shown);
      },
    ),
  );
}

test('the last expression is the value; a statement has none', async () => {
  expect(await run('let one: number = 1; one + 1')).toBe(2);
  expect(await run("'use no directive'")).toBe('use no directive');
  expect(await run('for (const each of [1, 2]) each;')).toBeUndefined();
});

const declarations: Record<string, string> = {
  let: 'let NAME = 1;',
  const: 'const NAME = 1;',
  var: 'var NAME = 1;',
  function: 'function NAME() {}',
  asyncFunction: 'async function NAME() {} await 1;',
  class: 'class NAME { #secret = 1; read() { return this.#secret; } }',
  enum: 'enum NAME { A, B }',
  namespace: 'namespace NAME { export const a = 1 }',
  destructured: 'const { NAME } = { NAME: 1 };',
  import: "import { EOL as NAME } from 'node:os';",
  loop: 'for (var NAME = 0; NAME < 2; NAME++);',
};
for (const [first, before] of Object.entries(declarations)) {
  test(`what was declared by ${first} can be declared again by anything`, async () => {
    for (const [second, after] of Object.entries(declarations)) {
      const name = `${first}_${second}`;
      await run(before.replaceAll('NAME', name));
      expect(await run(`${after.replaceAll('NAME', name)}\ntypeof ${name}`), second).not.toBe('undefined');
    }
  });
}

test('a function sees the present value of a variable that a later cell assigns or declares again', async () => {
  await run('let level = 1; function readLevel() { return level; }');
  await run('level = 2;');
  expect(await run('readLevel()')).toBe(2);
  await run('let level = 3;');
  expect(await run('readLevel()')).toBe(3);
});

test('functions are hoisted, may call each other and keep their names', async () => {
  expect(await run('const six = triple(2); function triple(n: number) { return n * 3; } [six, triple.name]')).toEqual([
    6,
    'triple',
  ]);
});

test('a failed initializer leaves a name that can be declared again', async () => {
  await expect(run("const unlucky = (() => { throw new Error('no') })();")).rejects.toThrow('no');
  expect(await run('const unlucky = 7; unlucky')).toBe(7);
});

test('static and dynamic imports, import.meta, top-level await', async () => {
  expect(
    await run("import os, { EOL as end } from 'node:os';\nimport * as all from 'node:os';\n[os.EOL, end, all.EOL]"),
  ).toEqual(['\n', '\n', '\n']);
  expect(await run("(await import('node:os')).EOL")).toBe('\n');
  expect(await run('import.meta.url')).toBe('file:///cell');
  expect(await run('const slow = await new Promise<number>((r) => setTimeout(() => r(5), 1)); slow')).toBe(5);
});

test('imports of types ask for nothing at run time', () => {
  const { js, declares } = transpileCell("import type { A } from 'a';\nimport { type B } from 'b';\n1", 'cell_1.ts');
  expect(js).not.toContain(IMPORT_HELPER);
  expect(declares).toEqual([]);
  const known = transpileCell("import { C } from 'c';", 'cell_1.ts', { types: new Set(['C']) });
  expect(known.js).not.toContain(IMPORT_HELPER);
});

test("a cell's own name for a global stays out of the libraries' way", async () => {
  await run("import { setTimeout } from 'node:timers/promises';\nconst console = 5, crypto = { mine: true };");
  expect(typeof setTimeout(() => undefined, 0)).toBe('object'); // this file is a library in the same realm
  expect(await run('await setTimeout(1, console)')).toBe(5);
  expect(await run('({ crypto }).crypto.mine')).toBe(true);
  expect(await run('((crypto: number) => crypto)(8)')).toBe(8);
  expect(await run('{ const crypto = 9; globalThis.found = crypto } globalThis.found')).toBe(9);
});

test('var in loops and patterns', async () => {
  expect(
    await run(
      'for (var { k = 2, ...others } of [{ z: 1 } as any]) { var [first, , ...tail] = [1, 2, 3]; }\n[k, others, first, tail]',
    ),
  ).toEqual([2, { z: 1 }, 1, [3]]);
});

test('using, decorators and exports', async () => {
  expect(await run('let freed = 0;\n{ using it = { [Symbol.dispose]() { freed++; } }; it; }\nfreed')).toBe(1);
  expect(
    await run(
      'function twice(f: any, _: unknown) { return function (this: any) { return 2 * f.call(this); }; }\nclass Ten { @twice value() { return 5; } }\nnew Ten().value()',
    ),
  ).toBe(10);
  expect(await run('export const shared = 3;\nexport { shared as renamed };\nexport default shared + 1')).toBe(4);
});

test('cells are strict, and a syntax error has its place', async () => {
  await expect(run('neverDeclared = 1')).rejects.toThrow('not defined');
  expect(() => transpileCell('const a = 1;\nconst b = ;', 'cell_1.ts')).toThrow(CellSyntaxError);
  try {
    transpileCell('const a = 1;\nconst b = ;', 'cell_1.ts');
  } catch (error) {
    expect(error).toMatchObject({ name: 'SyntaxError', line: 2, column: 11 });
  }
});

test('the map leads back to the cell', () => {
  const cell = transpileCell('interface Long {\n  a: number;\n}\n\nconst here = 1;', 'cell_4.ts');
  expect(JSON.parse(cell.map)).toMatchObject({ version: 3, sources: ['cell_4.ts'] });
});
