/** What TensorFlow.js 4.22 records of operations for differentiation, and what it should. */
import * as tf from '@tensorflow/tfjs';
import { shortenBookkeeping } from './bookkeeping';
import { attributesForTape } from './gradient';
import { followDilations, rewriteOperations, type Recorder } from './rewrite';
import { walkPlainly } from './walk';

/** Nothing flows back through these. Left off the tape, they cost nothing, and what uses them need not know them. */
const flat = new Set([
  ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual'],
  ...['LogicalAnd', 'LogicalOr', 'LogicalNot', 'LogicalXor', 'IsNan', 'IsInf', 'IsFinite', 'ArgMax', 'ArgMin'],
]);

export function mendTape(): void {
  const recorder = tf.engine() as unknown as Recorder;
  const stock = recorder.addTapeNode;
  rewriteOperations(recorder);
  shortenBookkeeping(recorder);
  walkPlainly(recorder);
  const dilated = followDilations(recorder);
  recorder.addTapeNode = function addTapeNode(kernelName, inputs, outputs, gradient, saved, attributes) {
    if (flat.has(kernelName)) {
      saved.forEach((tensor) => tensor.dispose());
      return;
    }
    if (saved.length > 0 && this.state.gradientDepth > 1) checkSaved(kernelName, inputs, outputs, saved);
    const kept = attributesForTape(kernelName, inputs, attributes);
    stock.call(this, kernelName, inputs, outputs, dilated(kernelName) ?? gradient, saved, kept);
  };
}

/**
 * Layers multiply and convolve by these. Under a gradient TensorFlow.js fuses no activation but the linear one, and then of
 * the result that is saved before its last reshape only the shape is used.
 */
const onlyShapesMatter = /^fused(MatMul|Conv2d|DepthwiseConv2d)_/i;

/** In a gradient of a gradient what is saved must have a derivative of its own: inputs and outputs do. */
function checkSaved(kernelName: string, inputs: tf.NamedTensorMap, outputs: tf.Tensor[], saved: tf.Tensor[]): void {
  const among = (tensors: tf.Tensor[], id: number) => tensors.some((tensor) => tensor.id === id);
  for (const { id } of saved) {
    if (among(outputs, id)) warnOnce(kernelName);
    else if (!among(Object.values(inputs), id) && !onlyShapesMatter.test(kernelName)) {
      throw new Error(
        `${readable(kernelName)} cannot be differentiated twice: its gradient is made from an intermediate result. ` +
          'Write it with plain operations (log, exp, softmax, …) inside a gradient of a gradient.',
      );
    }
  }
}

/** TensorFlow.js exports its kernels' names as constants; those of its operations with a gradient of their own end so. */
const theirs = new Set<unknown>([...Object.values(tf), 'logSoftmax__op']);
const warned = new Set<string>();

/** What is checked here are the operations of the vocabulary; one of somebody's own is not, and elsewhere it is wrong. */
function warnOnce(kernelName: string): void {
  if (theirs.has(kernelName) || onlyShapesMatter.test(kernelName) || warned.has(kernelName)) return;
  warned.add(kernelName);
  console.warn(
    `${readable(kernelName)} is not in genlab's vocabulary, and its gradient uses its own saved output, inside a gradient ` +
      'of a gradient. genlab differentiates through that output, which plain TensorFlow.js takes for a constant. ' +
      'Compare the result with finite differences, or save the input and compute the output from it again.',
  );
}

/** `logSoftmax__op` → `logSoftmax` */
function readable(kernelName: string): string {
  return kernelName.replace(/_*op$/, '').replace(/_$/, '') || 'An operation of your own';
}
