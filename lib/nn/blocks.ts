/** Encoder and decoder bodies that more than one model uses. Everything here works on symbolic tensors. */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import type { Seeds } from './seeds';

type Symbolic = tf.SymbolicTensor;

/** Fully connected (`mlp`, units a layer) or convolutional (`conv`, channels a layer, each halves the side). */
export type Arch = 'mlp' | 'conv';

export interface BodyConfig {
  /** [H, W, C] of one image. */
  readonly inputShape: readonly [number, number, number];
  /** Units (`mlp`) or channels (`conv`) of the hidden layers, from the image to the latent. */
  readonly hidden: readonly number[];
  readonly arch: Arch;
}

/** Dense layers with ReLU, one for each entry of `units`. [B, n] -> [B, last of units] */
export function denseStack(x: Symbolic, units: readonly number[], seeds: Seeds, name = 'hidden'): Symbolic {
  return units.reduce((h, width, i) => dense(h, width, seeds, { name: `${name}${i + 1}`, activation: 'relu' }), x);
}

/** One seeded dense layer. [B, n] -> [B, units] */
export function dense(
  x: Symbolic,
  units: number,
  seeds: Seeds,
  options: { name: string; activation?: 'relu' | 'sigmoid' | 'tanh' },
): Symbolic {
  const kernelInitializer = options.activation === 'relu' ? seeds.he() : seeds.glorot();
  return tf.layers.dense({ units, kernelInitializer, ...options }).apply(x) as Symbolic;
}

/** An image, with a label (one-hot, [B, K]) beside it where there is one, as a vector of features. [B,H,W,C] -> [B, n] */
export function encoderBody(image: Symbolic, label: Symbolic | undefined, config: BodyConfig, seeds: Seeds): Symbolic {
  if (config.arch === 'mlp') return denseStack(beside(flatten(image), label), config.hidden, seeds);
  let h = image;
  config.hidden.forEach((filters, i) => {
    const kernelInitializer = seeds.he();
    const layer = tf.layers.conv2d({
      name: `down${i + 1}`,
      filters,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      activation: 'relu',
      kernelInitializer,
    });
    h = layer.apply(h) as Symbolic; // [B, H/2, W/2, filters]
  });
  return beside(flatten(h), label);
}

/**
 * The way back, layer for layer. [B, k] -> [B,H,W,C]
 * @param activation of the last layer: `sigmoid` for grey levels in [0, 1], `linear` for logits or means.
 */
export function decoderBody(
  latent: Symbolic,
  label: Symbolic | undefined,
  config: BodyConfig,
  seeds: Seeds,
  activation: 'sigmoid' | 'linear',
): Symbolic {
  const [height, width, channels] = config.inputShape;
  const hidden = [...config.hidden].reverse();
  const z = beside(latent, label);
  const last = activation === 'sigmoid' ? { activation } : {};
  if (config.arch === 'mlp') {
    const h = denseStack(z, hidden, seeds);
    return reshape(dense(h, height * width * channels, seeds, { name: 'pixels', ...last }), [...config.inputShape]);
  }
  const scale = 2 ** hidden.length;
  let h = dense(z, (height / scale) * (width / scale) * hidden[0], seeds, { name: 'hidden1', activation: 'relu' });
  h = reshape(h, [height / scale, width / scale, hidden[0]]);
  [...hidden.slice(1), channels].forEach((filters, i, all) => {
    const isLast = i === all.length - 1;
    const kernelInitializer = isLast ? seeds.glorot() : seeds.he();
    const layer = tf.layers.conv2dTranspose({
      name: isLast ? 'pixels' : `up${i + 1}`,
      filters,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      activation: isLast ? activation : 'relu',
      kernelInitializer,
    });
    h = layer.apply(h) as Symbolic; // [B, 2H, 2W, filters]
  });
  return h;
}

/** @throws UserError when the images cannot be halved as often as the model wants. */
export function checkBody(config: BodyConfig, where: string): void {
  const { inputShape, hidden, arch } = config;
  const whole = (n: number) => Number.isInteger(n) && n > 0;
  if (inputShape.length !== 3 || !inputShape.every(whole)) {
    throw new UserError(`${where}: inputShape is [height, width, channels], got [${String(inputShape)}].`);
  }
  if (!hidden.every(whole) || (arch === 'conv' && hidden.length === 0)) {
    throw new UserError(`${where}: hidden lists the width of each hidden layer, got [${String(hidden)}].`);
  }
  const scale = 2 ** hidden.length;
  if (arch === 'conv' && (inputShape[0] % scale !== 0 || inputShape[1] % scale !== 0)) {
    throw new UserError(
      `${where}: ${hidden.length} convolutions halve the image ${hidden.length} times, and ` +
        `${inputShape[0]}×${inputShape[1]} cannot be divided by ${scale}. Use fewer entries in hidden.`,
    );
  }
}

function flatten(x: Symbolic): Symbolic {
  return tf.layers.flatten().apply(x) as Symbolic;
}

function reshape(x: Symbolic, targetShape: number[]): Symbolic {
  return tf.layers.reshape({ targetShape }).apply(x) as Symbolic;
}

function beside(x: Symbolic, label: Symbolic | undefined): Symbolic {
  return label ? (tf.layers.concatenate().apply([x, label]) as Symbolic) : x;
}
