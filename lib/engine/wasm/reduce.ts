import * as tf from '@tensorflow/tfjs';
import { floats, output, positionOf, sizeOf, type Info } from './heap';
import { kernel } from './kernel';

/**
 * Sums over axes that are not the last, as for biases and norms. The backend transposes the whole tensor first; here rows
 * are added up where they lie, in double precision.
 */
export function installReduce(): void {
  kernel<{ x: Info }, tf.SumAttrs>(
    'Sum',
    ({ x }, { axis, keepDims }, stock) => reduce(x, axis, keepDims, false) ?? stock(),
  );
  kernel<{ x: Info }, tf.MeanAttrs>(
    'Mean',
    ({ x }, { axis, keepDims }, stock) => reduce(x, axis, keepDims, true) ?? stock(),
  );
}

function reduce(x: Info, axis: number | number[], keepDims: boolean, mean: boolean): Info | undefined {
  const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
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
