import * as tf from '@tensorflow/tfjs';
import { dispose, floats, output, positionOf, sizeOf, type Info } from './heap';
import { kernel, run } from './kernel';

/**
 * Sums over axes that are not the last, as for biases and norms. The backend transposes the whole tensor first; here rows
 * are added up where they lie, in double precision. Over the last axis and others apart from it (the norm of a group of
 * channels) it is two sums.
 */
export function installReduce(): void {
  for (const [name, mean] of Object.entries({ Sum: false, Mean: true })) {
    kernel<{ x: Info }, tf.SumAttrs>(name, ({ x }, { axis, keepDims }, stock) => {
      const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
      return inTwo(name, x, axes, keepDims) ?? reduce(x, axes, keepDims, mean) ?? stock();
    });
  }
}

/** Over the axes at the end first, which the backend does well. */
function inTwo(name: string, x: Info, axes: number[], keepDims: boolean): Info | undefined {
  const last = x.shape.length - 1;
  const trailing = axes.filter((axis, i) => axis === last - (axes.length - 1 - i));
  if (x.dtype !== 'float32' || trailing.length === 0 || trailing.length === axes.length) return undefined;
  const once = run(name, { x }, { axis: trailing, keepDims: true });
  const twice = run(name, { x: once }, { axis: axes.slice(0, axes.length - trailing.length), keepDims: true });
  dispose(once);
  return keepDims ? twice : { ...twice, shape: x.shape.filter((_, axis) => !axes.includes(axis)) };
}

function reduce(x: Info, axes: number[], keepDims: boolean, mean: boolean): Info | undefined {
  const [first, last] = [axes[0], axes[axes.length - 1]];
  const adjoining = axes.length === last - first + 1;
  const inner = sizeOf(x.shape.slice(last + 1));
  if (x.dtype !== 'float32' || !adjoining || inner === 1) return undefined;
  const [outer, count] = [sizeOf(x.shape.slice(0, first)), sizeOf(x.shape.slice(first, last + 1))];
  const out = output(x.shape.flatMap((size, i) => (i < first || i > last ? [size] : keepDims ? [1] : [])));
  const heap = floats();
  for (let i = 0; i < outer; i++) {
    sumRows(heap, positionOf(x) + i * count * inner, count, inner, positionOf(out) + i * inner, mean ? 1 / count : 1);
  }
  return out;
}

/** `rows` rows of `columns` elements, added up and scaled into one row. */
function sumRows(heap: Float32Array, from: number, rows: number, columns: number, to: number, scale: number): void {
  const sums = new Float64Array(columns);
  let row = 0;
  for (; row + 4 <= rows; row += 4, from += 4 * columns) {
    const [second, third, fourth] = [from + columns, from + 2 * columns, from + 3 * columns];
    for (let c = 0; c < columns; c++) {
      sums[c] += heap[from + c] + heap[second + c] + (heap[third + c] + heap[fourth + c]);
    }
  }
  for (; row < rows; row++, from += columns) {
    for (let c = 0; c < columns; c++) sums[c] += heap[from + c];
  }
  for (let c = 0; c < columns; c++) heap[to + c] = sums[c] * scale;
}
