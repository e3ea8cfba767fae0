import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CellCompiler, nodeHost } from '../../lib/kernel';
import { code, outputsOf, runIn } from './cells';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tslab-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const run = runIn(folder);
const theirs = path.resolve(import.meta.dirname, '../../node_modules/tslab/dist/public');

test('what tslab 1.0.22 declares is all there, with the same parameters and results', () => {
  const compiler = new CellCompiler(nodeHost(folder));
  const refusal = (source: string): string => {
    const compilation = compiler.compile(source, 'cell');
    return 'error' in compilation ? compilation.error.evalue : '';
  };
  const imports = `import * as ours from 'tslab'; import * as theirs from '${theirs}';\n`;
  // Either way round, so that a method of ours neither lacks a parameter nor asks for more.
  expect(
    refusal(
      `${imports}const all: typeof theirs = ours; const display: theirs.Display = ours.display;\n` +
        'const back: ours.Display = theirs.display; const versions: typeof ours.versions = theirs.versions;\n' +
        'const names: keyof typeof ours = null! as keyof typeof theirs; const methods: keyof theirs.Display = null! as keyof ours.Display;\n' +
        'const makes: typeof theirs.newDisplay = ours.newDisplay; const made: typeof ours.newDisplay = theirs.newDisplay;',
    ),
  ).toBe('');
  expect(refusal(`${imports}const more: typeof theirs & { missing: 1 } = ours;`)).toContain('missing');
  const names = (file: string): string[] =>
    [...fs.readFileSync(file, 'utf8').matchAll(/^export (?:declare )?(?:const|function|interface) (\w+)/gm)].map(
      ([, name]) => name,
    );
  const ours = names(path.resolve(import.meta.dirname, '../../lib/kernel/tslab.ts'));
  expect(names(`${theirs}.d.ts`).filter((name) => !ours.includes(name) && name !== 'Versions')).toEqual([]);
  expect(names(`${theirs}.d.ts`).length).toBeGreaterThan(3);
});

test('a notebook as people write them for tslab', async () => {
  fs.writeFileSync(path.join(folder, 'dot.jpg'), Buffer.from([255, 216, 255]));
  const { notebook, failures } = await run([
    code("import * as tslab from 'tslab';\nconsole.log(Object.keys(tslab.versions));"),
    code(
      '/** Fibonacci, the naive way */\nfunction fib(n: number): number {\n    return n > 1 ? fib(n - 1) + fib(n - 2) : 1;\n}',
    ),
    code('{\n    const n = 15;\n    console.log(`fib(${n}) = ${fib(n)}`)\n}'),
    code('let sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));\nawait sleep(5);\n`slept`'),
    code('sleep(5);'),
    code('import fs from "fs";\nimport * as tslab from "tslab";'),
    code("tslab.display.html('<b>Type</b>Script')"),
    code("tslab.display.jpeg(fs.readFileSync('dot.jpg'))"),
    code(
      '{\n    let display = tslab.newDisplay();\n    for (let progress = 1; progress <= 5; progress++) {\n      await sleep(1);\n      display.text(`progress: ${progress}%`);\n    }\n}',
    ),
    code("for (const kind of ['javascript', 'markdown', 'latex', 'svg', 'text'] as const) tslab.display[kind](kind);"),
    code(
      "for (const kind of ['png', 'gif', 'pdf'] as const) tslab.display[kind](new Uint8Array([1, 2]));\ntslab.display.raw('application/json', '{}');",
    ),
  ]);
  expect(failures).toEqual([]);
  const shown = notebook.cells.map((cell) =>
    outputsOf(cell).map((output) => ('text' in output ? output.text : 'data' in output ? output.data : output)),
  );
  expect(shown.slice(0, 5)).toEqual([
    ["[ 'tslab', 'typescript', 'node' ]\n"],
    [],
    ['fib(15) = 987\n'],
    [{ 'text/plain': "'slept'" }],
    [{ 'text/plain': 'Promise { <pending> }' }],
  ]);
  expect(shown.slice(6)).toEqual([
    [{ 'text/html': '<b>Type</b>Script' }],
    [{ 'image/jpeg': '/9j/' }],
    [{ 'text/plain': 'progress: 5%' }],
    [
      { 'text/javascript': 'javascript' },
      { 'text/markdown': 'markdown' },
      { 'text/latex': 'latex' },
      { 'image/svg+xml': 'svg' },
      { 'text/plain': 'text' },
    ],
    [{ 'image/png': 'AQI=' }, { 'image/gif': 'AQI=' }, { 'application/pdf': 'AQI=' }, { 'application/json': '{}' }],
  ]);
});

test('a notebook of tslab is checked by its rules, one of ours by the project', async () => {
  const cells = [code('const obj = { x: null };\nfunction twice(n) { return 2 * n; }\ntwice(obj?.x?.y ?? 4)')];
  expect((await run(cells, { lax: true })).failures).toEqual([]);
  expect((await run(cells)).failures).toMatchObject([{ ename: 'TypeScriptError' }]);
});

test('a JavaScript notebook (jslab) runs unchecked', async () => {
  const cells = [
    code("const tslab = require('tslab');\nfunction twice(n) {\n    return 2 * n;\n}\ntwice(4)"),
    code("class Hello {\n    constructor(name) {\n        this.name = name;\n    }\n}\nnew Hello('you').name"),
    code("/** @type {any} */\nlet x = 123;\nx += ' hello';\nx"),
    code('let x = ;'),
  ];
  const { notebook, failures } = await run(cells, { language: 'javascript', allowErrors: true });
  expect(failures).toMatchObject([{ count: 4, ename: 'SyntaxError' }]);
  const values = notebook.cells.slice(0, 3).map((cell) => outputsOf(cell)[0]);
  expect(values).toMatchObject([
    { data: { 'text/plain': '8' } },
    { data: { 'text/plain': "'you'" } },
    { data: { 'text/plain': "'123 hello'" } },
  ]);
});
