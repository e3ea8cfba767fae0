/**
 * Mends how TensorFlow.js 4.22 records operations for differentiation.
 *
 * An operation may save its output for its gradient (tanh' = 1 − y²). The engine saves a copy, and it records the copy
 * before the operation that made it. A walk along the tape from x then meets the copy before it knows that the output
 * depends on x: the copy counts as a constant, and second derivatives come out silently wrong (by 44–67 % for tanh). Here
 * the copy is moved behind its operation. That mends every operation that saves outputs, also those of other people.
 */
import * as tf from '@tensorflow/tfjs';
import { shortenBookkeeping } from './bookkeeping';
import { attributesForTape } from './gradient';
import { followDilations, rewriteOperations, type Recorder } from './rewrite';

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
  const dilated = followDilations(recorder);
  recorder.addTapeNode = function addTapeNode(kernelName, inputs, outputs, gradient, saved, attributes) {
    if (flat.has(kernelName)) {
      saved.forEach((tensor) => tensor.dispose());
      return;
    }
    const kept = attributesForTape(kernelName, inputs, attributes);
    stock.call(this, kernelName, inputs, outputs, dilated(kernelName) ?? gradient, saved, kept);
    if (saved.length > 0) reorder(this, kernelName, inputs, outputs, saved);
  };
}

/**
 * Layers multiply and convolve by these. Under a gradient TensorFlow.js fuses no activation but the linear one, and then of
 * the result that is saved before its last reshape only the shape is used.
 */
const onlyShapesMatter = /^fused(MatMul|Conv2d|DepthwiseConv2d)_/i;

/** Moves the copies of outputs behind the operation, which is the tape's last node. */
function reorder(
  { state }: Recorder,
  kernelName: string,
  inputs: tf.NamedTensorMap,
  outputs: tf.Tensor[],
  saved: tf.Tensor[],
): void {
  const tape = state.activeTape ?? [];
  const copies = new Set(saved.map(({ id }) => id));
  const outputIds = new Set(outputs.map(({ id }) => id));
  const inputIds = new Set(Object.values(inputs).map((tensor) => tensor.id));
  let place = tape.length - 1; // of the operation itself
  for (let i = place - 1; i >= 0 && copies.size > 0; i--) {
    const node = tape[i];
    if (!copies.delete(node.outputs[0].id)) continue;
    const original = node.inputs.x.id;
    if (outputIds.has(original)) {
      tape.splice(i, 1);
      tape.push(node);
      place--;
      if (state.gradientDepth > 1) warnOnce(kernelName);
    } else if (!inputIds.has(original) && state.gradientDepth > 1 && !onlyShapesMatter.test(kernelName)) {
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
