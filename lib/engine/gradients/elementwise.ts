import * as tf from '@tensorflow/tfjs';
import { gradient, run, sumTo } from './gradient';

export function installElementwise(): void {
  // One pass instead of a mask, a cast and a product, where the engine has the kernel (native and wasm do, see there).
  for (const kernelName of ['Relu', 'LeakyRelu']) {
    gradient<{ alpha?: number }>(kernelName, ['x'], (dy, [x], { alpha = 0 }) => ({ x: () => leak(dy, x, alpha) }));
  }
  gradient<{ alpha: number }>('LeakyReluGrad', ['x'], (d, [x], { alpha }) => ({
    dy: () => leak(d, x, alpha),
    x: () => tf.zerosLike(x),
  }));

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

/** dy where x > 0, alpha · dy elsewhere. */
function leak(dy: tf.Tensor, x: tf.Tensor, alpha: number): tf.Tensor {
  if (tf.getKernel('LeakyReluGrad', tf.getBackend())) return run('LeakyReluGrad', { dy, x }, { alpha });
  return tf.mul(dy, tf.step(x, alpha));
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
