import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSession } from './notebook-session';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'language-'));
let notebook: ReturnType<typeof startSession>;
beforeAll(() => (notebook = startSession(folder)));
afterAll(async () => {
  await notebook.session.dispose();
  fs.rmSync(folder, { recursive: true });
});

/** Cells and the value that each shows; undefined for none. They share one notebook, from top to bottom. */
const groups: Record<string, readonly (readonly [source: string, shown: string | undefined])[]> = {
  'what is shown': [
    ['[1, 2] // a comment', '[ 1, 2 ]'],
    ['42; // and a semicolon', '42'],
    ['42 /* c */ ;', '42'],
    ['const v1 = 1\nv1\n// behind it', '1'],
    ['// only a comment', undefined],
    [';', undefined],
    ["'use strict'", "'use strict'"],
    ['null', 'null'],
    ['void 0', undefined],
    ['{ a: 1, b: [2] }', '{ a: 1, b: [ 2 ] }'],
    ['{}', '{}'],
    ['{ const inside = 1; inside; }', undefined],
    ['({ a: 1 })', '{ a: 1 }'],
    ['(1, 2, 3)', '3'],
    ['10n ** 20n', '100000000000000000000n'],
    ["Symbol('s')", 'Symbol(s)'],
    ['export default 5', '5'],
    ['export = 6', '6'],
    ['debugger; 7', '7'],
    ['#!/usr/bin/env node\n8', '8'],
  ],
  'letters and lines': [
    ['\uFEFFlet bom = 1;\r\nbom + 1', '2'],
    ['`a\r\nb`.length', '3'],
    ["let idü = 'ü', 变量 = 2, 𝒳 = 3, \\u0061bc = 5; [idü, 变量, 𝒳, abc]", "[ 'ü', 2, 3, 5 ]"],
    ["'😀'.length", '2'],
    ["/a\\/[/]b/gu.test('a//b') ? /x/.source : 1 / 2 / 3", "'x'"],
    ['`a${`b${1 + 1}`}c${(() => { const t = `}`; return t; })()}`', "'ab2c}'"],
    ['1_000_000', '1000000'],
    ['let of = 1, async = 2, get = 3, type = 4, as = 5, from = 6; of + async + get + type + as + from', '21'],
    ['// @ts-expect-error\nconst wrong: number = "x"; wrong', "'x'"],
  ],
  declarations: [
    [
      'const { x, y: { z = 5, ...rest }, ...others } = { x: 1, y: { q: 2 } as { z?: number; q: number }, m: 1 }; [x, z, rest, others]',
      '[ 1, 5, { q: 2 }, { m: 1 } ]',
    ],
    ['const [p, , q = 3, ...tail] = [1, 2, undefined, 4]; [p, q, tail]', '[ 1, 3, [ 4 ] ]'],
    ['let s1 = 1, s2 = 2;', undefined],
    ['[s1, s2] = [s2, s1]; ({ a: s1 } = { a: 9 }); s1++; s2 ??= 4; s1 **= 2; [s1, s2]', '[ 100, 1 ]'],
    ["enum Color { Red, Green = 'g', Blue = 7 }", undefined],
    ['[Color.Red, Color.Green, Color.Blue]', "[ 0, 'g', 7 ]"],
    ['const enum Fast { A = 1, B = A << 2 } Fast.B', '4'],
    ['Fast.B + Fast.A', '5'],
    ['enum Color { Other } Color.Other', '0'],
    ['namespace Geo { export interface P { x: number } export namespace Deep { export const k = 4 } }', undefined],
    ['const point: Geo.P = { x: Geo.Deep.k }; point', '{ x: 4 }'],
    ["function merged() { return merged.extra; } namespace merged { export const extra = 'ns'; } merged()", "'ns'"],
    ['interface Both { a: number } const Both = { a: 1 };', undefined],
    ['const both: Both = { a: 2 }; [both, Both]', '[ { a: 2 }, { a: 1 } ]'],
    ['interface I1 { a: 1 } interface I1 { b: 2 } const i1: I1 = { a: 1, b: 2 }; i1', '{ a: 1, b: 2 }'],
    ['interface I1 { c: 3 } const i2: I1 = { c: 3 }; i2', '{ c: 3 }'],
    [
      'function over(x: string): string; function over(x: number): number; function over(x: any): any { return x; }',
      undefined,
    ],
    ["over(1).toFixed() + over('s').length", "'11'"],
    [
      'export const exported = 1; export { exported as other }; export type { Geo }; export default class {}',
      undefined,
    ],
    ['exported', '1'],
    ['if (true) var conditional = 1; do { var once = 2; } while (false); [conditional, once]', '[ 1, 2 ]'],
    ['for (var fi = 0, fj: number[] = []; fi < 3; fi++) fj.push(fi); [fi, fj]', '[ 3, [ 0, 1, 2 ] ]'],
    ['let evolving = []; evolving.push(1);', '1'],
    ['evolving.push(2); evolving', '[ 1, 2 ]'],
    ["import fs1 = require('node:fs'); typeof fs1.readFileSync", "'function'"],
    [
      'class Linked { next?: Linked; constructor(readonly v: number) {} } const first: Linked = new Linked(1); first.v',
      '1',
    ],
    ['class Linked { other = 2 }', undefined],
    ['[new Linked().other, first.v]', '[ 2, 1 ]'],
    ['const unique: unique symbol = Symbol("u"); const holder = { [unique]: 1 };', undefined],
    ['holder[unique].toFixed()', "'1'"],
  ],
  'names of globals': [
    ["const name = 'n', status = 1; function close() { return 'mine'; } [name, status, close()]", "[ 'n', 1, 'mine' ]"],
    ['name.toUpperCase() + close() + status', "'Nmine1'"],
    ['class Map<K> { constructor(public k: K) {} } new Map(1)', 'Map { k: 1 }'],
    ['[close.name, Map.name, new Map("x").k.length]', "[ 'close', 'Map', 1 ]"],
    ['const fetch = () => close.name; fetch.name + fetch()', "'fetchclose'"],
    ["import { setTimeout } from 'node:timers/promises'; await setTimeout(1, 'done')", "'done'"],
    [
      'declare global { var glob: number; interface Array<T> { mine(): T } }\nglobalThis.glob = 4; Array.prototype.mine = function () { return this[0]; }; 0',
      '0',
    ],
    ['[6].mine() + glob', '10'],
    ["declare global { var glob: string }\nglobalThis.glob = 'now text'; glob.length", '8'],
    ['[require.main === module, typeof exports]', "[ true, 'object' ]"],
  ],
  classes: [
    [
      'class Secret { #a = 1; static #n = 0; get v() { return this.#a; } static bump() { return ++Secret.#n; } accessor acc = 9; }',
      undefined,
    ],
    ['[new Secret().v, Secret.bump(), Secret.bump(), new Secret().acc]', '[ 1, 1, 2, 9 ]'],
    ['class Lazy { static v = 1; static { Lazy.v = 2; } } Lazy.v', '2'],
    [
      'abstract class Abs<T extends object = {}> { abstract go(): T; protected constructor(readonly t: T) {} } class Con extends Abs<{ a: 1 }> { constructor() { super({ a: 1 }); } go() { return this.t; } } new Con().go()',
      '{ a: 1 }',
    ],
    ['class Late extends (await Promise.resolve(class { base = 1 })) {} new Late().base', '1'],
    [
      'const calls: string[] = [];\nfunction logged<A extends any[], R>(f: (...a: A) => R, context: ClassMethodDecoratorContext) { return (...a: A): R => { calls.push(String(context.name)); return f(...a); }; }\nclass Decorated { @logged go(x: number) { return x + 1; } }\n[new Decorated().go(1), calls]',
      "[ 2, [ 'go' ] ]",
    ],
  ],
  using: [
    ['let order: string[] = []; const freed = (n: string) => ({ [Symbol.dispose]() { order.push(n); } });', undefined],
    ["{ using a = freed('a'); using b = freed('b'); order.push('body'); }\norder", "[ 'body', 'b', 'a' ]"],
    ["using top = freed('top'); order.length", '3'],
    ["await using late = { async [Symbol.asyncDispose]() { order.push('late'); } };", undefined],
    ['order.slice(3)', "[ 'top', 'late' ]"],
    [
      "async function inside() { await using r = { async [Symbol.asyncDispose]() { order.push('fn'); } }; return 5; }\n[await inside(), order.at(-1)]",
      "[ 5, 'fn' ]",
    ],
  ],
  'await and loops': [
    ['let seen: number[] = []; for (const each of [Promise.resolve(1), 2]) seen.push(await each); seen', '[ 1, 2 ]'],
    [
      'for (let i = await Promise.resolve(0); i < (await Promise.resolve(2)); i++) seen.push(i); seen',
      '[ 1, 2, 0, 1 ]',
    ],
    ['const o = { [await Promise.resolve("k")]: await 1, async m() { return await 2; } }; await o.m()', '2'],
    [
      'let { a: aa = await 5, ...bb } = await (async () => ({ c: 1 }) as { a?: number; c: number })(); [aa, bb]',
      '[ 5, { c: 1 } ]',
    ],
    ['switch (await 1) { case 1: { seen = [await 7]; break; } }\nseen', '[ 7 ]'],
    [
      "const un = await (async () => { try { return await Promise.reject(new Error('x')); } catch (e) { return (e as Error).message; } finally { await 0; } })(); un",
      "'x'",
    ],
    [
      'async function* agen() { yield 1; yield 2; } seen = []; for await (const v of agen()) seen.push(v); seen',
      '[ 1, 2 ]',
    ],
    ['function* gen(n: number) { for (let i = 0; i < n; i++) yield i; } [...gen(3)]', '[ 0, 1, 2 ]'],
    [
      'seen = []; outer: for (const i of [1, 2, 3]) { for (const j of [1, 2]) { if (j === 2) continue outer; if (i === 3) break outer; seen.push(i); } }\nseen',
      '[ 1, 2 ]',
    ],
    [
      'tag`a${1}b`; function tag(s: TemplateStringsArray, ...v: unknown[]) { return s.raw.length + v.length; }\ntag`${1}`',
      '3',
    ],
    ['((x) => x)(1 as number) satisfies number', '1'],
  ],
};

for (const [title, cells] of Object.entries(groups)) {
  test(title, async () => {
    for (const [source, shown] of cells) expect(await notebook.value(source), source).toBe(shown);
  });
}

describe('what a cell may not', () => {
  test('is said with its place', async () => {
    for (const [source, place] of [
      ['await', ':1:6'],
      ['/* open', ':1:8'],
      ['`open ${', ':1:9'],
      ['const a = 1;\nreturn a;', ':2:1'],
      ['over(true)', ':1:6'],
      ['{ a: missing }', ':1:6'],
      ['\uFEFFconst c: string = 5;\r\n', ':1:7'],
    ]) {
      expect(await notebook.failure(source), source).toContain(place);
    }
    expect(await notebook.failure("{ a: (() => { throw new Error('x'); })() }")).toMatch(/cell \d+:1:21\n/);
  });

  test('JSX is off until the tsconfig says otherwise; tslab marks such cells by a comment', async () => {
    expect(await notebook.failure('const el = <div>x</div>;')).toContain('"jsx" in tsconfig.json');
    await notebook.value(
      '/** @jsx */ namespace React { export const createElement = (...all: unknown[]) => all; } declare global { namespace JSX { interface IntrinsicElements { [name: string]: object } } }',
    );
    expect(await notebook.value('/** @jsx */\n<div id="a">text {1 + 1}</div>')).toBe(
      "[ 'div', { id: 'a' }, 'text ', 2 ]",
    );
  });
});

test('very long and very deep cells', async () => {
  const lines = Array.from({ length: 500 }, (_, i) => `const line${i}: number = ${i};`);
  expect(await notebook.value(`${lines.join('\n')}\nline499`)).toBe('499');
  expect(await notebook.value(`const sum = ${Array(2000).fill('1').join(' + ')}; sum`)).toBe('2000');
  expect(await notebook.failure(`const deep: any = ${'['.repeat(4000)}${']'.repeat(4000)};`)).toContain('too deeply');
});
