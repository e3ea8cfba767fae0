import * as tf from '@tensorflow/tfjs';
import { replaceKernel } from '../kernel';
import { backend, type Info } from './heap';

type Compute<Inputs, Attributes> = Parameters<typeof replaceKernel<Inputs, Attributes>>[2];

export function kernel<Inputs, Attributes>(kernelName: string, compute: Compute<Inputs, Attributes>): void {
  replaceKernel('wasm', kernelName, compute);
}

/** Runs a kernel on plain tensor infos, outside the engine's bookkeeping. */
export function run(kernelName: string, inputs: tf.NamedTensorInfoMap, attributes = {}): Info {
  const found = tf.getKernel(kernelName, 'wasm');
  const result = found.kernelFunc({ inputs, attrs: attributes, backend: backend() });
  if (Array.isArray(result)) throw new Error(`${kernelName} has several outputs.`);
  return result;
}
