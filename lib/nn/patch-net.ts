import * as tf from '@tensorflow/tfjs';
import { InstanceNorm } from './instance-norm';
import type { Seeds } from './seeds';

type Symbolic = tf.SymbolicTensor;

export interface PatchConfig {
  /** Channels of the first convolution; each further one has twice as many. */
  readonly width: number;
  /** Convolutions that halve the side. */
  readonly halvings: number;
}

/**
 * PatchGAN, Isola et al. (2017), arXiv:1611.07004: a score for each patch instead of one for the image, so that it judges style and
 * leaves the layout alone. [B,H,W,C] -> [B,h,w,1]
 */
export function patchBody(x: Symbolic, { width, halvings }: PatchConfig, seeds: Seeds): Symbolic {
  let h = x;
  for (let i = 1; i <= halvings; i++) {
    const name = `down${i}`;
    const kernelInitializer = seeds.normal(0.02);
    const filters = width * 2 ** (i - 1);
    const layer = tf.layers.conv2d({ name, filters, kernelSize: 4, strides: 2, padding: 'same', kernelInitializer });
    h = layer.apply(h) as Symbolic;
    if (i > 1) h = new InstanceNorm({ name: `${name}_norm` }).apply(h) as Symbolic; // not on the first, as in DCGAN
    h = tf.layers.leakyReLU({ name: `${name}_lrelu`, alpha: 0.2 }).apply(h) as Symbolic;
  }
  const kernelInitializer = seeds.normal(0.02);
  const layer = tf.layers.conv2d({ name: 'score', filters: 1, kernelSize: 4, padding: 'same', kernelInitializer });
  return layer.apply(h) as Symbolic;
}
