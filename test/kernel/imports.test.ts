import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSession } from './notebook-session';

/** A folder far from the project, with a tsconfig and packages of its own. */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'imports-'));
const write = (name: string, text: string): void => {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
};
const later = () => new Promise((resolve) => setTimeout(resolve, 20)); // so that an edited file has another time

const files: Record<string, string> = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      experimentalDecorators: true,
      noUncheckedIndexedAccess: true,
      rootDir: 'src',
      outDir: 'dist',
      declaration: true,
      jsx: 'react-jsx',
      paths: { '@own/*': ['./src/*'] },
    },
  }),
  'node_modules/esm-only/package.json': '{"type":"module","exports":"./i.js","types":"./i.d.ts"}',
  'node_modules/esm-only/i.js': 'export const a = await Promise.resolve(3); export default () => "default";',
  'node_modules/esm-only/i.d.ts': 'export const a: number; export default function f(): string;',
  'node_modules/typed/package.json': '{"exports":{"./sub":{"types":"./t/s.d.ts","import":"./s.mjs"}}}',
  'node_modules/typed/t/s.d.ts': 'export const sub: number;',
  'node_modules/typed/s.mjs': 'export const sub = 5;',
  'node_modules/common/package.json': '{"main":"i.js"}',
  'node_modules/common/i.js': 'module.exports = () => "called"; module.exports.prop = 3;',
  'node_modules/react/package.json': '{}',
  'node_modules/react/jsx-runtime.js': 'exports.jsx = exports.jsxs = (type, props) => ({ type, props });',
  'node_modules/react/jsx-runtime.d.ts':
    'export namespace JSX { interface IntrinsicElements { [k: string]: object } } export const jsx: Function, jsxs: Function;',
  'src/deep.ts': 'export const deep: number = 1;',
  'src/direct.ts':
    "import { deep } from './deep';\nexport const both = (): number => deep * 10;\nexport interface T { k: string }",
  'src/common.cjs': 'exports.c = 1;',
  'src/plain.js': 'export const j = "js";',
  'src/esm.mjs': "import { inner } from './inner.mjs'; export const m = inner + 1;",
  'src/inner.mjs': 'export const inner = 1;',
  'src/awaits.ts': 'export const v: number = await Promise.resolve(4);',
  'src/x.mts': "export const x: string = 'mts';",
  'src/view.tsx': 'export const View = () => <i>v</i>;',
  'src/equals.ts': 'export = { eq: 1 };',
  'data.json': '{"n": 1}',
};

let notebook: ReturnType<typeof startSession>;
beforeAll(() => {
  for (const [name, text] of Object.entries(files)) write(name, text);
  notebook = startSession(folder);
});
afterAll(async () => {
  await notebook.session.dispose();
  fs.rmSync(folder, { recursive: true });
});
const { value, failure } = {
  value: (source: string) => notebook.value(source),
  failure: (source: string) => notebook.failure(source),
};

test('packages of every kind', async () => {
  expect(await value("import f, { a } from 'esm-only'; [f(), a]")).toBe("[ 'default', 3 ]");
  expect(notebook.printed()).toBe(''); // no warning of Node's about how it was loaded
  expect(await value("import { sub } from 'typed/sub'; sub.toFixed()")).toBe("'5'");
  expect(await value("import called, { prop } from 'common'; [called(), prop, require('common').prop]")).toBe(
    "[ 'called', 3, 3 ]",
  );
  expect(
    await value("import type { Stats } from 'node:fs'; import { type Dirent, Stats as S } from 'node:fs'; S.name"),
  ).toBe("'Stats'");
  expect(await value("import { encode } from 'fast-png'; typeof encode")).toBe("'function'"); // the project's own
  expect(await failure("import { x } from 'no-such-package'; x")).toContain('no-such-package');
});

test('files of every kind', async () => {
  expect(await value("import { both, type T } from '@own/direct'; const t: T = { k: '' }; both()")).toBe('10');
  expect(await value("import { both as b2 } from './src/direct.js'; b2()")).toBe('10');
  expect(await value("import { c } from './src/common.cjs'; import { j } from './src/plain'; [c, j]")).toBe(
    "[ 1, 'js' ]",
  );
  expect(await value("import { m } from './src/esm.mjs'; import { x } from './src/x.mjs'; [m, x]")).toBe(
    "[ 2, 'mts' ]",
  );
  expect(await value("import { v } from './src/awaits'; v")).toBe('4');
  expect(await value("import { View } from './src/view'; View()")).toContain("type: 'i'");
  expect(await value('<b>{1}</b>')).toContain("type: 'b'");
  expect(await value("import eq = require('./src/equals'); import def from './src/equals'; eq.eq + def.eq")).toBe('2');
  expect(
    await value(
      "import data from './data.json' with { type: 'json' }; import * as all from './data.json'; data.n + all.n",
    ),
  ).toBe('2');
  expect(await value("const dynamic = await import('./src/' + 'deep'); dynamic.deep")).toBe('1');
});

test("the folder's own rules", async () => {
  expect(await failure('const list: number[] = []; list[0].toFixed()')).toContain("possibly 'undefined'");
  expect(
    await value(
      'const seen: string[] = []; function Mark(_: object, key: string) { seen.push(key); } class D { @Mark prop = 1; @Mark go() {} } seen',
    ),
  ).toBe("[ 'prop', 'go' ]");
  write(
    'src/marked.ts',
    'export const marks: string[] = []; const M = (_: object, k: string) => void marks.push(k); export class D { @M p = 1 }',
  );
  expect(await value("import { marks } from './src/marked'; marks")).toBe("[ 'p' ]");
});

test('an edited file is read again, its types too, wherever in the chain it stands', async () => {
  await later();
  write('src/deep.ts', 'export const deep: number = 2;');
  write('src/inner.mjs', 'export const inner = 10;');
  write('src/plain.js', 'export const j = 7;');
  write('data.json', '{"n": "two"}');
  expect(await value("import { both } from './src/direct'; import { m } from './src/esm.mjs'; [both(), m]")).toBe(
    '[ 20, 11 ]',
  );
  expect(await value("import { j } from './src/plain'; j.toFixed()")).toBe("'7'");
  expect(await value("import data from './data.json'; data.n.toUpperCase()")).toBe("'TWO'");
  expect(await value("(await import('./src/direct')).both()")).toBe('20');
});

test('errors of imported files are shown with their lines, and mended they are gone', async () => {
  const code = "import { e } from './src/e'; e.length";
  expect(await failure(code)).toContain("'./src/e'");
  for (const [text, place] of [
    ['export const e: string = 5;', './src/e.ts:1:14 TS2322'],
    ['export const e: string = ;', './src/e.ts:1:26 TS1109'],
    ["import { d } from './deeper';\nexport const e: string = d;", './src/e.ts:1:19 TS2307'],
  ]) {
    await later();
    write('src/e.ts', text);
    expect(await failure(code), text).toContain(place);
  }
  await later();
  write('src/e.ts', "export const e: string = 'abc'; if ('broken' in globalThis) throw new Error('as loaded');");
  expect(await value(code)).toBe('3');
  await value('(globalThis as any).broken = true; 0');
  await later();
  write('src/e.ts', "\nexport const e: string = 'abcd'; if ('broken' in globalThis) throw new Error('as loaded');");
  for (let i = 0; i < 2; i++) expect(await failure(code)).toContain('src/e.ts:2:');
  await value('delete (globalThis as any).broken; 0');
  expect(await value(code)).toBe('4');
  fs.rmSync(path.join(folder, 'src/e.ts'));
  expect(await failure(code)).toContain("Cannot find module './src/e'");
});
