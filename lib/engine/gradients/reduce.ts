import * as tf from '@tensorflow/tfjs';
import { gradient, gradientOfShapes, run } from './gradient';

/** As the stock gradients of sum and mean, without making a whole tensor of ones and multiplying by it. */
export function installReduce(): void {
  gradientOfShapes<tf.SumAttrs>('Sum', (dy, { x }, { axis }) => ({ x: () => spread(dy, x.shape, axis) }));
  gradientOfShapes<tf.MeanAttrs>('Mean', (dy, { x }, { axis }) => ({
    x: () => spread(tf.div(dy, x.size / dy.size), x.shape, axis),
  }));
  // The stock gradient, which TensorFlow.js never calls, keeps axes that came anew.
  gradient<{ shape: number[]; inputShape: number[] }>('BroadcastTo', [], (dy, _, { shape, inputShape }) => {
    const before = shape.length - inputShape.length;
    const axes = shape.flatMap((size, i) => (i < before || inputShape[i - before] !== size ? [i] : []));
    return { x: () => tf.sum(dy, axes).reshape(inputShape) };
  });
}

/** To each element of a tensor of this shape what its sum got; in one operation where the engine has it. */
function spread(dy: tf.Tensor, shape: number[], axis: number | number[]): tf.Tensor {
  const kept = dy.rank === 0 ? dy : dy.reshape(keptShape(shape, axis)); // axes in front come by themselves
  const isLarger = kept.size !== tf.util.sizeFromShape(shape);
  if (!isLarger || !tf.getKernel('BroadcastTo', tf.getBackend())) return kept.broadcastTo(shape);
  return run('BroadcastTo', { x: kept }, { shape, inputShape: kept.shape });
}

/** The shape of the result had its axes been kept, each with one element. */
function keptShape(shape: number[], axis: number | number[]): number[] {
  const axes = tf.util.parseAxisParam(axis, shape);
  return shape.map((size, i) => (axes.includes(i) ? 1 : size));
}
