/** Answers that change the world they run in, hoping that the grader lives in it too. */
import { answer, right, wrong, type Attack } from './attack';

export const worldAttacks: readonly Attack[] = [
  { name: 'Object.is always true', code: `Object.is = () => true;\n${wrong}`, scores: 0.5 },
  {
    name: 'the prototypes that a grader would use',
    code: `Array.prototype.every = () => true;\nArray.prototype.some = () => false;\nMath.abs = () => 0;\nNumber.isFinite = () => true;\nJSON.stringify = () => '{}';\nJSON.parse = () => ({});\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'toJSON of everything',
    code: `(Object.prototype as any).toJSON = function () { return { ok: true, earned: 2 }; };\n${wrong}`,
    scores: 0,
  },
  {
    name: 'a property of every object',
    code: `Object.defineProperty(Object.prototype, 'polluted', { value: 1, enumerable: true });\nObject.defineProperty(Object.prototype, 'threw', { get: () => undefined, set() {} });\n${wrong}`,
    scores: 0.5,
  },
  { name: 'Buffer.from gives nothing', code: `(Buffer as any).from = () => Buffer.alloc(0);\n${right}`, scores: 0 },
  {
    name: 'typed arrays give nothing',
    code: `(Float32Array as any).from = () => new Float32Array(0);\n(Array as any).from = () => [];\n${wrong}`,
    scores: 0,
  },
  {
    name: 'Reflect answers for everybody',
    code: `Reflect.apply = () => tf.scalar(0);\nReflect.get = () => 1;\n${wrong}`,
    scores: 0,
  },
  {
    name: 'chance and time',
    code: `Math.random = () => 0.5;\nDate.now = () => 0;\nperformance.now = () => 0;\ntry { (tf as any).randomNormal = () => tf.zeros([1]); } catch {}\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'the console',
    code: `console.log = console.warn = console.error = () => { throw new Error('no'); };\n(globalThis as any).console = undefined;\n${right}`,
    scores: 2,
  },
  {
    name: 'the streams of the process',
    code: `process.stdout.write = () => { throw new Error('no'); };\nprocess.emitWarning = () => { throw new Error('no'); };\n${right}`,
    scores: 2,
  },
  {
    name: 'timers',
    code: `(globalThis as any).setTimeout = (globalThis as any).clearTimeout = (globalThis as any).queueMicrotask = () => { throw new Error('no'); };\n${right}`,
    scores: 2,
  },
  {
    name: 'promises',
    code: `const { then } = Promise.prototype;\nPromise.prototype.then = function (this: any, ...args: any) { return Reflect.apply(then, this, args); } as any;\n${right}`,
    scores: 2,
  },
  {
    name: 'breaks promises',
    code: `Promise.prototype.then = () => { throw new Error('no'); };\n${wrong}`,
    scores: 0,
    says: /not done/,
    seconds: 2,
  },
  {
    name: "the engine's kernels",
    code: `(tf.engine() as any).runKernel = () => { throw new Error('mine'); };\n${wrong}`,
    scores: 0.5,
  },
  {
    name: "the engine's scopes",
    code: `(tf.engine() as any).startScope = (tf.engine() as any).endScope = () => { throw new Error('mine'); };\n${wrong}`,
    scores: 0,
  },
  {
    name: 'takes a kernel away',
    code: `tf.unregisterKernel('Multiply', 'cpu');\n${right}`,
    scores: 0,
    says: /Multiply/,
  },
  {
    name: 'forges a kernel',
    code: `tf.unregisterKernel('Multiply', 'cpu');\ntf.registerKernel({ kernelName: 'Multiply', backendName: 'cpu', kernelFunc: ({ inputs }: any) => inputs.a });\n${right}`,
    scores: 0.5,
  },
  {
    name: 'forges a gradient',
    code: `try { (tf as any).grad = () => () => tf.scalar(0); } catch {}\ntf.unregisterGradient('Multiply');\n${right}`,
    scores: 2,
  },
  {
    name: 'forgets all tensors',
    code: `${right}\ntf.disposeVariables();\ntf.engine().reset();`,
    scores: 0,
    says: /stopped with an error/,
  },
  { name: 'goes to another engine', code: `try { await tf.setBackend('webgl'); } catch {}\n${right}`, scores: 2 },
  { name: 'takes the engine away', code: `${right}\ntf.removeBackend('cpu');`, scores: 0 },
  {
    name: 'tensors that lie about their numbers',
    code: `(tf.Tensor.prototype as any).dataSync = () => new Float32Array(6);\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'tensors that are the same as all others',
    code: `(tf.Tensor.prototype as any).equal = () => tf.scalar(true);\n(tf as any).Tensor.prototype.isDisposed = false;\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'the helper that the exercise is given',
    code: `${answer('return tf.mul(x, half(1));')}\nfunction half(x: number): number { return 7; }`,
    scores: 0.5,
  },
  { name: 'tf under another name', code: `const tf = { mul: (x: Tensor) => x };\n${right}`, scores: 0.5 },
  {
    name: 'check, redeclared',
    code: `async function check() { return { score: 100, passed: true }; }\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'the names of the scope that cells share',
    code: `const __scope__: any = {}, __value__ = 1, __export__ = () => undefined, __import__ = () => undefined;\n${right}`,
    scores: 0,
    says: /__export__/,
  },
  {
    name: 'the answers of later exercises',
    code: `${right}\nfunction sample() { return tf.scalar(0); }\nfunction loss() { return { name: 'square', value: tf.scalar(0) }; }`,
    scores: 2,
  },
  {
    name: 'names that every object has',
    code: `const constructor = 1, toString = 2, hasOwnProperty = 3, valueOf = 4;\n${right}`,
    scores: 2,
  },
  {
    name: 'remembers its inputs, to answer with an older one',
    code: `const seen: Tensor[] = [];\n${answer('seen.push(x.clone());\n  return seen[0];')}`,
    scores: 0.5,
  },
];
