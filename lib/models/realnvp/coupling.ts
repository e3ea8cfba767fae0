/**
 * Affine coupling layers, Dinh, Sohl-Dickstein & Bengio (2017), arXiv:1605.08803, §3.2 to §3.4.
 *
 * A mask b chooses the part of x that stays. The rest is scaled and shifted by amounts that a network reads from the part
 * that stays, so the step is undone without undoing the network.
 */
import * as tf from '@tensorflow/tfjs';
import { expectShape } from '../shapes';
import type { Bijection, Moved } from './bijection';

/** Log scale s and shift t that a network reads from b ⊙ x; each has the shape of x. */
export type ScaleAndShift = (kept: tf.Tensor) => { readonly logScale: tf.Tensor; readonly shift: tf.Tensor };

/** Ones where x stays as it is, zeros where it is transformed: the shape of one example, in row-major order. */
export interface Mask {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Spatial checkerboard, fig. 3 left: one where row + column is odd, or with `flip` where it is even. [H,W,C] */
export function checkerboardMask(shape: readonly [number, number, number], flip: boolean): Mask {
  const [, width, channels] = shape;
  return maskOf(shape, flip, (i) => {
    const pixel = Math.floor(i / channels);
    return (Math.floor(pixel / width) + (pixel % width)) % 2 === 1;
  });
}

/** Fig. 3 right: one in the first half of the channels, or with `flip` in the second. [H,W,C] */
export function channelMask(shape: readonly [number, number, number], flip: boolean): Mask {
  const channels = shape[2];
  return maskOf(shape, flip, (i) => i % channels < channels / 2);
}

/** For points: one at every other coordinate, from the first on, or with `flip` from the second. [n] */
export function alternatingMask(size: number, flip: boolean): Mask {
  return maskOf([size], flip, (i) => i % 2 === 0);
}

/** y = b ⊙ x + (1 − b) ⊙ (x ⊙ exp(s(b ⊙ x)) + t(b ⊙ x)), eq. 9; log|det| = Σ (1 − b) ⊙ s(b ⊙ x), eq. 6. [B, …] */
export function couplingForward(x: tf.Tensor, mask: Mask, scaleAndShift: ScaleAndShift): Moved {
  expectShape('couplingForward', 'x', x, ['B', ...mask.shape]);
  return tf.tidy(() => {
    const { b, rest } = tensorsOf(mask);
    const kept = x.mul(b);
    const { logScale, shift } = scaleAndShift(kept);
    const y = kept.add(x.mul(logScale.exp()).add(shift).mul(rest));
    const logDet = logScale.mul(rest).reshape([x.shape[0], -1]).sum<tf.Tensor1D>(1); // [B]
    return { y, logDet };
  });
}

/** x = b ⊙ y + (1 − b) ⊙ (y − t(b ⊙ y)) ⊙ exp(−s(b ⊙ y)), eq. 8 with the mask of eq. 9. [B, …] -> [B, …] */
export function couplingInverse(y: tf.Tensor, mask: Mask, scaleAndShift: ScaleAndShift): tf.Tensor {
  expectShape('couplingInverse', 'y', y, ['B', ...mask.shape]);
  return tf.tidy(() => {
    const { b, rest } = tensorsOf(mask);
    const kept = y.mul(b);
    const { logScale, shift } = scaleAndShift(kept);
    return kept.add(y.sub(shift).mul(logScale.neg().exp()).mul(rest));
  });
}

/** A step of a flow whose network gives [s, t]. */
export function coupling(name: string, mask: Mask, network: tf.LayersModel): Bijection {
  const scaleAndShift: ScaleAndShift = (kept) => {
    const [logScale, shift] = network.apply(kept) as tf.Tensor[];
    return { logScale, shift };
  };
  return {
    name,
    network,
    forward: (x) => couplingForward(x, mask, scaleAndShift),
    inverse: (y) => couplingInverse(y, mask, scaleAndShift),
  };
}

function maskOf(shape: readonly number[], flip: boolean, isKept: (i: number) => boolean): Mask {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, values: Float32Array.from({ length: size }, (_, i) => Number(isKept(i) !== flip)) };
}

/** b and 1 − b, to stretch over a batch. */
function tensorsOf({ values, shape }: Mask): { b: tf.Tensor; rest: tf.Tensor } {
  const b = tf.tensor(values, [1, ...shape]);
  return { b, rest: tf.sub(1, b) };
}
