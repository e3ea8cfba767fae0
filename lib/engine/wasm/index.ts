import { installAdam } from './adam';
import { installConvolution } from './convolution';
import { installDepthwise } from './depthwise';
import { installEinsum } from './einsum';
import { installElementwise } from './elementwise';
import { installGather } from './gather';
import { installLayout } from './layout';
import { installMatMul } from './matmul';
import { guardMemory } from './memory';
import { installPooling } from './pooling';
import { installReduce } from './reduce';
import { installResize } from './resize';

let installed = false;

/** Completes the wasm backend with kernels that it lacks, and replaces slow or wrong ones. */
export function installWasmKernels(): void {
  if (installed) return;
  installed = true;
  guardMemory();
  installMatMul();
  installConvolution();
  installDepthwise();
  installPooling();
  installGather();
  installLayout();
  installReduce();
  installElementwise();
  installEinsum();
  installResize();
  installAdam();
}
