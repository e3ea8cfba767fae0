/** The convolutional body that the attribute classifier and the text–image model have in common. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { UserError } from '../errors';
import type { Seeds } from '../nn';

type Symbolic = tf.SymbolicTensor;

export interface TrunkConfig {
  readonly channels: readonly [number, number, number];
  readonly features: number;
}

/**
 * Three stages that halve the picture, then one dense layer over all places: where a thing is matters as much as what it is.
 * Batch normalization behind each convolution. [B, H, W, 3] -> [B, features]
 */
export function imageTrunk(image: Symbolic, { channels, features }: TrunkConfig, seeds: Seeds): Symbolic {
  const [first, second, third] = channels;
  let h = halved(convolution(image, first, 'stage1', seeds)); // [B, H/2, W/2, first]
  h = convolution(h, second, 'stage2a', seeds);
  h = halved(convolution(h, second, 'stage2b', seeds)); // [B, H/4, W/4, second]
  h = convolution(h, third, 'stage3a', seeds);
  h = halved(convolution(h, third, 'stage3b', seeds)); // [B, H/8, W/8, third]
  h = tf.layers.flatten().apply(h) as Symbolic;
  h = tf.layers
    .dense({ name: 'features', units: features, useBias: false, kernelInitializer: seeds.he() })
    .apply(h) as Symbolic;
  return activated(h, 'features');
}

/** Pictures of a multiple of the side, averaged down to it. [B, H, W, 3] -> [B, side, side, 3] */
export function toSide(images: Tensor4D, side: number): Tensor4D {
  const [, height, width, channels] = images.shape;
  const factor = height / side;
  if (images.rank !== 4 || height !== width || channels !== 3 || !Number.isInteger(factor) || factor < 1) {
    throw new UserError(
      `Pictures are [B, ${side}, ${side}, 3], or a multiple of that in height and width; got [${String(images.shape)}].`,
    );
  }
  return factor === 1 ? images : tf.avgPool(images, factor, factor, 'valid');
}

function convolution(x: Symbolic, filters: number, name: string, seeds: Seeds): Symbolic {
  const layer = tf.layers.conv2d({
    name,
    filters,
    kernelSize: 3,
    padding: 'same',
    useBias: false,
    kernelInitializer: seeds.he(),
  });
  return activated(layer.apply(x) as Symbolic, name);
}

function activated(x: Symbolic, name: string): Symbolic {
  const normalized = tf.layers.batchNormalization({ name: `${name}_norm`, momentum: 0.98 }).apply(x);
  return tf.layers.activation({ activation: 'relu', name: `${name}_relu` }).apply(normalized) as Symbolic;
}

function halved(x: Symbolic): Symbolic {
  return tf.layers.maxPooling2d({ poolSize: 2 }).apply(x) as Symbolic;
}
