/** Encoder and decoder bodies that more than one model uses. Everything here works on symbolic tensors. */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import type { Seeds } from './seeds';

type Symbolic = tf.SymbolicTensor;

/** Fully connected (`mlp`, units a layer) or convolutional (`conv`, channels a layer, each halves the side). */
export type Arch = 'mlp' | 'conv';

export interface BodyConfig {
  /** Of one example: [H, W, C] of an image; [n] for points (`mlp` only). */
  readonly inputShape: readonly number[];
  /** Units (`mlp`) or channels (`conv`) of the hidden layers, from the image to the latent. */
  readonly hidden: readonly number[];
  readonly arch: Arch;
  /** Of the hidden layers. */
  readonly activation: Activation;
}

export type Activation = 'relu' | 'tanh';

/** Dense layers, one for each entry of `units`. [B, n] -> [B, last of units] */
export function denseStack(
  x: Symbolic,
  units: readonly number[],
  seeds: Seeds,
  activation: Activation = 'relu',
  name = 'hidden',
): Symbolic {
  return units.reduce((h, width, i) => dense(h, width, seeds, { name: `${name}${i + 1}`, activation }), x);
}

/** One seeded dense layer. [B, n] -> [B, units] */
export function dense(
  x: Symbolic,
  units: number,
  seeds: Seeds,
  options: { name: string; activation?: Activation | 'sigmoid' | 'linear' },
): Symbolic {
  const kernelInitializer = options.activation === 'relu' ? seeds.he() : seeds.glorot();
  return tf.layers.dense({ units, kernelInitializer, ...options }).apply(x) as Symbolic;
}

/** An image, with a label (one-hot, [B, K]) beside it where there is one, as a vector of features. [B,H,W,C] -> [B, n] */
export function encoderBody(image: Symbolic, label: Symbolic | undefined, config: BodyConfig, seeds: Seeds): Symbolic {
  if (config.arch === 'mlp') {
    return denseStack(beside(flatten(image), label), config.hidden, seeds, config.activation);
  }
  let h = image;
  config.hidden.forEach((filters, i) => {
    const kernelInitializer = seeds.he();
    const layer = tf.layers.conv2d({
      name: `down${i + 1}`,
      filters,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      activation: config.activation,
      kernelInitializer,
    });
    h = layer.apply(h) as Symbolic; // [B, H/2, W/2, filters]
  });
  return beside(flatten(h), label);
}

/**
 * The way back, layer for layer. [B, k] -> [B,H,W,C]
 * @param output `sigmoid` for grey levels in [0, 1], `linear` for logits or means.
 */
export function decoderBody(
  latent: Symbolic,
  label: Symbolic | undefined,
  config: BodyConfig,
  seeds: Seeds,
  output: 'sigmoid' | 'linear',
): Symbolic {
  const { inputShape, activation } = config;
  const hidden = [...config.hidden].reverse();
  const z = beside(latent, label);
  if (config.arch === 'mlp') {
    const size = inputShape.reduce((a, b) => a * b, 1);
    const flat = dense(denseStack(z, hidden, seeds, activation), size, seeds, { name: 'pixels', activation: output });
    return inputShape.length > 1 ? reshape(flat, inputShape) : flat;
  }
  const [height, width, channels] = inputShape;
  const scale = 2 ** hidden.length;
  let h = dense(z, (height / scale) * (width / scale) * hidden[0], seeds, { name: 'hidden1', activation });
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
      activation: isLast ? output : activation,
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
  if (!inputShape.every(whole) || inputShape.length !== (arch === 'conv' ? 3 : Math.max(1, inputShape.length))) {
    const expected = arch === 'conv' ? '[height, width, channels]' : 'a list of whole numbers such as [28, 28, 1]';
    throw new UserError(`${where}: inputShape is ${expected}, got [${String(inputShape)}].`);
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
  return x.shape.length > 2 ? (tf.layers.flatten().apply(x) as Symbolic) : x;
}

function reshape(x: Symbolic, shape: readonly number[]): Symbolic {
  return tf.layers.reshape({ targetShape: [...shape] }).apply(x) as Symbolic;
}

function beside(x: Symbolic, label: Symbolic | undefined): Symbolic {
  return label ? (tf.layers.concatenate().apply([x, label]) as Symbolic) : x;
}
