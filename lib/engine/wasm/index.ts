import { installConvolution } from './convolution';
import { installDepthwise } from './depthwise';
import { installGather } from './gather';
import { installMatMul } from './matmul';
import { installPooling } from './pooling';

let installed = false;

/** Completes the wasm backend with kernels that it lacks, and replaces slow or wrong ones. */
export function installWasmKernels(): void {
  if (installed) return;
  installed = true;
  installMatMul();
  installConvolution();
  installDepthwise();
  installPooling();
  installGather();
}
