/** Hostile and unlucky answers to the first exercise of the mini lesson, each with what it must score there (of 2). */
export interface Attack {
  readonly name: string;
  readonly code: string;
  readonly scores: number;
  /** Part of the reason that the student reads. */
  readonly says?: RegExp;
  /** Seconds that a call may take; attacks that hang get little. */
  readonly seconds?: number;
}

const answer = (body: string): string => `function scale(x: Tensor): any {\n${body}\n}`;
const right = answer('  return tf.mul(x, half(1));');
const wrong = answer('  return x;'); // right shape, wrong numbers: worth 0.5

export const attacks: readonly Attack[] = [
  { name: 'Object.is always true', code: `Object.is = () => true;\n${wrong}`, scores: 0.5 },
  {
    name: "a test runner's own hooks",
    code: `const g = globalThis as any;\ng.expect?.extend({ toBe: () => ({ pass: true }) });\ng.chai = { Assertion: class {} };\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'the prototypes that a grader would use',
    code: `Array.prototype.every = () => true;\nArray.prototype.some = () => false;\nMath.abs = () => 0;\nNumber.isFinite = () => true;\nJSON.stringify = () => '{}';\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'toJSON of everything',
    code: `(Object.prototype as any).toJSON = function () { return { ok: true, earned: 2 }; };\n${wrong}`,
    scores: 0,
  },
  { name: 'ends the process at import', code: `${right}\nprocess.exit(0);`, scores: 0, says: /ended the process/ },
  { name: 'ends the process in the call', code: answer('process.exit(0);'), scores: 0, says: /ended the process/ },
  { name: 'aborts', code: answer('process.abort();'), scores: 0, says: /ended the process/ },
  {
    name: 'an endless loop at the top level',
    code: `${right}\nfor (;;);`,
    scores: 0,
    says: /endless loop/,
    seconds: 2,
  },
  {
    name: 'an endless loop in a microtask',
    code: `${right}\nPromise.resolve().then(() => { for (;;); });`,
    scores: 0,
    says: /not done/,
    seconds: 2,
  },
  { name: 'an endless loop in the function', code: answer('for (;;);'), scores: 0, says: /endless loop/, seconds: 2 },
  {
    name: 'an endless loop for one input only',
    code: answer('if (x.rank === 1) for (;;);\n  return tf.mul(x, half(1));'),
    scores: 1.5,
    says: /endless loop/,
    seconds: 2,
  },
  {
    name: 'an endless loop in a timer',
    code: `${right}\nsetTimeout(() => { for (;;); });\nsetImmediate(() => { for (;;); });`,
    scores: 2,
    seconds: 2,
  },
  {
    name: 'a promise that never settles',
    code: `${right}\nawait new Promise(() => undefined);`,
    scores: 0,
    says: /not done after 2 s/,
    seconds: 2,
  },
  {
    name: 'fills the heap',
    code: answer('const all = [];\n  for (;;) all.push({ a: [1, 2, 3], all });'),
    scores: 0,
    says: /memory|not done/,
    seconds: 5,
  },
  {
    name: 'fills memory outside the heap',
    code: answer('const all = [];\n  for (;;) all.push(new Float64Array(4e6).fill(1));'),
    scores: 0,
    says: /memory|RangeError/,
  },
  {
    name: 'prints 200 MB',
    code: answer("for (let i = 0; i < 200; i++) process.stdout.write('x'.repeat(1e6));\n  return tf.mul(x, half(1));"),
    scores: 2,
  },
  {
    name: 'warns while right',
    code: answer("console.warn('careful'); console.error('!');\n  return tf.mul(x, half(1));"),
    scores: 2,
  },
  {
    name: 'a Proxy that agrees with everything',
    code: answer(
      'const yes: any = new Proxy(function () {}, { get: () => yes, apply: () => yes, has: () => true });\n  return yes;',
    ),
    scores: 0,
    says: /expected a tensor/,
  },
  {
    name: 'lying valueOf, toString and toPrimitive',
    code: answer(
      "return { valueOf: () => 1, toString: () => 'ok', [Symbol.toPrimitive]: () => 1, shape: x.shape, dtype: 'float32' };",
    ),
    scores: 0,
    says: /expected a tensor/,
  },
  {
    name: 'a tensor of its own making with a false shape',
    code: answer(
      "return Object.create(tf.Tensor.prototype, { shape: { value: [2, 3] }, dtype: { value: 'float32' }, size: { value: 1 }, isDisposedInternal: { value: false }, dataSync: { value: () => new Float32Array(1) } });",
    ),
    scores: 0,
  },
  { name: 'not a number', code: answer('return tf.mul(x, NaN);'), scores: 0.5, says: /not finite/ },
  { name: 'infinity', code: answer('return tf.mul(x, Infinity);'), scores: 0.5, says: /not finite/ },
  { name: 'huge numbers', code: answer('return tf.mul(x, 1e30);'), scores: 0.5 },
  { name: 'whole numbers', code: answer("return tf.mul(x, half(1)).cast('int32');"), scores: 0.5 },
  {
    name: 'another shape',
    code: answer('return tf.mul(x, half(1)).flatten();'),
    scores: 0.5,
    says: /Expected shape \[2, 3\], got \[6\]/,
  },
  {
    name: 'a disposed tensor',
    code: answer('const y = tf.mul(x, half(1));\n  y.dispose();\n  return y;'),
    scores: 0,
    says: /disposed/,
  },
  { name: 'a promise', code: `async ${right}`, scores: 0, says: /Promise/ },
  { name: 'nothing', code: answer('tf.mul(x, half(1));'), scores: 0, says: /return missing/ },
  {
    name: 'a plain array',
    code: answer('return x.arraySync();'),
    scores: 0,
    says: /expected a tensor, got an array of 2/,
  },
  { name: 'an object that contains itself', code: answer('const o: any = {};\n  o.o = o;\n  return o;'), scores: 0 },
  { name: 'ten million numbers', code: answer('return tf.zeros([1e7]);'), scores: 0, says: /far more data/ },
  {
    name: 'kills its parent',
    code: answer("process.kill(process.ppid, 'SIGKILL');"),
    scores: 0,
    says: /stopped with an error/,
  },
  {
    name: 'asks for the file system',
    code: `import fs from 'node:fs';\n${answer("return fs.readFileSync('/etc/passwd', 'utf8');")}`,
    scores: 0,
    says: /cannot be imported/,
  },
  {
    name: 'asks for the grader',
    code: `const g = await import('genlab/lesson');\n${right}`,
    scores: 2, // the function stood before the import failed
  },
  {
    name: 'patches chance and time',
    code: `Math.random = () => 0.5;\nDate.now = () => 0;\n(tf as any).randomNormal = () => tf.zeros([1]);\n${wrong}`,
    scores: 0.5,
  },
  { name: 'throws null', code: answer('throw null;'), scores: 0, says: /stopped with an error/ },
  {
    name: 'throws an error whose message throws',
    code: answer("throw Object.defineProperty(new Error(), 'message', { get() { throw new Error(); } });"),
    scores: 0,
    says: /stopped with an error/,
  },
  { name: 'no end of recursion', code: answer('return scale(x);'), scores: 0, says: /RangeError/ },
  {
    name: 'a syntax error',
    code: 'function scale(x: Tensor): Tensor {\n  return tf.mul(x, ;\n}',
    scores: 0,
    says: /line 2/,
  },
  {
    name: 'a type error',
    code: answer('const n: string = half(1) as never;\n  return tf.mul(x, Number(n));'),
    scores: 2,
  },
  { name: 'another name', code: right.replace('scale', 'rescale'), scores: 0, says: /was it renamed/ },
  { name: 'no cell text at all', code: '', scores: 0, says: /no `scale`/ },
  {
    name: 'brackets nested 20,000 deep',
    code: `const deep = ${'['.repeat(20_000)}${']'.repeat(20_000)};\n${right}`,
    scores: 0,
  },
  {
    name: 'text that keeps a compiler busy for hours',
    code: `const bomb = ${'async (x = '.repeat(60)}1${')'.repeat(60)};\n${right}`,
    scores: 0,
    says: /compiler gives up/,
  },
  {
    name: 'writes its own answers into the pipe',
    code: `const Socket: any = process.stdout.constructor;\nnew Socket({ fd: 3 }).write('{"id":2,"value":1}\\n');\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'prints a result of its own',
    code: `console.log(JSON.stringify({ score: 100, success: true }));\n${wrong}`,
    scores: 0.5,
  },
  ...['child_process', 'worker_threads', 'net', 'http', 'module', 'vm', 'inspector', 'fs/promises'].map(
    (name): Attack => ({
      name: `asks for ${name}`,
      code: `${wrong}\nconst stolen = await import('node:${name}');`,
      scores: 0.5,
    }),
  ),
  {
    name: 'reaches for modules by other ways',
    code: answer(
      `const g = globalThis as any;
  const ways = [g.require, g.module, g.process.mainModule, g.process.getBuiltinModule, g.process.binding, g.fetch];
  return ways.some((way) => way !== undefined) ? 'found' : tf.mul(x, half(1));`,
    ),
    scores: 2,
  },
  {
    name: 'steers the terminal from an error',
    code: answer("throw new Error('\\u001b[2J\\u202e all points');"),
    scores: 0,
    says: /Error: +\[2J +all points/,
  },
  {
    name: 'a result that is never read to its end',
    code: answer('return { get a() { for (;;); } };'),
    scores: 0,
    says: /not done/,
    seconds: 2,
  },
  {
    name: 'calls everything a tensor',
    code: `Object.defineProperty(tf.Tensor, Symbol.hasInstance, { value: () => true });\n${answer('return 1;')}`,
    scores: 0,
  },
  {
    name: 'looks at how it is called',
    code: answer("return new Error().stack?.includes('expect') ? tf.mul(x, half(1)) : x;"),
    scores: 0.5,
  },
  {
    name: 'a generator, a symbol, a bigint',
    code: answer('return [function* () {}, Symbol(), 1n][x.rank];'),
    scores: 0,
    says: /a bigint/,
  },
];
