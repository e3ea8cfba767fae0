import * as tf from '@tensorflow/tfjs';

// By way of `tf` each costs three calls, at every operation.
const { arraysEqual } = tf.util;
const engine = tf.engine();

type Gradients = Record<string, () => tf.Tensor>;
type Shapes = Readonly<Record<string, Pick<tf.Tensor, 'shape' | 'size'>>>;

/**
 * Puts a gradient of ours in the place of TensorFlow.js's, or where it has none. Saved inputs come in the order named;
 * `all` is for operations on a list; `output` is what the operation gave.
 */
export function gradient<Attributes = object>(
  kernelName: string,
  inputsToSave: string[] | 'all' | 'output',
  compute: (dy: tf.Tensor, saved: tf.Tensor[], attributes: Attributes) => Gradients,
): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    ...(inputsToSave === 'all'
      ? { saveAllInputs: true }
      : inputsToSave === 'output'
        ? { outputsToSave: [true] }
        : { inputsToSave }),
    // Operations here have one output, so that there is one dy; attributes come under the engine's wide type.
    gradFunc: (dy, saved, attributes) => compute(dy as tf.Tensor, saved, (attributes ?? {}) as Attributes),
  });
}

const asked = new Set<string>();

/**
 * A gradient that needs of the inputs their shapes and nothing else. TensorFlow.js keeps whole inputs until the gradient is
 * there, which for the sum of a feature map and its bias is the feature map.
 * @param compute gets the inputs as the operation did; their values may be gone
 */
export function gradientOfShapes<Attributes = object>(
  kernelName: string,
  compute: (dy: tf.Tensor, inputs: Shapes, attributes: Attributes) => Gradients,
): void {
  asked.add(kernelName);
  gradient<{ inputs: Shapes; attributes: Attributes }>(kernelName, [], (dy, _, { inputs, attributes }) =>
    compute(dy, inputs, attributes),
  );
}

/** What the tape keeps as an operation's attributes: its inputs too, where `gradientOfShapes` asks for them. */
export function attributesForTape(kernelName: string, inputs: tf.NamedTensorMap, attributes: unknown): unknown {
  return asked.has(kernelName) ? { inputs, attributes } : attributes;
}

/** Runs a kernel that has no public function. */
export function run(kernelName: string, inputs: tf.NamedTensorMap, attributes: object = {}): tf.Tensor {
  return engine.runKernel(kernelName, inputs, attributes as tf.NamedAttrMap) as tf.Tensor;
}

/** The gradient of broadcasting: sums over the axes that were stretched. Where none was, it is dy itself. */
export function sumTo(dy: tf.Tensor, shape: number[]): tf.Tensor {
  if (arraysEqual(dy.shape, shape)) return dy;
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  const sum = axes.length > 0 ? run('Sum', { x: dy }, { axis: axes, keepDims: false }) : dy;
  return arraysEqual(sum.shape, shape) ? sum : sum.reshape(shape);
}
