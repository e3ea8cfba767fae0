import * as tf from '@tensorflow/tfjs';
import { gradient } from './gradient';

/** As the stock gradients of sum and mean, without making a whole tensor of ones and multiplying by it. */
export function installReduce(): void {
  gradient<tf.SumAttrs>('Sum', ['x'], (dy, [x], { axis }) => ({
    x: () => dy.reshape(keptShape(x, axis)).broadcastTo(x.shape),
  }));
  gradient<tf.MeanAttrs>('Mean', ['x'], (dy, [x], { axis }) => ({
    x: () => {
      const share = tf.div(dy, x.size / dy.size).reshape(keptShape(x, axis));
      return share.broadcastTo(x.shape);
    },
  }));
}

/** The shape of the result had its axes been kept, each with one element. */
function keptShape(x: tf.Tensor, axis: number | number[]): number[] {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  return x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
}
