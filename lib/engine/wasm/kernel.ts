import * as tf from '@tensorflow/tfjs';
import { backend, type Info } from './heap';

type Result = Info | Info[];

/**
 * Puts a kernel of ours in the place of the wasm backend's, or where it has none.
 * @param compute gets `stock`, which runs the kernel that was there before (on other attributes, if given), for cases that
 *   ours leaves to it
 */
export function kernel<Inputs, Attributes>(
  kernelName: string,
  compute: (inputs: Inputs, attributes: Attributes, stock: (other?: Attributes) => Result) => Result,
): void {
  const before = tf.getKernel(kernelName, 'wasm');
  if (before) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    setupFunc: before?.setupFunc,
    kernelFunc(call) {
      const stock = (other?: Attributes) => {
        if (!before) throw new Error(`The wasm engine cannot do this: ${kernelName}.`);
        return before.kernelFunc(other ? { ...call, attrs: other as tf.NamedAttrMap } : call);
      };
      // The engine hands every kernel its own inputs and attributes under these wide types.
      return compute(call.inputs as Inputs, call.attrs as Attributes, stock) as ReturnType<tf.KernelFunc>;
    },
  });
}

/** Runs a kernel on plain tensor infos, outside the engine's bookkeeping. */
export function run(kernelName: string, inputs: tf.NamedTensorInfoMap, attributes = {}): Info {
  const found = tf.getKernel(kernelName, 'wasm');
  const result = found.kernelFunc({ inputs, attrs: attributes, backend: backend() });
  if (Array.isArray(result)) throw new Error(`${kernelName} has several outputs.`);
  return result;
}
