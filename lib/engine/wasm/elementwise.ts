import * as tf from '@tensorflow/tfjs';
import { backend, dispose, floats, output, positionOf, sizeOf, words, type Info } from './heap';
import { kernel, run } from './kernel';

type Pair = { a: Info; b: Info };

/**
 * Functions of single elements that the backend computes in slow loops. Where XNNPACK has the pieces they are put together
 * from those; loops of ours have no branch that depends on the data, because a wrongly guessed one costs ten elements.
 */
export function installElementwise(): void {
  // The backend copies. Every tensor that is saved for a gradient is such a twin, and a tensor's numbers never change.
  kernel<{ x: Info }, object>('Identity', ({ x }) => {
    backend().incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });

  kernel<{ x: Info }, object>('Tanh', ({ x }, _, stock) => (x.dtype === 'float32' ? tanh(x) : stock()));

  kernel<{ x: Info }, tf.LeakyReluAttrs>('LeakyRelu', ({ x }, { alpha }, stock) =>
    x.dtype === 'float32' ? leak(x, x, alpha) : stock(),
  );
  // Not a kernel of TensorFlow.js: the gradient of relu and leakyRelu, see lib/engine/gradients/elementwise.ts.
  kernel<{ dy: Info; x: Info }, tf.LeakyReluAttrs>('LeakyReluGrad', ({ dy, x }, { alpha }) => leak(dy, x, alpha));

  kernel<Pair, object>('Maximum', (inputs, _, stock) => pick(inputs, maxima) ?? stock());
  kernel<Pair, object>('Minimum', (inputs, _, stock) => pick(inputs, minima) ?? stock());

  kernel<Pair, object>('Pow', ({ a, b }, _, stock) => {
    const isNumber = b.shape.length === 0 && a.dtype === 'float32' && b.dtype === 'float32';
    const exponent = isNumber ? floats()[positionOf(b)] : undefined;
    if (exponent === 2) return run('Square', { x: a });
    if (exponent === 0.5) return run('Sqrt', { x: a });
    if (exponent !== 1.5 && exponent !== 3 && exponent !== 4) return stock();
    const part = run(exponent === 1.5 ? 'Sqrt' : 'Square', { x: a });
    const power = run('Multiply', { a: part, b: exponent === 4 ? part : a });
    dispose(part);
    return power;
  });
}

/** value where x > 0, alpha · value elsewhere. */
function leak(value: Info, x: Info, alpha: number): Info {
  const slope = run('Step', { x }, { alpha });
  const out = run('Multiply', { a: value, b: slope });
  dispose(slope);
  return out;
}

/**
 * tanh |x| = −u / (2 + u) with u = exp(−2|x|) − 1, which keeps its digits near zero. XNNPACK's elu is that u for a negative
 * argument.
 */
function tanh(x: Info): Info {
  const count = sizeOf(x.shape);
  const argument = output(x.shape);
  minusTwice(floats(), positionOf(x), positionOf(argument), count);
  const u = run('Elu', { x: argument });
  const out = output(x.shape);
  finishTanh(floats(), words(), positionOf(x), positionOf(u), positionOf(out), count);
  dispose(argument, u);
  return out;
}

function minusTwice(heap: Float32Array, from: number, to: number, count: number): void {
  for (let i = 0; i < count; i++) heap[to + i] = -2 * Math.abs(heap[from + i]);
}

const signBit = 0x80000000 | 0;

function finishTanh(heap: Float32Array, bits: Int32Array, x: number, u: number, to: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const value = heap[u + i];
    heap[to + i] = -value / (2 + value);
    bits[to + i] |= bits[x + i] & signBit;
  }
}

type PickLoop = (heap: Float32Array, a: number, b: number, to: number, count: number, step: number) => void;

/** For operands of one shape, and for a number on the right. */
function pick({ a, b }: Pair, loop: PickLoop): Info | undefined {
  const same = tf.util.arraysEqual(a.shape, b.shape);
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || !(same || b.shape.length === 0)) return undefined;
  const out = output(a.shape);
  loop(floats(), positionOf(a), positionOf(b), positionOf(out), sizeOf(a.shape), same ? 1 : 0);
  return out;
}

const maxima: PickLoop = (heap, a, b, to, count, step) => {
  for (let i = 0; i < count; i++, b += step) heap[to + i] = Math.max(heap[a + i], heap[b]);
};

const minima: PickLoop = (heap, a, b, to, count, step) => {
  for (let i = 0; i < count; i++, b += step) heap[to + i] = Math.min(heap[a + i], heap[b]);
};
