import type * as tf from '@tensorflow/tfjs';
import { gradient, run, sumTo } from './gradient';

/** As the stock gradient, and right where one operand's batch was broadcast. */
export function installMatMul(): void {
  gradient<{ transposeA: boolean; transposeB: boolean }>('BatchMatMul', ['a', 'b'], (dy, [a, b], attributes) => {
    const { transposeA, transposeB } = attributes;
    const da = () => (transposeA ? product(b, dy, transposeB, true) : product(dy, b, false, !transposeB));
    const db = () => (transposeB ? product(dy, a, true, transposeA) : product(a, dy, !transposeA, false));
    return { a: () => sumTo(da(), a.shape), b: () => sumTo(db(), b.shape) };
  });
}

/** As tf.matMul, straight to the kernel: types and shapes fit already. */
function product(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  return run('BatchMatMul', { a, b }, { transposeA, transposeB });
}
