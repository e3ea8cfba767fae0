import { installArithmetic } from './arithmetic';
import { installConvolution } from './convolution';
import { installCumulative } from './cumulative';
import { installEinsum } from './einsum';
import { installElementwise } from './elementwise';
import { installImages } from './images';
import { installLayout } from './layout';
import { installMatMul } from './matmul';
import { installReduce } from './reduce';
import { installSoftmax } from './softmax';
import { mendTape } from './tape';

export { isTwiceDifferentiated, stopGradient } from './stop';

let installed = false;

/** Replaces gradients that TensorFlow.js 4.22 gets wrong or lacks, on every engine. */
export function installGradients(): void {
  if (installed) return;
  installed = true;
  mendTape();
  installArithmetic();
  installElementwise();
  installReduce();
  installSoftmax();
  installMatMul();
  installLayout();
  installCumulative();
  installEinsum();
  installConvolution();
  installImages();
}
