import { installConvolution } from './convolution';
import { installMatMul } from './matmul';

let installed = false;

/** Completes the wasm backend with kernels that it lacks, and replaces slow or wrong ones. */
export function installWasmKernels(): void {
  if (installed) return;
  installed = true;
  installMatMul();
  installConvolution();
}
