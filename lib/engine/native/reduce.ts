import * as tf from '@tensorflow/tfjs';
import type { Info } from '../kernel';
import { backend, describe, kernel } from './operation';

interface Attributes {
  axis: number | number[];
  keepDims: boolean;
}

/**
 * Sums and means, their axes given as a list. The sum over all axes but the last is the gradient of every bias and of every
 * norm's scale. TensorFlow has an operation for just that, two to three times as fast as the general one where the last axis
 * is not very narrow. On a GPU it adds in an order that changes from run to run.
 */
export function installReduce(): void {
  const floats = { T: { type: 'float32' as const } };
  const ofBias = describe({ ...floats, data_format: 'NHWC' });
  const [dropping, keeping] = [false, true].map((keep_dims) =>
    describe({ ...floats, Tidx: { type: 'int32' }, keep_dims }),
  );
  for (const name of ['Sum', 'Mean'] as const) {
    kernel<{ x: Info }, Attributes>(name, ({ x }, { axis, keepDims }, stock) => {
      if (x.dtype !== 'float32') return stock();
      const axes = tf.util.parseAxisParam(axis, x.shape);
      if (name === 'Sum' && !keepDims && isOfBias(x, axes)) {
        return backend().executeSingleOutput('BiasAddGrad', ofBias, [x]);
      }
      return backend().executeSingleOutput(name, keepDims ? keeping : dropping, [x, axes]);
    });
  }
}

function isOfBias({ shape }: Info, axes: number[]): boolean {
  const last = shape.length - 1;
  const allButLast = last > 0 && axes.length === last && !axes.includes(last);
  return allButLast && shape[last] >= 8 && !backend().isUsingGpuDevice;
}
