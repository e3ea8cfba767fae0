import * as tf from '@tensorflow/tfjs';

/**
 * Computes a tensor that no gradient flows back from: PyTorch's `with no_grad()` and `detach()`, the papers' sg[·]. What is
 * made on the way is freed at once instead of waiting for a backward pass that will not come.
 */
export function detached<X extends tf.Tensor>(compute: () => X): X {
  return tf.tidy(() => {
    // The engine records a custom gradient by its inputs alone: what `compute` uses is none of them.
    const nothing = tf.scalar(0);
    const value = tf.customGrad(() => ({ value: compute(), gradFunc: () => tf.zerosLike(nothing) }));
    return value(nothing) as X;
  });
}
