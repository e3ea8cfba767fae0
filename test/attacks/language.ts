/** Cells that are no ordinary program: mistakes, tricks of the language, and text that hurts a compiler. */
import { answer, right, wrong, type Attack } from './attack';

export const languageAttacks: readonly Attack[] = [
  {
    name: 'a syntax error',
    code: 'function scale(x: Tensor): Tensor {\n  return tf.mul(x, ;\n}',
    scores: 0,
    says: /line 2/,
  },
  {
    name: 'a comment that never ends',
    code: `${right}\n/* await check('mini-scale'`,
    scores: 0,
    says: /no valid TypeScript/,
  },
  { name: 'a template that never ends', code: `${right}\nconst text = \``, scores: 0, says: /no valid TypeScript/ },
  {
    name: 'closes the wrapper around it',
    code: `${wrong}\n}})(); process.exit(0); (function () { with ({}) { (async () => {`,
    scores: 0,
    says: /no valid TypeScript/,
  },
  {
    name: 'a type error',
    code: answer('const n: string = half(1) as never;\n  return tf.mul(x, Number(n));'),
    scores: 2,
  },
  { name: 'another name', code: right.replace('scale', 'rescale'), scores: 0, says: /was it renamed/ },
  { name: 'another case', code: right.replace('scale', 'Scale'), scores: 0, says: /was it renamed/ },
  { name: 'no cell text at all', code: '', scores: 0, says: /no `scale`/ },
  { name: 'only a comment', code: '// I did not do this one', scores: 0, says: /no `scale`/ },
  { name: 'a declaration without a body', code: 'declare function scale(x: Tensor): Tensor;', scores: 0 },
  { name: 'an arrow', code: 'const scale = (x: Tensor) => tf.mul(x, half(1));', scores: 2 },
  { name: 'a let that is set later', code: 'let scale: any;\nscale = (x: Tensor) => tf.mul(x, half(1));', scores: 2 },
  { name: 'a destructured name', code: 'const { scale } = { scale: (x: Tensor) => tf.mul(x, half(1)) };', scores: 2 },
  { name: 'no types checked, please', code: `// @ts-nocheck\n${right}`, scores: 2 },
  {
    name: 'types for everybody',
    code: `declare global { interface Array<T> { everywhere: T } }\ndeclare module '@tensorflow/tfjs' { interface Tensor { mine: number } }\n${right}`,
    scores: 2,
  },
  {
    name: 'a type that never ends',
    code: `type Deep<T, N extends unknown[] = []> = N['length'] extends 1e9 ? T : Deep<[T], [...N, T]>;\ntype Bomb = Deep<Deep<Deep<1>>>;\nconst bomb = null as unknown as Bomb;\n${right}`,
    scores: 2,
  },
  {
    name: 'markers of the course in an answer',
    code: `// BEGIN SOLUTION\n${right}\n// END SOLUTION\n// BEGIN HIDDEN TESTS\n// END HIDDEN TESTS`,
    scores: 2,
  },
  { name: 'its own check, commented out', code: `${right}\n// await check('mini-scale', { scale });`, scores: 2 },
  {
    name: 'brackets nested 20,000 deep',
    code: `const deep = ${'['.repeat(20_000)}${']'.repeat(20_000)};\n${right}`,
    scores: 0,
  },
  { name: 'a chain of 20,000 terms', code: `const sum = ${'1+'.repeat(20_000)}1;\n${right}`, scores: 2 },
  {
    name: 'text that keeps a compiler busy for hours',
    code: `const bomb = ${'async (x = '.repeat(60)}1${')'.repeat(60)};\n${right}`,
    scores: 0,
    says: /compiler gives up/,
  },
  {
    name: 'characters that turn the reading order',
    code: `const a = '\u202e'; // \u2066 hidden \u2069\n${right}`,
    scores: 2,
  },
  { name: 'half characters in its text', code: `const a = '\ud800';\n// \udfff\n${right}`, scores: 2 },
  { name: 'letters that look alike', code: right.replace('scale', 'sc\u0430le'), scores: 0, says: /was it renamed/ },
  { name: 'names in Chinese', code: `const 一半 = half(1);\n${answer('  return tf.mul(x, 一半);')}`, scores: 2 },
  { name: 'a cell of 10 MB', code: `${right}\n// ${'x'.repeat(10 << 20)}`, scores: 0, says: /Cell 4 is too long/ },
  {
    name: 'ten thousand names',
    code: `${Array.from({ length: 10_000 }, (_, i) => `const n${i} = ${i};`).join('\n')}\n${right}`,
    scores: 2,
  },
  { name: 'HTML where a comment should be', code: `<!-- <script>alert(1)</script>\n${right}`, scores: 0 },
  { name: 'Python', code: 'def scale(x):\n    return x / 2', scores: 0, says: /no valid TypeScript/ },
  { name: 'a magic command', code: `%matplotlib inline\n${right}`, scores: 0, says: /no valid TypeScript/ },
];
