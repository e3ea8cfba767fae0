import * as tf from '@tensorflow/tfjs';
import { einsum, parseEinsum, type Pieces } from '../einsum';
import { gradient } from './gradient';

const pieces: Pieces<tf.Tensor> = {
  shapeOf: (x) => x.shape,
  sum: (x, axes) => tf.sum(x, axes),
  transpose: (x, permutation) => tf.transpose(x, permutation),
  reshape: (x, shape) => tf.reshape(x, shape),
  matMul: (a, b) => tf.matMul(a, b),
};

/** TensorFlow.js has none. For ij,jk->ik and its first operand it is ik,jk->ij of dy and the second. */
export function installEinsum(): void {
  gradient<tf.EinsumAttrs>('Einsum', 'all', (dy, inputs, { equation }) => {
    const { operands, result } = parseEinsum(equation);
    const toOperand = (i: number) => () => {
      const others = (_: unknown, j: number) => j !== i;
      const letters = [result, ...operands.filter(others)];
      const reached = [...operands[i]].map((letter) => letters.join('').includes(letter));
      const target = [...operands[i]].filter((_, axis) => reached[axis]).join('');
      const share = einsum(`${letters.join(',')}->${target}`, [dy, ...inputs.filter(others)], pieces);
      const { shape } = inputs[i]; // what was only summed over gets the same everywhere
      return share.reshape(shape.map((size, axis) => (reached[axis] ? size : 1))).broadcastTo(shape);
    };
    return Object.fromEntries(operands.map((_, i) => [i, toOperand(i)]));
  });
}
