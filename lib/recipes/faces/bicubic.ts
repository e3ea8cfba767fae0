/** Bicubic enlargement: Keys (1981), doi:10.1109/TASSP.1981.1163711, with a = −½, as Pillow and others have it. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';

/** Keys's kernel: a cubic on either side, 1 at 0, 0 at the other whole numbers and from 2 on. */
function keys(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

/** What each large pixel takes of each small one; beyond the edge the weights of those that are there are scaled up. [large, small] */
function weights(small: number, factor: number): number[][] {
  return Array.from({ length: small * factor }, (_, i) => {
    const centre = (i + 0.5) / factor - 0.5;
    const row = Array.from({ length: small }, (_, k) => keys(centre - k));
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((weight) => weight / sum);
  });
}

/** Pictures in [0, 1], `factor` times as high and wide, cut off to [0, 1]. [B,h,w,C] -> [B,h·factor,w·factor,C] */
export function bicubic(images: Tensor4D, factor: number): Tensor4D {
  const [batch, height, width, channels] = images.shape;
  return tf.tidy(() => {
    const down = tf.tensor2d(weights(height, factor)); // [H, h]
    const across = tf.tensor2d(weights(width, factor)); // [W, w]
    const columns = tf.transpose(images, [1, 0, 2, 3]).reshape<tf.Tensor2D>([height, -1]); // [h, B·w·C]
    const tall = down.matMul(columns).reshape([height * factor, batch, width, channels]);
    const rows = tf.transpose(tall, [2, 1, 0, 3]).reshape<tf.Tensor2D>([width, -1]); // [w, B·H·C]
    const large = across.matMul(rows).reshape([width * factor, batch, height * factor, channels]);
    return tf.transpose(large, [1, 2, 0, 3]).clipByValue(0, 1) as Tensor4D;
  });
}
