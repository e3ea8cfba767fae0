/** What tasks need beside the faces: the same faces in two styles, holes to fill, small versions to enlarge. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import { UserError } from '../../lib/errors';
import { type Attributes, type SomeAttributes, type Style, values } from './attributes';
import { captionedFaces, type FacesOptions } from './faces';
import { FaceSplit } from './split';

export interface StylePairsOptions extends Omit<FacesOptions, 'only'> {
  readonly from: Style;
  readonly to: Style;
  /** Attributes that all faces have, apart from the style. */
  readonly only?: Omit<SomeAttributes, 'style'>;
}

/** Two domains of faces: unpaired to train on, paired to measure with. */
export interface StylePairs {
  /** Different faces on either side: no picture of one has its like in the other. */
  readonly train: { readonly from: FaceSplit; readonly to: FaceSplit };
  /** Face i of `from` and face i of `to` are the same face, drawn by two hands: the truth that a translation can be held against. */
  readonly test: { readonly from: FaceSplit; readonly to: FaceSplit };
}

/**
 * Faces in two styles, for CycleGAN and its kin (Zhu et al. 2017, arXiv:1703.10593). A sketch has no colours: from a sketch
 * the colours are free, into a sketch they are lost.
 * @throws UserError when the two styles are the same
 */
export function stylePairs({ from, to, only = {}, ...options }: StylePairsOptions): StylePairs {
  if (from === to) throw new UserError(`stylePairs: from and to are two styles, got ${from} twice.`);
  const { seed = 0 } = options;
  const half = (style: Style, stream: string) =>
    captionedFaces({ ...options, seed: new Random(seed).fork(stream).bits(), heldOut: 0, only: { ...only, style } });
  const here = half(from, 'from');
  return {
    train: { from: here.train, to: half(to, 'to').train },
    test: { from: here.test, to: here.test.inStyle(to) },
  };
}

/** One face in every style, side by side in the order of `attributeValues.style`: a column for each hand. */
export function inEveryStyle(face: Attributes): Attributes[] {
  return values.style.map((style) => ({ ...face, style }));
}

/**
 * Rectangular holes of a quarter to a half of each side, for inpainting: 1 where a picture is to be filled, 0 where it is kept.
 * @returns [count, size, size, 1]; the caller disposes it
 */
export function holes(count: number, size: number, random: Random): Tensor4D {
  const mask = new Float32Array(count * size * size);
  for (let n = 0; n < count; n++) {
    const [height, width] = [0, 1].map(() => Math.round(size * (0.25 + 0.25 * random.next())));
    const [top, left] = [random.int(size - height + 1), random.int(size - width + 1)];
    for (let y = top; y < top + height; y++)
      mask.fill(1, (n * size + y) * size + left, (n * size + y) * size + left + width);
  }
  return tf.tensor4d(mask, [count, size, size, 1]);
}

/**
 * Averages squares of factor × factor pixels into one, for super-resolution. [B, H, W, C] -> [B, H/factor, W/factor, C]
 * @throws UserError when the sides cannot be divided by the factor
 */
export function downsample(images: Tensor4D, factor: number): Tensor4D {
  const [, height, width] = images.shape;
  if (!Number.isInteger(factor) || factor < 1 || height % factor !== 0 || width % factor !== 0) {
    throw new UserError(`downsample: factor divides ${height}×${width} evenly, got ${factor}.`);
  }
  return tf.avgPool(images, factor, factor, 'valid');
}
