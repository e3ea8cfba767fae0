/**
 * From grey levels to a density and back. A density on whole numbers could grow without end, so noise fills the gaps between
 * them (Uria, Murray & Larochelle 2013), and a logit opens [0, 1] to all real numbers, §4.1.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import { expectSameShape } from '../shapes';
import type { Moved } from './bijection';

/** Keeps the logit finite at 0 and 1; the paper's 0.05. */
export const alpha = 0.05;

/** Grey levels 0/255 … 255/255 as numbers spread evenly over [0, 1): (v + u) / 256. `noise` is u, in [0, 1). */
export function dequantize<X extends tf.Tensor>(images: X, noise: tf.Tensor): X {
  expectSameShape('dequantize', { images, noise });
  return tf.tidy(() => images.mul(255).round().add(noise).div<X>(256));
}

/** The level that a number in [0, 1) came from, v / 255; undoes `dequantize` whatever the noise was. */
export function quantize<X extends tf.Tensor>(x: X): X {
  return tf.tidy(() => x.mul(256).floor().clipByValue(0, 255).div<X>(255));
}

/**
 * y = logit(α + (1 − 2α) x), with log|det| = Σ log(1 − 2α) − log p − log(1 − p) where p is what the logit reads. The paper's
 * text has (1 − α) x; this, the same at both ends, is what its authors' program computes. [B, …]
 */
export function logitForward(x: tf.Tensor): Moved {
  return tf.tidy(() => {
    const p = x.mul(1 - 2 * alpha).add(alpha);
    const [logP, logRest] = [p.log(), tf.sub(1, p).log()];
    const each = logP
      .add(logRest)
      .neg()
      .add(Math.log(1 - 2 * alpha));
    return { y: logP.sub(logRest), logDet: each.reshape([x.shape[0], -1]).sum<Tensor1D>(1) };
  });
}

/** x = (sigmoid(y) − α) / (1 − 2α): may leave [0, 1] by a little. [B, …] -> [B, …] */
export function logitInverse(y: tf.Tensor): tf.Tensor {
  return tf.tidy(() =>
    y
      .sigmoid()
      .sub(alpha)
      .div(1 - 2 * alpha),
  );
}

/**
 * Nats of a dequantized image, −log p of a density on [0, 1)ⁿ, as bits for each of its n numbers: each of the 256 levels is
 * 1/256 wide, hence the 8.
 */
export function bitsPerDim(nats: number, dims: number): number {
  return nats / (dims * Math.LN2) + 8;
}
