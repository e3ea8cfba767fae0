import * as tf from '@tensorflow/tfjs';
import type { Info } from '../kernel';
import { backend, describe, execute, kernel, type OperationAttribute } from './operation';

const { arraysEqual, parseAxisParam } = tf.util;

/**
 * Every third operation of a training step gives a tensor another shape or order, most often the shape that it has already:
 * the gradient of each product and sum ends with that. tfjs-node makes a tensor of the shape and runs an operation each time.
 */
export function installLayout(): void {
  const withShape = runner('Reshape', 'Tshape');
  kernel<{ x: Info }, { shape: number[] }>('Reshape', ({ x }, { shape }, stock) =>
    arraysEqual(x.shape, shape) ? share(x) : (withShape(x, shape) ?? stock()),
  );
  const withOrder = runner('Transpose', 'Tperm');
  kernel<{ x: Info }, { perm: number[] }>('Transpose', ({ x }, { perm }, stock) => withOrder(x, perm) ?? stock());
  // Not a kernel of tfjs-node: the gradient of sums and means, see lib/engine/gradients/reduce.ts.
  const toShape = runner('BroadcastTo', 'Tidx');
  kernel<{ x: Info }, { shape: number[] }>('BroadcastTo', ({ x }, { shape }, stock) => toShape(x, shape) ?? stock());

  // Sizes and axis as lists, which are brought to TensorFlow once; a list of one axis does for the axis.
  const types = { T: { type: 'float32' as const }, Tlen: { type: 'int32' as const } };
  kernel<{ x: Info }, tf.SplitVAttrs>('SplitV', ({ x }, { numOrSizeSplits, axis }, stock) => {
    if (x.dtype !== 'float32') return stock();
    const along = parseAxisParam(axis, x.shape);
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along[0]);
    const attributes = describe({ ...types, num_split: sizes.length });
    return backend().executeMultipleOutputs('SplitV', attributes, [x, sizes, along], sizes.length);
  });
  kernel<readonly Info[], tf.ConcatAttrs>('Concat', (pieces, { axis }, stock) => {
    if (pieces.some(({ dtype }) => dtype !== 'float32')) return stock();
    const attributes = { T: { type: 'float32' as const }, Tidx: { type: 'int32' as const }, N: pieces.length };
    return execute('ConcatV2', [...pieces, [axis]], attributes);
  });
}

/** The same data as another tensor. */
export function share({ dataId, shape, dtype }: Info): Info {
  backend().incRef(dataId);
  return { dataId, shape, dtype };
}

/**
 * Runs an operation on a tensor and a list of whole numbers, whose type is the attribute `listType`. The attributes are made
 * once for each type of tensor; `undefined` for a type that is seldom met.
 */
function runner(name: string, listType: string): (x: Info, list: readonly number[]) => Info | undefined {
  const byType = new Map<tf.DataType, readonly OperationAttribute[]>();
  for (const type of ['float32', 'int32', 'bool'] as const) {
    byType.set(type, describe({ T: { type }, [listType]: { type: 'int32' } }));
  }
  return (x, list) => {
    const attributes = byType.get(x.dtype);
    return attributes && backend().executeSingleOutput(name, attributes, [x, list]);
  };
}
