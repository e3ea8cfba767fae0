import * as tf from '@tensorflow/tfjs';

type Gradients = Record<string, () => tf.Tensor>;

/**
 * Puts a gradient of ours in the place of TensorFlow.js's, or where it has none. Saved inputs come in the order named;
 * `all` is for operations on a list.
 */
export function gradient<Attributes = object>(
  kernelName: string,
  inputsToSave: string[] | 'all',
  compute: (dy: tf.Tensor, saved: tf.Tensor[], attributes: Attributes) => Gradients,
): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    ...(inputsToSave === 'all' ? { saveAllInputs: true } : { inputsToSave }),
    // Operations here have one output, so that there is one dy; attributes come under the engine's wide type.
    gradFunc: (dy, saved, attributes) => compute(dy as tf.Tensor, saved, (attributes ?? {}) as Attributes),
  });
}

/** Runs a kernel that has no public function. */
export function run(kernelName: string, inputs: tf.NamedTensorMap, attributes: object = {}): tf.Tensor {
  return tf.engine().runKernel(kernelName, inputs, attributes as tf.NamedAttrMap) as tf.Tensor;
}

/** The gradient of broadcasting: sums over the axes that were stretched. Where none was, it is dy itself. */
export function sumTo(dy: tf.Tensor, shape: number[]): tf.Tensor {
  if (tf.util.arraysEqual(dy.shape, shape)) return dy;
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  const sum = axes.length > 0 ? tf.sum(dy, axes) : dy;
  return tf.util.arraysEqual(sum.shape, shape) ? sum : sum.reshape(shape);
}
