import * as tf from '@tensorflow/tfjs';

/**
 * x itself, through which no gradient flows: sg[x] of VQ-VAE, PyTorch's detach(). TensorFlow.js has no such operation.
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  const stop = tf.customGrad((y) => ({ value: (y as T).clone(), gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor) }));
  return stop(x) as T;
}
