import * as tf from '@tensorflow/tfjs';

/**
 * x itself, through which no gradient flows: sg[x] of VQ-VAE, PyTorch's detach(). TensorFlow.js has no such operation.
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  const stop = tf.customGrad((y) => ({ value: (y as T).clone(), gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor) }));
  return stop(x) as T;
}

/**
 * Whether what is computed now will be differentiated twice, as a gradient penalty does. A gradient of one's own that reads
 * intermediate results is right only where it will not: they count as constants in the second derivative.
 */
export function isTwiceDifferentiated(): boolean {
  return (tf.engine() as unknown as { state: { gradientDepth: number } }).state.gradientDepth > 1;
}
