import * as tf from '@tensorflow/tfjs';
import { gradient, gradientOfShapes } from './gradient';

export function installLayout(): void {
  gradientOfShapes('Reshape', (dy, { x }) => ({ x: () => dy.reshape(x.shape) }));
  // The stock gradient adds up one slice after another: a number that stands 100,000 times takes 100,000 steps.
  gradientOfShapes<tf.TileAttrs>('Tile', (dy, { x }, { reps }) => ({ x: () => untile(dy, x.shape, reps) }));
  gradient<tf.MirrorPadAttrs>('MirrorPad', [], (dy, _, { paddings, mode }) => ({
    x: () => paddings.reduce((folded, padding, axis) => fold(folded, axis, padding, mode), dy),
  }));
  gradient<tf.DepthToSpaceAttrs>('DepthToSpace', ['x'], (dy, [x], { blockSize, dataFormat }) => ({
    x: () => spaceToDepth(dy, x.shape, blockSize, dataFormat),
  }));
  // Of a single piece dy comes without its list, which the stock gradients do not expect.
  gradient<tf.UnpackAttrs>('Unpack', [], (dy, _, { axis }) => ({ value: () => tf.stack([dy].flat(), axis) }));
  gradient<tf.SplitVAttrs>('SplitV', [], (dy, _, { axis }) => ({ x: () => tf.concat([dy].flat(), axis) }));
  gradient<tf.StridedSliceAttrs>('StridedSlice', ['x'], (dy, [x], attributes) => ({
    x: () => unslice(dy, x.shape, attributes),
  }));
}

/** The sum of all copies, one axis after another. */
function untile(dy: tf.Tensor, shape: number[], reps: readonly number[]): tf.Tensor {
  if (dy.size === 0) return tf.zeros(shape); // no copy at all
  let sum = dy;
  reps.forEach((copies, axis) => {
    if (copies > 1) sum = sum.reshape([tf.util.sizeFromShape(shape.slice(0, axis)), copies, -1]).sum(1);
  });
  return sum.reshape(shape);
}

/** Adds what was mirrored over an edge to where it came from. The stock gradient drops it. */
function fold(dy: tf.Tensor, axis: number, [before, after]: [number, number], mode: string): tf.Tensor {
  if (before + after === 0) return dy;
  const size = dy.shape[axis] - before - after;
  const skip = mode === 'reflect' ? 1 : 0; // the edge itself is not repeated
  const part = (begin: number, length: number) => {
    const begins = dy.shape.map((_, i) => (i === axis ? begin : 0));
    return tf.slice(
      dy,
      begins,
      dy.shape.map((whole, i) => (i === axis ? length : whole)),
    );
  };
  const placed = (piece: tf.Tensor, begin: number) => {
    const rest = size - begin - piece.shape[axis];
    return tf.pad(
      tf.reverse(piece, axis),
      dy.shape.map((_, i): [number, number] => (i === axis ? [begin, rest] : [0, 0])),
    );
  };
  let folded = part(before, size);
  if (before > 0) folded = tf.add(folded, placed(part(0, before), skip));
  if (after > 0) folded = tf.add(folded, placed(part(before + size, after), size - skip - after));
  return folded;
}

function spaceToDepth(dy: tf.Tensor, shape: number[], block: number, dataFormat: 'NHWC' | 'NCHW'): tf.Tensor {
  if (dataFormat === 'NCHW') {
    const [batch, channels, height, width] = shape;
    return dy
      .reshape([batch, channels / block ** 2, height, block, width, block])
      .transpose([0, 3, 5, 1, 2, 4])
      .reshape(shape);
  }
  const [batch, height, width, channels] = shape;
  return dy
    .reshape([batch, height, block, width, block, channels / block ** 2])
    .transpose([0, 1, 3, 2, 4, 5])
    .reshape(shape);
}

/** dy's elements at the places that the slice took, zeros between and around them. */
function unslice(dy: tf.Tensor, shape: number[], attributes: tf.StridedSliceAttrs): tf.Tensor {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  const taken = tf.slice_util.sliceInfo(
    ...[shape, begin, end, strides, beginMask],
    ...[endMask, ellipsisMask, newAxisMask, shrinkAxisMask],
  );
  let result = dy.reshape(taken.finalShapeSparse);
  shape.forEach((size, axis) => {
    const [first, step, count] = [taken.begin[axis], taken.strides[axis], taken.finalShapeSparse[axis]];
    if (step < 0) throw new Error('stridedSlice with a negative stride has no gradient: use tf.reverse before it.');
    result = tf.pad(
      spread(result, axis, step),
      aroundAxis(result.rank, axis, [first, size - first - spanOf(count, step)]),
    );
  });
  return result;
}

const spanOf = (count: number, step: number) => (count - 1) * step + 1;

function aroundAxis(rank: number, axis: number, padding: [number, number]): [number, number][] {
  return Array.from({ length: rank }, (_, i) => (i === axis ? padding : [0, 0]));
}

/** Puts `step` − 1 zeros between neighbours along one axis. */
export function spread(x: tf.Tensor, axis: number, step: number): tf.Tensor {
  if (step === 1) return x;
  const count = x.shape[axis];
  const [outer, inner] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const single = x.reshape([...outer, count, 1, ...inner]);
  const wide = tf
    .pad(single, aroundAxis(single.rank, axis + 1, [0, step - 1]))
    .reshape([...outer, count * step, ...inner]);
  return tf.slice(
    wide,
    wide.shape.map(() => 0),
    [...outer, spanOf(count, step), ...inner],
  );
}
