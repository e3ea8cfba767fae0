import * as tf from '@tensorflow/tfjs';
import { gradient, sumTo } from './gradient';

/** As the stock gradient, and right where one operand's batch was broadcast. */
export function installMatMul(): void {
  gradient<{ transposeA: boolean; transposeB: boolean }>('BatchMatMul', ['a', 'b'], (dy, [a, b], attributes) => {
    const { transposeA, transposeB } = attributes;
    const da = () => (transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB));
    const db = () => (transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false));
    return { a: () => sumTo(da(), a.shape), b: () => sumTo(db(), b.shape) };
  });
}
