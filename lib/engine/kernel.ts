import * as tf from '@tensorflow/tfjs';

export type Info = tf.TensorInfo;
type Result = Info | Info[];

/**
 * Puts a kernel of ours in the place of a backend's own, or where it has none.
 * @param compute gets `stock`, which runs the kernel that was there before (on other attributes or inputs, if given), for cases
 *   that ours leaves to it
 */
export function replaceKernel<Inputs, Attributes>(
  backendName: string,
  kernelName: string,
  compute: (
    inputs: Inputs,
    attributes: Attributes,
    stock: (other?: Attributes, otherInputs?: Inputs) => Result,
  ) => Result,
): void {
  const before = tf.getKernel(kernelName, backendName);
  if (before) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    setupFunc: before?.setupFunc,
    kernelFunc(call) {
      const stock = (attributes = call.attrs as Attributes, inputs = call.inputs as Inputs) => {
        if (!before) throw new Error(`The ${backendName} backend cannot do this: ${kernelName}.`);
        return before.kernelFunc({
          ...call,
          inputs: inputs as tf.NamedTensorInfoMap,
          attrs: attributes as tf.NamedAttrMap,
        });
      };
      // The engine hands every kernel its own inputs and attributes under these wide types.
      return compute(call.inputs as Inputs, call.attrs as Attributes, stock) as ReturnType<tf.KernelFunc>;
    },
  });
}
