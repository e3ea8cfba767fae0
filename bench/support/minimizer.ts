import * as tf from '@tensorflow/tfjs';
import { Adam } from '../../lib/training';

/** A training step as the library's loop makes it: the gradient of the loss, and Adam. Gives the loss. */
export function minimizer(
  loss: () => tf.Tensor,
  variables: tf.Variable[],
  optimizer: tf.Optimizer = new Adam({ learningRate: 1e-3 }),
): () => tf.Scalar {
  return () => tf.tidy(() => optimizer.minimize(() => loss() as tf.Scalar, true, variables) as tf.Scalar);
}
