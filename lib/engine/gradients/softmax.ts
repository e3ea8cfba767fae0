import * as tf from '@tensorflow/tfjs';
import { gradient, run } from './gradient';

/** As the stock gradient, y (dy − Σ dy·y), in one operation where the engine has it. */
export function installSoftmax(): void {
  gradient('Softmax', 'output', (dy, [y]) => ({ logits: () => slope(dy, y) }));
  gradient('SoftmaxGrad', ['dy', 'y'], (d, [dy, y]) => ({
    dy: () => slope(d, y), // its matrix is symmetric
    y: () => {
      const along = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b), -1, true);
      return tf.sub(tf.mul(d, tf.sub(dy, along(dy, y))), tf.mul(dy, along(d, y)));
    },
  }));
}

function slope(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  if (y.size > 0 && tf.getKernel('SoftmaxGrad', tf.getBackend())) return run('SoftmaxGrad', { dy, y });
  const weighted = tf.mul(dy, y);
  return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y));
}
