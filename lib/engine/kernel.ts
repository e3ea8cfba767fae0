import * as tf from '@tensorflow/tfjs';

export type Info = tf.TensorInfo;
type Result = Info | Info[];

/**
 * Puts a kernel of ours in the place of a backend's own, or where it has none.
 * @param compute gets `stock`, which runs the kernel that was there before (on other attributes, if given), for cases that
 *   ours leaves to it
 */
export function replaceKernel<Inputs, Attributes>(
  backendName: string,
  kernelName: string,
  compute: (inputs: Inputs, attributes: Attributes, stock: (other?: Attributes) => Result) => Result,
): void {
  const before = tf.getKernel(kernelName, backendName);
  if (before) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    setupFunc: before?.setupFunc,
    kernelFunc(call) {
      const stock = (other?: Attributes) => {
        if (!before) throw new Error(`The ${backendName} backend cannot do this: ${kernelName}.`);
        return before.kernelFunc(other ? { ...call, attrs: other as tf.NamedAttrMap } : call);
      };
      // The engine hands every kernel its own inputs and attributes under these wide types.
      return compute(call.inputs as Inputs, call.attrs as Attributes, stock) as ReturnType<tf.KernelFunc>;
    },
  });
}
