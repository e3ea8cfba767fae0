import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { cloudsText, lessonOf, sources } from './support';

const options = JSON.parse(readFileSync(path.join(__dirname, '..', '..', '.prettierrc.json'), 'utf8')) as object;
const pretty = (code: string): Promise<string> => format(code, { ...options, parser: 'typescript' });

/** A code cell after Prettier, as the students of one language get it. */
async function student(code: string, lang: 'en' | 'zh', marker = '// %%'): Promise<string> {
  const cell = (await pretty(`${marker}\n${code}`)).trimEnd();
  return Object.values(sources(lessonOf(cell), lang))[0];
}

describe('Prettier', () => {
  it('has nothing to change in the lesson format', async () => {
    expect(await pretty(cloudsText)).toBe(cloudsText);
  });

  const long = 'the average of the loss over all of the pictures of the test set, in nats for each';
  it.each([
    ['a value', "const a = 'A' /* zh: '甲' */\na"],
    ['an argument', "f('A' /* zh: '甲' */, 1)"],
    ['a last argument', "f(1, 'A' /* zh: '甲' */)"],
    ['a property', "f({ title: 'A' /* zh: '甲' */, x: 1 })"],
    ['a last property', "f({ x: 1, title: 'A' /* zh: '甲' */ })"],
    ['a key', "f({ ['A' /* zh: '甲' */]: 1 })"],
    ['items of a list', "f(['A' /* zh: '甲' */, 'B' /* zh: '乙' */])"],
    ['both ways of a choice', "f(x ? 'A' /* zh: '甲' */ : 'B' /* zh: '乙' */)"],
    ['a sum', "f('A' /* zh: '甲' */ + x + 'B' /* zh: '乙' */)"],
    ['a template', 'f(`A ${x} B` /* zh: `甲 ${x} 乙` */)'],
    ['a result', "const f = () => 'A' /* zh: '甲' */"],
    ['a returned value', "function f() { return 'A' /* zh: '甲' */ }"],
    ['a long text', `f({ title: 'A, ${long}' /* zh: '甲，${long}' */, other: 1 })`],
    ['a long list of arguments', `f('A' /* zh: '甲' */, '${long}', 'B' /* zh: '乙' */, x, y, z)`],
    ['a comment in a call', 'f(\n  // A\n  // zh: 甲\n  x,\n)'],
    ['a comment above a property', 'f({\n  // A\n  // zh: 甲\n  x: 1,\n})'],
    ['a comment at the end of a block', 'if (x) {\n  f();\n  // A\n  // zh: 甲\n}'],
  ])('leaves the Chinese of %s where it belongs', async (_, code) => {
    const [en, zh] = [await student(code, 'en'), await student(code, 'zh')];
    for (const text of [en, zh]) expect(text).not.toMatch(/zh:|\/\*/);
    expect(en).toMatch(/A/);
    expect(en).not.toMatch(/[甲乙]/);
    expect(zh).toMatch(/甲/);
    expect(zh).not.toMatch(/[AB]/);
  });

  it.each([
    ['a function', 'function f(n: number) {\n// BEGIN SOLUTION\nreturn 1234\n// END SOLUTION\n}'],
    ['an arrow', 'const f = (n: number) => {\n// BEGIN SOLUTION\nreturn 1234\n// END SOLUTION\n}'],
    ['a method', 'class f {\nm() {\n// BEGIN SOLUTION\nreturn 1234\n// END SOLUTION\n}\n}'],
    [
      'a block',
      'function f(n: number) {\nif (n) {\n// BEGIN SOLUTION\nn = 1234\n// END SOLUTION\n}\nelse { n = 1 }\n}',
    ],
    ['a callback', 'const f = g(() => {\n// BEGIN SOLUTION\nreturn 1234\n// END SOLUTION\n}, 1)'],
    [
      'a case',
      'function f(n: number) {\nswitch (n) { case 1: {\n// BEGIN SOLUTION\nreturn 1234\n// END SOLUTION\n}\n} }',
    ],
    ['values', '// BEGIN SOLUTION\nconst f: number = 1234\n// END SOLUTION'],
  ])('leaves the markers of a solution in %s', async (_, code) => {
    const text = await student(`${code}\nawait check('x', { f })`, 'en', '// %% grade_id="x" points=1');
    expect(text).toContain('// YOUR CODE HERE\n');
    expect(text).not.toMatch(/1234|SOLUTION/);
  });
});
