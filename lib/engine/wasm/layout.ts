import * as tf from '@tensorflow/tfjs';
import { dispose, output, positionOf, sizeOf, words, type Info } from './heap';
import { kernel, run } from './kernel';
import { copyRuns, everyRun, repeatRuns, reverseRuns, transpose } from './move';

/** Kernels that only move elements. The backend's own go element by element through index arithmetic. */
export function installLayout(): void {
  kernel<{ x: Info }, tf.TransposeAttrs>('Transpose', ({ x }, { perm }, stock) => {
    const swap = isWords(x) ? asSwap(x.shape, perm) : undefined;
    if (!swap) return stock();
    const out = output(
      perm.map((axis) => x.shape[axis]),
      x.dtype,
    );
    const heap = words();
    const [from, to] = [positionOf(x), positionOf(out)];
    const { outer, rows, columns, run: length } = swap;
    for (let i = 0; i < outer; i++) {
      const at = i * rows * columns * length;
      if (length === 1) transpose(heap, from + at, columns, to + at, rows, rows, columns);
      else {
        for (let r = 0; r < rows; r++) {
          const row = from + at + r * columns * length;
          copyRuns(heap, row, length, to + at + r * length, rows * length, columns, length);
        }
      }
    }
    return out;
  });

  kernel<{ x: Info }, tf.SliceAttrs>('Slice', ({ x }, { begin, size }, stock) => {
    if (!isWords(x)) return stock();
    const [begins, sizes] = tf.slice_util.parseSliceParams(tensorLike(x), begin, size);
    const out = output(sizes, x.dtype);
    if (sizeOf(sizes) > 0) sliceInto(x, out, begins, sizes);
    return out;
  });

  kernel<{ x: Info }, tf.StridedSliceAttrs>('StridedSlice', ({ x }, attributes, stock) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
    const taken = tf.slice_util.sliceInfo(
      ...[x.shape, begin, end, strides, beginMask],
      ...[endMask, ellipsisMask, newAxisMask, shrinkAxisMask],
    );
    // Not `finalShapeSparse`, which leaves out the axes that are dropped.
    const counts = taken.begin.map((from, axis) => Math.ceil((taken.end[axis] - from) / taken.strides[axis]));
    if (!isWords(x) || taken.strides.some((step) => step < 1) || counts.some((count) => count < 1)) return stock();
    const stepped = taken.strides.flatMap((step, axis) => (step === 1 ? [] : [axis]));
    const spans = counts.map((count, axis) => (count - 1) * taken.strides[axis] + 1);
    const box = run('Slice', { x }, { begin: taken.begin, size: spans });
    const shape = [...box.shape];
    const rows = axisByAxis(box, stepped, (axis, from) => {
      const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
      const [span, step] = [shape[axis], taken.strides[axis]];
      shape[axis] = counts[axis];
      const to = output([...shape], x.dtype);
      everyRun(words(), positionOf(from), positionOf(to), outer, span, inner, step);
      return to;
    });
    if (stepped.length > 0) dispose(box);
    return { ...rows, shape: taken.finalShape };
  });

  kernel<{ x: Info }, tf.DepthToSpaceAttrs>('DepthToSpace', ({ x }, { blockSize, dataFormat }, stock) => {
    if (!isWords(x) || dataFormat !== 'NHWC') return stock();
    const [batch, height, width, channels] = x.shape;
    const depth = channels / blockSize ** 2;
    const blocks = { ...x, shape: [batch * height, width, blockSize, blockSize * depth] };
    const rows = run('Transpose', { x: blocks }, { perm: [0, 2, 1, 3] });
    return { ...rows, shape: [batch, height * blockSize, width * blockSize, depth] };
  });

  kernel<{ x: Info }, tf.SplitVAttrs>('SplitV', ({ x }, { numOrSizeSplits, axis }, stock) => {
    if (!isWords(x)) return stock();
    const [along] = tf.util.parseAxisParam(axis, x.shape);
    const sizes = tf.backend_util.prepareSplitSize(tensorLike(x), numOrSizeSplits, along);
    let start = 0;
    return sizes.map((size) => {
      const begin = x.shape.map((_, i) => (i === along ? start : 0));
      start += size;
      return run('Slice', { x }, { begin, size: x.shape.map((whole, i) => (i === along ? size : whole)) });
    });
  });

  kernel<Record<string, Info>, tf.ConcatAttrs>('Concat', (inputs, { axis }, stock) => {
    const parts = Object.values(inputs).filter(({ shape }) => sizeOf(shape) > 0);
    if (parts.length < 2 || !parts.every((part) => isWords(part) && part.dtype === parts[0].dtype)) return stock();
    const [along] = tf.util.parseAxisParam(axis, parts[0].shape);
    const shape = tf.backend_util.computeOutShape(
      parts.map((part) => part.shape),
      along,
    );
    const out = output(shape, parts[0].dtype);
    const heap = words();
    const [outer, whole] = [sizeOf(shape.slice(0, along)), sizeOf(shape.slice(along))];
    let to = positionOf(out);
    for (const part of parts) {
      const length = sizeOf(part.shape.slice(along));
      copyRuns(heap, positionOf(part), length, to, whole, outer, length);
      to += length;
    }
    return out;
  });

  kernel<{ x: Info }, tf.TileAttrs>('Tile', ({ x }, { reps }, stock) => {
    if (!isWords(x)) return stock();
    const shape = [...x.shape];
    return axisByAxis(x, reps.flatMap((times, axis) => (times === 1 ? [] : [axis])).reverse(), (axis, from) => {
      const length = sizeOf(shape.slice(axis));
      const outer = sizeOf(shape.slice(0, axis));
      shape[axis] *= reps[axis];
      const to = output([...shape], x.dtype);
      repeatRuns(words(), positionOf(from), positionOf(to), outer, length, reps[axis]);
      return to;
    });
  });

  kernel<{ x: Info }, tf.ReverseAttrs>('Reverse', ({ x }, { dims }, stock) => {
    if (!isWords(x)) return stock();
    return axisByAxis(x, tf.util.parseAxisParam(dims, x.shape), (axis, from) => {
      const to = output(x.shape, x.dtype);
      const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
      reverseRuns(words(), positionOf(from), positionOf(to), outer, x.shape[axis], inner);
      return to;
    });
  });

  for (const name of ['Cumsum', 'Cumprod']) {
    // The backend counts a negative axis from the wrong end.
    kernel<{ x: Info }, tf.CumsumAttrs>(name, ({ x }, attributes, stock) =>
      stock({ ...attributes, axis: tf.util.parseAxisParam(attributes.axis, x.shape)[0] }),
    );
  }
}

/** Whether a tensor's elements take four bytes each, so that they can be moved without regard to what they mean. */
function isWords({ dtype }: Info): boolean {
  return dtype === 'float32' || dtype === 'int32';
}

/** These helpers of TensorFlow.js ask for a tensor but read its shape and rank only. */
function tensorLike(x: Info): tf.Tensor {
  return { shape: x.shape, rank: x.shape.length } as tf.Tensor;
}

/**
 * A permutation as the exchange of two neighbouring groups of axes: [outer, rows, columns, run] → [outer, columns, rows,
 * run]. Nearly all that a model needs are of this kind.
 */
function asSwap(shape: number[], perm: number[]) {
  const rank = perm.length;
  let first = 0;
  while (first < rank && perm[first] === first) first++;
  if (first === rank) return undefined; // nothing moves
  let end = rank;
  while (end > first && perm[end - 1] === end - 1) end--;
  const middle = perm[first]; // where the second group begins
  const length = end - first;
  for (let i = 0; i < length; i++) {
    if (perm[first + i] !== first + ((middle - first + i) % length)) return undefined;
  }
  return {
    outer: sizeOf(shape.slice(0, first)),
    rows: sizeOf(shape.slice(first, middle)),
    columns: sizeOf(shape.slice(middle, end)),
    run: sizeOf(shape.slice(end)),
  };
}

function sliceInto(x: Info, out: Info, begins: number[], sizes: number[]): void {
  // Axes that are taken whole join the run of elements that lie together.
  let axis = x.shape.length - 1;
  while (axis > 0 && sizes[axis] === x.shape[axis]) axis--;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const length = (sizes[axis] ?? 1) * inner;
  const strides = [...tf.util.computeStrides(x.shape), 1];
  const heap = words();
  // The last axis but one of what is left is walked by copyRuns, those before it by counting.
  const counted = sizes.slice(0, Math.max(0, axis - 1));
  const rows = axis > 0 ? sizes[axis - 1] : 1;
  const stride = axis > 0 ? strides[axis - 1] : 0;
  const start = begins.reduce((sum, begin, i) => sum + begin * strides[i], positionOf(x));
  let to = positionOf(out);
  const index = counted.map(() => 0);
  for (let left = sizeOf(counted); left > 0; left--) {
    const from = index.reduce((sum, at, i) => sum + at * strides[i], start);
    copyRuns(heap, from, stride, to, length, rows, length);
    to += rows * length;
    for (let i = counted.length - 1; i >= 0 && ++index[i] === counted[i]; i--) index[i] = 0;
  }
}

/** Applies a step for each axis to the result of the one before; with no axes, a copy. */
function axisByAxis(x: Info, axes: number[], step: (axis: number, from: Info) => Info): Info {
  if (axes.length === 0) return run('Identity', { x });
  return axes.reduce((from, axis) => {
    const to = step(axis, from);
    if (from !== x) dispose(from);
    return to;
  }, x);
}
