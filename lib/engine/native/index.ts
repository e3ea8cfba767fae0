import { keepConstants } from './constants';
import { installConvolution } from './convolution';
import { installElementwise } from './elementwise';
import { installFloats } from './floats';
import { installLayout } from './layout';
import { guardMemory } from './memory';
import { installNormalization } from './normalization';
import { installOptimizer } from './optimizer';
import { installPooling } from './pooling';
import { installReduce } from './reduce';
import { installSoftmax } from './softmax';

let installed = false;

/** Completes the native backend with what tfjs-node leaves out of TensorFlow. */
export function installNativeKernels(): void {
  if (installed) return;
  installed = true;
  guardMemory();
  keepConstants();
  installConvolution();
  installFloats();
  installElementwise();
  installLayout();
  installPooling();
  installReduce();
  installNormalization();
  installSoftmax();
  installOptimizer();
}
