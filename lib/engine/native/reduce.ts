import * as tf from '@tensorflow/tfjs';
import type { Info } from '../kernel';
import { backend, execute, kernel } from './operation';

interface Attributes {
  axis: number | number[];
  keepDims: boolean;
}

/**
 * The sum over all axes but the last is the gradient of every bias and of every norm's scale. TensorFlow has an operation
 * for just that, two to three times as fast as the general one where the last axis is not very narrow. On a GPU it adds in
 * an order that changes from run to run.
 */
export function installReduce(): void {
  kernel<{ x: Info }, Attributes>('Sum', ({ x }, { axis, keepDims }, stock) => {
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const last = x.shape.length - 1;
    const allButLast = last > 0 && axes.length === last && !axes.includes(last);
    const isFast = allButLast && x.shape[last] >= 8 && !backend().isUsingGpuDevice;
    if (!isFast || keepDims || x.dtype !== 'float32') return stock();
    return execute('BiasAddGrad', [x], { T: { type: 'float32' }, data_format: 'NHWC' });
  });
}
