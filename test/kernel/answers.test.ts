import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CellCompiler, nodeHost } from '../../lib/kernel';
import { complete, inspectAt } from '../../lib/kernel/compiler/answers';

let folder: string;
let compiler: CellCompiler;
const cells = [
  'interface Options { learningRate: number; epochs?: number; mode: "fast" | "slow" }\n' +
    '/** Trains it. */\nfunction train(options: Options, times = 1): Options { return options; }\n' +
    'class Encoder { /** How many. */ readonly layers = 3; #hidden = 1; run() { return this.#hidden; } }',
  'let encoder = new Encoder(); const nested = { alpha: { beta: 1 } }; async function load() { return { loaded: 1 }; }',
];
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'answers-'));
  fs.mkdirSync(path.join(folder, 'src'));
  fs.writeFileSync(path.join(folder, 'src', 'helper.ts'), 'export const helped = 1;');
  compiler = new CellCompiler(nodeHost(folder));
  for (const source of cells) {
    const compilation = compiler.compile(source, 'cell');
    if ('error' in compilation) throw new Error(compilation.error.evalue);
    compilation.cell.accept();
  }
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** The cursor stands at `|`. */
function completions(marked: string): { texts: string[]; replaced: string } {
  const at = marked.indexOf('|');
  const source = marked.replace('|', '');
  const { start, end, items } = complete(compiler, source, at);
  return { texts: items.map(({ text }) => text), replaced: source.slice(start, end) };
}
const inspected = (marked: string) => inspectAt(compiler, marked.replace('|', ''), marked.indexOf('|'));

test('completion of names, members, keys and paths', () => {
  const cases: [string, string[], string?][] = [
    ['tra|', ['train'], 'tra'],
    ['encoder.|', ['layers', 'run'], ''],
    ['encoder.la|yer', ['layers'], 'layer'],
    ['encoder\n  ?.r|', ['run']],
    ['train({ |', ['learningRate', 'mode', 'epochs']],
    ['train({ mode: "|"', ['fast', 'slow'], ''],
    ['nested["|"]', ['alpha']],
    ['(await load()).|', ['loaded']],
    ['await load().|', ['catch', 'finally', 'then']],
    ['`x ${nested.al|} y`', ['alpha'], 'al'],
    ["'😀😀'; encoder.r|", ['run'], 'r'],
    ["import { E| } from 'node:os'", ['EOL']],
    ["import { | } from './src/helper'", ['helped', 'type']],
    ["import x from 'genl|'", ['genlab']],
    ["import x from 'tsl|'", ['tslab']],
    ['// tra|', []],
    ['"tra|"', []],
  ];
  for (const [marked, texts, replaced] of cases) {
    const found = completions(marked);
    expect(found.texts, marked).toEqual(texts);
    if (replaced !== undefined) expect(found.replaced, marked).toBe(replaced);
  }
});

test("a notebook's own names come first, each once", () => {
  const { texts } = completions('|');
  expect(texts.slice(0, 5).sort()).toEqual(['Encoder', 'encoder', 'load', 'nested', 'train']);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).toContain('Math');
  expect(texts.filter((text) => text.startsWith('__cell'))).toEqual([]);
});

test('inspection tells the signature and the comment', () => {
  for (const [marked, ...parts] of [
    ['tr|ain', 'function train(options: Options, times?: number): Options', 'Trains it.'],
    ['train(|', 'train(options: Options, times?: number): Options', 'Trains it.'],
    ['train({ mode: "fast", learningRate: 1 }, |', 'train(', 'Trains it.'],
    ['encoder.lay|ers', '(property) Encoder.layers: 3', 'How many.'],
    ['JSON.stringify|', 'JSON.stringify(', 'JavaScript Object Notation'],
    ['Opt|ions', 'interface Options'],
    ["import { rea|dFileSync } from 'node:fs'", 'function readFileSync'],
  ]) {
    const found = inspected(marked);
    for (const part of parts) {
      expect(found?.['text/plain'], marked).toContain(part);
      expect(found?.['text/markdown'], marked).toContain(part);
    }
    expect(found?.['text/plain'], marked).not.toContain('alias');
  }
  expect(inspected('|')).toBeUndefined();
  expect(inspected('"a te|xt"')).toBeUndefined();
});
