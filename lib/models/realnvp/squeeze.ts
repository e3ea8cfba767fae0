import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../errors';
import type { Bijection } from './bijection';

/**
 * Each 2×2 block of pixels becomes one pixel with four times the channels (§3.6, fig. 3): channel 4c + 2·row + column.
 * [B,H,W,C] -> [B,H/2,W/2,4C]
 * @throws UserError when a side is odd.
 */
export function squeeze(x: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  if (height % 2 || width % 2) throw new UserError(`squeeze: both sides must be even, got ${height}×${width}.`);
  return tf.tidy(() => {
    // A transpose of rank 4 at most, which is what every engine is fast at: columns of a block first, then rows.
    const columns = x.reshape([batch * height, width / 2, 2, channels]).transpose([0, 1, 3, 2]); // …, c, column
    const pairs = columns.reshape([batch * (height / 2), 2, width / 2, channels * 2]);
    const blocks = pairs.transpose([0, 2, 1, 3]); // …, row, (c, column)
    const ordered = blocks.reshape([-1, 2, channels, 2]).transpose([0, 2, 1, 3]); // …, c, row, column
    return ordered.reshape([batch, height / 2, width / 2, 4 * channels]);
  });
}

/** The way back. [B,H,W,4C] -> [B,2H,2W,C] */
export function unsqueeze(y: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, deep] = y.shape;
  if (deep % 4) throw new UserError(`unsqueeze: the number of channels must divide by 4, got ${deep}.`);
  const channels = deep / 4;
  return tf.tidy(() => {
    const blocks = y.reshape([-1, channels, 2, 2]).transpose([0, 2, 1, 3]); // …, row, c, column
    const pairs = blocks.reshape([batch * height, width, 2, channels * 2]).transpose([0, 2, 1, 3]); // …, row, w, …
    const columns = pairs.reshape([batch * height * 2, width, channels, 2]).transpose([0, 1, 3, 2]);
    return columns.reshape([batch, height * 2, width * 2, channels]);
  });
}

/** As a step of a flow: it only moves numbers, so its log-determinant is 0. */
export function squeezing(name: string): Bijection {
  return {
    name,
    forward: (x) => ({ y: squeeze(x as tf.Tensor4D), logDet: tf.zeros([x.shape[0]]) }),
    inverse: (y) => unsqueeze(y as tf.Tensor4D),
  };
}
