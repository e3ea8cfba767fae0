import { installAdam } from './adam';
import { installConvolution } from './convolution';
import { installElementwise } from './elementwise';
import { guardMemory } from './memory';
import { installPooling } from './pooling';

let installed = false;

/** Completes the native backend with what tfjs-node leaves out of TensorFlow. */
export function installNativeKernels(): void {
  if (installed) return;
  installed = true;
  guardMemory();
  installConvolution();
  installElementwise();
  installPooling();
  installAdam();
}
