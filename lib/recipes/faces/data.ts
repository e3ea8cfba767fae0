import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import { captionedFaces, faces, type Faces, type FaceSplit, type Style } from '../../../datasets';
import type { Recipe } from '../recipe';

/** Side of all pictures in pixels; the attribute classifiers look at as many. */
export const side = 32;
export const inputShape: readonly number[] = [side, side, 3];
export const seed = 0;

/** What a recipe of faces has in common with the others; in one style, or in all of them. */
export function facesOf(count: number, style?: Style): Pick<Recipe<Faces>, 'data' | 'images' | 'load' | 'seed'> {
  const what = style ? `captioned faces, ${style} style` : 'captioned faces, all styles';
  const only = style ? { style } : {};
  return {
    data: 'faces',
    images: `${count.toLocaleString('en-US')} ${what}, ${side}×${side} in colour, made from seed ${seed}`,
    load: () => Promise.resolve(captionedFaces({ size: side, seed, train: count, test: 1000, heldOut: 1000, only })),
    seed,
  };
}

const sizes = faces.attributeNames.map((name) => faces.attributeValues[name].length);

/** Length of what `oneHot` gives: a place for every value of every attribute. */
export const attributeWidth = sizes.reduce((sum, size) => sum + size, 0);

/** Attributes for a network: a 1 for the value of each attribute that a picture shows. [B,16] -> [B, attributeWidth] */
export function oneHot(attributes: Tensor2D): Tensor2D {
  return tf.tidy(() => {
    const columns = tf.unstack(attributes, 1);
    return tf.concat(
      columns.map((column, i) => tf.oneHot(column.toInt(), sizes[i]).toFloat()), // a row of zeros for −1
      1,
    ) as Tensor2D;
  });
}

/** n different faces of a split, by chance. */
export function someOf(split: FaceSplit, n: number, shuffle: (count: number) => ArrayLike<number>): number[] {
  return Array.from(shuffle(split.size)).slice(0, Math.min(n, split.size));
}
