import * as tf from '@tensorflow/tfjs';
import { dispose, floats, module, output, positionOf, sizeOf, type Info } from './heap';
import { kernel, run } from './kernel';

type Pair = { a: Info; b: Info };

/** Functions of single elements for which a loop in JavaScript beats the backend's own. */
export function installElementwise(): void {
  kernel<{ x: Info }, object>('Tanh', ({ x }, _, stock) => (x.dtype === 'float32' ? tanh(x) : stock()));

  kernel<{ x: Info }, tf.LeakyReluAttrs>('LeakyRelu', ({ x }, { alpha }, stock) => {
    if (x.dtype !== 'float32') return stock();
    const out = output(x.shape);
    leak(floats(), positionOf(x), positionOf(x), positionOf(out), sizeOf(x.shape), alpha);
    return out;
  });
  // Not a kernel of TensorFlow.js: the gradient of relu and leakyRelu, see lib/engine/gradients/elementwise.ts.
  kernel<{ dy: Info; x: Info }, tf.LeakyReluAttrs>('LeakyReluGrad', ({ dy, x }, { alpha }) => {
    const out = output(x.shape);
    leak(floats(), positionOf(dy), positionOf(x), positionOf(out), sizeOf(x.shape), alpha);
    return out;
  });

  kernel<Pair, object>('Maximum', (inputs, _, stock) => pick(inputs, maxima) ?? stock());
  kernel<Pair, object>('Minimum', (inputs, _, stock) => pick(inputs, minima) ?? stock());

  kernel<{ condition: Info; t: Info; e: Info }, object>('Select', ({ condition, t, e }, _, stock) => {
    const plain = t.dtype === 'float32' && e.dtype === 'float32' && condition.shape.length === t.shape.length;
    if (!plain) return stock();
    const out = output(t.shape);
    const flags = module().HEAPU8; // bool tensors have one byte an element
    choose(floats(), flags, positionOf(condition) * 4, positionOf(t), positionOf(e), positionOf(out), sizeOf(t.shape));
    return out;
  });
}

/**
 * tanh x = 2 sigmoid(2x) − 1, where XNNPACK's sigmoid is ten times as fast as the backend's tanh. Near zero the difference
 * would lose digits; there the series is exact to single precision.
 */
function tanh(x: Info): Info {
  const out = output(x.shape);
  const count = sizeOf(x.shape);
  const doubled = output(x.shape);
  scale(floats(), positionOf(x), positionOf(doubled), count, 2);
  const sigmoid = run('Sigmoid', { x: doubled });
  finishTanh(floats(), positionOf(x), positionOf(sigmoid), positionOf(out), count);
  dispose(doubled, sigmoid);
  return out;
}

function scale(heap: Float32Array, from: number, to: number, count: number, factor: number): void {
  for (let i = 0; i < count; i++) heap[to + i] = heap[from + i] * factor;
}

function finishTanh(heap: Float32Array, x: number, sigmoid: number, to: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const value = heap[x + i];
    const square = value * value;
    heap[to + i] =
      square < 0.04
        ? value * (1 - square * (1 / 3 - square * (2 / 15 - square * (17 / 315))))
        : 2 * heap[sigmoid + i] - 1;
  }
}

/** value where x > 0, alpha · value elsewhere. */
function leak(heap: Float32Array, value: number, x: number, to: number, count: number, alpha: number): void {
  for (let i = 0; i < count; i++) heap[to + i] = heap[x + i] > 0 ? heap[value + i] : alpha * heap[value + i];
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

// Written so that a NaN on either side stays one.
const maxima: PickLoop = (heap, a, b, to, count, step) => {
  for (let i = 0; i < count; i++, b += step) {
    const [left, right] = [heap[a + i], heap[b]];
    heap[to + i] = left > right || left !== left ? left : right;
  }
};

const minima: PickLoop = (heap, a, b, to, count, step) => {
  for (let i = 0; i < count; i++, b += step) {
    const [left, right] = [heap[a + i], heap[b]];
    heap[to + i] = left < right || left !== left ? left : right;
  }
};

function choose(
  heap: Float32Array,
  flags: Uint8Array,
  condition: number,
  yes: number,
  no: number,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) heap[to + i] = flags[condition + i] ? heap[yes + i] : heap[no + i];
}
