import * as tf from '@tensorflow/tfjs';
import type { Recorder } from './rewrite';

// By way of `tf` each costs three calls, at every operation.
const { Tensor, getKernel } = tf;

/** What TensorFlow.js does at every operation beside the operation itself, done the short way where the result is the same. */
export function shortenBookkeeping(recorder: Recorder): void {
  runKernelsPlainly(recorder);
  saveUnderOneName(recorder);
  endScopesOfOneTensor(recorder);
}

/** A kernel with its record on the tape, without the closures around it that profiling and leak checks want. */
function runKernelsPlainly(recorder: Recorder): void {
  const stock = recorder.runKernel;
  recorder.runKernel = function runKernel(kernelName, inputs, attributes) {
    const { state, ENV, backend, backendName } = this; // asking for the backend starts it, where none runs yet
    const kernel = getKernel(kernelName, backendName ?? '');
    if (!kernel || state.profiling || ENV.getBool('DEBUG') || ENV.getBool('IS_TEST')) {
      return stock.call(this, kernelName, inputs, attributes);
    }
    const recorded = this.isTapeOn();
    let saved: tf.Tensor[] = [];
    let out: tf.TensorInfo | tf.TensorInfo[];
    let results: tf.Tensor[];
    state.kernelDepth++;
    try {
      out = kernel.kernelFunc({ inputs, attrs: attributes, backend });
      results = Array.isArray(out) ? out.map((one) => asTensor(this, one)) : [asTensor(this, out)];
      if (recorded) {
        const wanted = this.getTensorsForGradient(kernelName, inputs, results);
        if (wanted.length > 0) saved = wanted.map((tensor) => this.keep(this.clone(tensor)));
      }
    } finally {
      state.kernelDepth--;
    }
    if (recorded) this.addTapeNode(kernelName, inputs, results, null, saved, attributes);
    return Array.isArray(out) ? results : results[0];
  };
}

/** Kernels give tensors, or what tensors are made of. */
function asTensor(recorder: Recorder, result: tf.TensorInfo): tf.Tensor {
  return result instanceof Tensor ? result : recorder.makeTensorFromTensorInfo(result);
}

/**
 * A tensor that is saved for a gradient is the same data under the same id, in an object of its own, whose life does not end
 * with the original's. TensorFlow.js gives the copy an id of its own and records it as an operation, before the one that it
 * is saved for. A walk along the tape from x then meets the copy of an output (tanh' = 1 − y²) before it knows that the output
 * depends on x: the copy counts as a constant, and second derivatives come out silently wrong (by 44–67 % for tanh). Under one
 * id there is nothing to record.
 */
function saveUnderOneName(recorder: Recorder): void {
  recorder.clone = function clone(x) {
    this.backend.incRef(x.dataId);
    const copy = new Tensor(x.shape, x.dtype, x.dataId, x.id);
    this.trackTensor(copy);
    return copy;
  };
}

/** Every operation ends a scope with one tensor, which need not be looked for in lists and objects. */
function endScopesOfOneTensor(recorder: Recorder): void {
  const stock = recorder.endScope;
  recorder.endScope = function endScope(result) {
    if (!(result instanceof Tensor)) return stock.call(this, result);
    const { state } = this;
    const ended = state.scopeStack[state.scopeStack.length - 1];
    for (const tensor of ended.track) {
      if (!(tensor as Tracked).kept && tensor.id !== result.id) tensor.dispose();
    }
    state.scopeStack.pop();
    state.activeScope = state.scopeStack[state.scopeStack.length - 1] ?? null;
    const { kept, scopeId } = result as Tracked;
    if (!kept && scopeId === ended.id) this.track(result);
  };
}

/** A tensor with what the engine notes on it. */
type Tracked = tf.Tensor & { readonly kept: boolean; readonly scopeId: number };
