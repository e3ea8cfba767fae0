import * as tf from '@tensorflow/tfjs';
import { gradient } from './gradient';

export function installCumulative(): void {
  // The stock gradient permutes its result once more, and fails off the last axis.
  gradient<tf.CumsumAttrs>('Cumsum', [], (dy, _, { axis, exclusive, reverse }) => ({
    x: () => tf.cumsum(dy, axis, exclusive, !reverse),
  }));
  gradient<tf.CumprodAttrs>('Cumprod', ['x'], (dy, [x], { axis, exclusive, reverse }) => ({
    x: () => {
      const [along] = tf.util.parseAxisParam(axis, x.shape);
      const turned = (y: tf.Tensor) => (reverse ? tf.reverse(y, along) : y);
      const slope = turned(dy);
      return turned(throughProducts(exclusive ? ahead(slope, along, 1) : slope, turned(x), along));
    },
  }));
}

/**
 * dx_k = (x_1 ⋯ x_{k−1}) s_k with s_k = dy_k + x_{k+1} s_{k+1}: without a division, and so right where a factor is zero.
 * The recurrence is done by doubling: after a round, a_k and b_k express s_k by the s twice as far ahead.
 */
function throughProducts(dy: tf.Tensor, x: tf.Tensor, axis: number): tf.Tensor {
  let [a, b] = [ahead(x, axis, 1), dy];
  for (let distance = 1; distance < x.shape[axis]; distance *= 2) {
    b = tf.add(b, tf.mul(a, ahead(b, axis, distance)));
    a = tf.mul(a, ahead(a, axis, distance));
  }
  return tf.mul(tf.cumprod(x, axis, true), b);
}

/** y_k = x_{k + distance}, zeros at the end. */
function ahead(x: tf.Tensor, axis: number, distance: number): tf.Tensor {
  const begin = x.shape.map((_, i) => (i === axis ? Math.min(distance, x.shape[axis]) : 0));
  const size = x.shape.map((whole, i) => whole - begin[i]);
  return tf.pad(
    tf.slice(x, begin, size),
    begin.map((missing): [number, number] => [0, missing]),
  );
}
