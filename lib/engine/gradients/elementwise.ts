import * as tf from '@tensorflow/tfjs';
import { gradient, sumTo } from './gradient';

export function installElementwise(): void {
  // EluGrad = dy where y ≥ 0, dy · (y + 1) where not. TensorFlow.js has no gradient for it.
  gradient('EluGrad', ['dy', 'y'], (d, [dy, y]) => ({
    dy: () => tf.mul(d, tf.sub(1, tf.relu(tf.neg(y)))),
    y: () => tf.mul(tf.mul(d, dy), tf.step(tf.neg(y))),
  }));

  // The stock gradients of these forget to sum over axes that were broadcast.
  gradient('SquaredDifference', ['a', 'b'], (dy, [a, b]) => {
    const twice = () => tf.mul(dy, tf.mul(2, tf.sub(a, b)));
    return { a: () => sumTo(twice(), a.shape), b: () => sumTo(tf.neg(twice()), b.shape) };
  });
  larger('Maximum', tf.greaterEqual);
  larger('Minimum', tf.lessEqual);
}

/** All of dy goes to the operand that was taken; a tie counts for the first. */
function larger(kernelName: string, takesFirst: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): void {
  gradient(kernelName, ['a', 'b'], (dy, [a, b]) => {
    const first = () => tf.cast(takesFirst(a, b), 'float32');
    return {
      a: () => sumTo(tf.mul(dy, first()), a.shape),
      b: () => sumTo(tf.mul(dy, tf.sub(1, first())), b.shape),
    };
  });
}
