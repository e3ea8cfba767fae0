import { installAdam } from './adam';
import { installElementwise } from './elementwise';
import { installLayout } from './layout';
import { installMatMul } from './matmul';
import { installPooling } from './pooling';

let installed = false;

/** Completes the webgpu backend with kernels that it lacks, and replaces wrong ones. */
export function installWebgpuKernels(): void {
  if (installed) return;
  installed = true;
  installAdam();
  installElementwise();
  installLayout();
  installMatMul();
  installPooling();
}
