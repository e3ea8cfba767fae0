import * as tf from '@tensorflow/tfjs';
import type { Recorder } from './rewrite';

/** What TensorFlow.js does at every operation beside the operation itself, done the short way where the result is the same. */
export function shortenBookkeeping(recorder: Recorder): void {
  copyWithoutKernel(recorder);
  endScopesOfOneTensor(recorder);
}

/** A tensor that is saved for a gradient: the same data under another name. A training step of a dense VAE saves 46. */
function copyWithoutKernel(recorder: Recorder): void {
  const toOriginal = (dy: unknown) => ({ x: () => (dy as tf.Tensor).clone() });
  recorder.clone = function clone(x) {
    this.backend.incRef(x.dataId);
    const copy = this.makeTensorFromTensorInfo(x);
    if (this.state.activeTape) this.addTapeNode(this.state.activeScope?.name ?? '', { x }, [copy], toOriginal, [], {});
    return copy;
  };
}

/** Every operation ends a scope with one tensor, which need not be looked for in lists and objects. */
function endScopesOfOneTensor(recorder: Recorder): void {
  const stock = recorder.endScope;
  recorder.endScope = function endScope(result) {
    if (!(result instanceof tf.Tensor)) return stock.call(this, result);
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
