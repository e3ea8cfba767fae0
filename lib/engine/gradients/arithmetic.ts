import * as tf from '@tensorflow/tfjs';
import { gradient, gradientOfShapes, run, sumTo } from './gradient';

const { arraysEqual } = tf.util;

/** As the stock gradients, without the casts and reshapes that change nothing: they are what a training step has most of. */
export function installArithmetic(): void {
  gradientOfShapes('Add', (dy, { a, b }) => ({ a: () => shareOf(dy, a.shape), b: () => shareOf(dy, b.shape) }));
  gradientOfShapes('Sub', (dy, { a, b }) => ({
    a: () => shareOf(dy, a.shape),
    b: () => tf.neg(sumTo(dy, b.shape)),
  }));
  gradient('Multiply', ['a', 'b'], (dy, [a, b]) => ({
    a: () => sumTo(product(dy, b), a.shape),
    b: () => sumTo(product(dy, a), b.shape),
  }));
  gradient('RealDiv', ['a', 'b'], (dy, [a, b]) => ({
    a: () => sumTo(tf.div(dy, b), a.shape),
    b: () => tf.neg(tf.div(sumTo(tf.mul(dy, a), b.shape), tf.square(b))),
  }));
}

/** As tf.mul, straight to the kernel where no type has to change first. */
function product(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? run('Multiply', { a: dy, b: x }) : tf.mul(dy, x);
}

/** What of dy goes to a summand: a tensor of its own, because the engine disposes of each when it has added them up. */
function shareOf(dy: tf.Tensor, shape: number[]): tf.Tensor {
  return arraysEqual(dy.shape, shape) ? run('Identity', { x: dy }) : sumTo(dy, shape);
}
