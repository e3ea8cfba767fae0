import * as tf from '@tensorflow/tfjs';
import { gradient, run } from './gradient';

/** As the stock gradients of sum and mean, without making a whole tensor of ones and multiplying by it. */
export function installReduce(): void {
  gradient<tf.SumAttrs>('Sum', ['x'], (dy, [x], { axis }) => ({
    x: () => spread(dy, x, axis),
  }));
  gradient<tf.MeanAttrs>('Mean', ['x'], (dy, [x], { axis }) => ({
    x: () => spread(tf.div(dy, x.size / dy.size), x, axis),
  }));
  // The stock gradient, which TensorFlow.js never calls, keeps axes that came anew.
  gradient<{ shape: number[]; inputShape: number[] }>('BroadcastTo', [], (dy, _, { shape, inputShape }) => {
    const before = shape.length - inputShape.length;
    const axes = shape.flatMap((size, i) => (i < before || inputShape[i - before] !== size ? [i] : []));
    return { x: () => tf.sum(dy, axes).reshape(inputShape) };
  });
}

/** To each element of x what its sum got; in one operation where the engine has it. */
function spread(dy: tf.Tensor, x: tf.Tensor, axis: number | number[]): tf.Tensor {
  const { shape } = x;
  const kept = dy.rank === 0 ? dy : dy.reshape(keptShape(x, axis)); // axes in front come by themselves
  if (!tf.getKernel('BroadcastTo', tf.getBackend()) || kept.size === x.size) return kept.broadcastTo(shape);
  return run('BroadcastTo', { x: kept }, { shape, inputShape: kept.shape });
}

/** The shape of the result had its axes been kept, each with one element. */
function keptShape(x: tf.Tensor, axis: number | number[]): number[] {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  return x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
}
