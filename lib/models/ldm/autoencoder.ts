/**
 * Stage 1 of latent diffusion: an autoencoder that takes away what the eye does not miss and keeps the image a (smaller) image.
 * Rombach et al. (2022), arXiv:2112.10752, §3.1 and appendix G; equation numbers are that paper's. The patch-adversarial loss: Esser,
 * Rombach & Ommer (2021), arXiv:2012.09841.
 *
 * The reconstruction loss alone gives blurred patches, since L1 has the median of what might be there; the patch discriminator asks
 * each patch to look like some real one. The regularization keeps latents from growing without bound.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs';
import { UserError } from '../../errors';
import {
  attentionBlock,
  type BlockSettings,
  convolution,
  downsample,
  normalized,
  patchBody,
  residualBlock,
  Seeds,
  upsample,
} from '../../nn';
import { expectSameShape } from '../shapes';
import { Codebook } from '../vqvae';

type Symbolic = tf.SymbolicTensor;

export interface AutoencoderConfig {
  /** [H, W, C]. */
  readonly inputShape: readonly number[];
  /** At full size. */
  readonly channels: number;
  /** Of the channels, level by level; each level after the first halves the side, so that f = 2^(levels − 1). */
  readonly multipliers: readonly number[];
  /** Residual blocks a level. */
  readonly blocks: number;
  /** c, numbers a place of the latent image has. */
  readonly latentChannels: number;
  /** `kl`: a slight pull of each latent to N(0, I), as in a VAE. `vq`: the nearest vector of a codebook. */
  readonly regularization: 'kl' | 'vq';
  /** Vectors in the codebook, for `vq`. */
  readonly codes: number;
  /** Of the patch discriminator's first convolution. */
  readonly patchWidth: number;
  /** Of the group norms. */
  readonly groups: number;
  /** Of the first weights. */
  readonly seed: number;
}

export interface Autoencoder {
  readonly config: AutoencoderConfig;
  readonly encoder: tf.LayersModel; // [B,H,W,C] -> [B,h,w,2c] (kl: mean and log σ²) or [B,h,w,c] (vq)
  readonly decoder: tf.LayersModel; // [B,h,w,c] -> [B,H,W,C]
  /** A score for each patch. */
  readonly discriminator: tf.LayersModel; // [B,H,W,C] -> [B,·,·,1]
  /** With `vq`. */
  readonly codebook?: tf.LayersModel; // [B,h,w] of 0 … K−1 -> [B,h,w,c]
}

/** 32×32 in colour to 8×8×4: a twelfth of the numbers. */
export const autoencoderDefaults: AutoencoderConfig = {
  inputShape: [32, 32, 3],
  channels: 32,
  multipliers: [1, 2, 2],
  blocks: 1,
  latentChannels: 4,
  regularization: 'kl',
  codes: 256,
  patchWidth: 32,
  groups: 8,
  seed: 0,
};

/** @throws UserError when the image cannot be halved as often as there are levels. */
export function buildAutoencoder(config: Partial<AutoencoderConfig> = {}): Autoencoder {
  const full: AutoencoderConfig = { ...autoencoderDefaults, ...config };
  check(full);
  const { inputShape, latentChannels, regularization, patchWidth, seed } = full;
  const seeds = new Seeds(seed);
  const settings: BlockSettings = { groups: full.groups, heads: 1, seeds };
  const image = () => tf.input({ shape: [...inputShape], name: 'image' });

  const x = image();
  const outputs = encoderBody(x, full, latentChannels * (regularization === 'kl' ? 2 : 1), settings);
  const encoder = tf.model({ name: 'encoder', inputs: x, outputs });

  const z = tf.input({ shape: latentShape(full), name: 'latent' });
  const decoder = tf.model({ name: 'decoder', inputs: z, outputs: decoderBody(z, full, settings) });

  const judged = image();
  const patches = patchBody(judged, { width: patchWidth, halvings: 2 }, seeds);
  const discriminator = tf.model({ name: 'patches', inputs: judged, outputs: patches });
  if (regularization === 'kl') return { config: full, encoder, decoder, discriminator };

  const indices = tf.input({ shape: latentShape(full).slice(0, 2), name: 'indices' });
  const vectors = new Codebook({ codes: full.codes, dims: latentChannels, update: 'gradient', seeds });
  const codebook = tf.model({ name: 'codebook', inputs: indices, outputs: vectors.apply(indices) as Symbolic });
  return { config: full, encoder, decoder, discriminator, codebook };
}

/** [h, w, c] of a latent image. */
export function latentShape({ inputShape, multipliers, latentChannels }: AutoencoderConfig): number[] {
  const f = 2 ** (multipliers.length - 1);
  return [inputShape[0] / f, inputShape[1] / f, latentChannels];
}

function encoderBody(x: Symbolic, config: AutoencoderConfig, out: number, settings: BlockSettings): Symbolic {
  const { channels, multipliers, blocks } = config;
  const { seeds } = settings;
  let h = convolution(x, channels, seeds, { name: 'in' });
  multipliers.forEach((multiplier, level) => {
    if (level > 0) h = downsample(h, seeds, `down${level}_half`);
    for (let i = 1; i <= blocks; i++) {
      h = residualBlock(h, undefined, channels * multiplier, settings, `down${level}_block${i}`);
    }
  });
  h = attentionBlock(h, undefined, settings, 'middle_attention');
  return convolution(normalized(h, settings, 'out_norm'), out, seeds, { name: 'out' });
}

function decoderBody(z: Symbolic, config: AutoencoderConfig, settings: BlockSettings): Symbolic {
  const { channels, multipliers, blocks, inputShape } = config;
  const { seeds } = settings;
  const deepest = channels * multipliers[multipliers.length - 1];
  let h = convolution(z, deepest, seeds, { name: 'in' });
  h = attentionBlock(h, undefined, settings, 'middle_attention');
  for (let level = multipliers.length - 1; level >= 0; level--) {
    for (let i = 1; i <= blocks; i++) {
      h = residualBlock(h, undefined, channels * multipliers[level], settings, `up${level}_block${i}`);
    }
    if (level > 0) h = upsample(h, seeds, `up${level}_double`);
  }
  return convolution(normalized(h, settings, 'out_norm'), inputShape[2], seeds, { name: 'out' });
}

/** q(z|x) of the KL-regularized autoencoder, place by place. */
export interface LatentPosterior {
  readonly mean: Tensor4D; // [B,h,w,c]
  readonly logVariance: Tensor4D; // [B,h,w,c], within ±20 as the authors keep it
}

/** What the encoder's answer says. [B,h,w,2c] -> [B,h,w,c], [B,h,w,c] */
export function posteriorOf(answer: Tensor4D): LatentPosterior {
  return tf.tidy(() => {
    const [mean, logVariance] = tf.split(answer, 2, 3) as Tensor4D[];
    return { mean, logVariance: logVariance.clipByValue(-30, 20) as Tensor4D };
  });
}

/** KL(q(z|x) ‖ N(0, I)) of an image, summed over its latents, in nats. [B,h,w,c], [B,h,w,c] -> [B] */
export function latentKl({ mean, logVariance }: LatentPosterior): tf.Tensor1D {
  expectSameShape('latentKl', { mean, logVariance });
  return tf.tidy(() =>
    mean.square().add(logVariance.exp()).sub(1).sub(logVariance).sum<tf.Tensor1D>([1, 2, 3]).mul<tf.Tensor1D>(0.5),
  );
}

/** L_rec: the mean absolute error of a pixel's channel, as the authors measure it beside the perceptual loss. A scalar. */
export function reconstructionLoss(x: tf.Tensor, reconstruction: tf.Tensor): Scalar {
  expectSameShape('reconstructionLoss', { x, reconstruction });
  return tf.tidy(() => x.sub(reconstruction).abs().mean());
}

/** The discriminator's hinge loss over patches: ½ (E max(0, 1 − D(x)) + E max(0, 1 + D(x̂))). A scalar. */
export function patchDiscriminatorLoss(real: tf.Tensor, fake: tf.Tensor): Scalar {
  return tf.tidy(() => tf.mul(0.5, real.neg().add(1).relu().mean().add(fake.add(1).relu().mean())));
}

/** What the autoencoder gains by patches that pass for real: −E D(x̂). A scalar. */
export function patchGeneratorLoss(fake: tf.Tensor): Scalar {
  return tf.tidy(() => fake.mean<Scalar>().neg());
}

function check({ inputShape, multipliers, channels, latentChannels, codes, regularization }: AutoencoderConfig): void {
  const whole = (n: number) => Number.isInteger(n) && n > 0;
  if (inputShape.length !== 3 || !inputShape.every(whole)) {
    throw new UserError(`buildAutoencoder: inputShape is [height, width, channels], got [${String(inputShape)}].`);
  }
  if (![channels, latentChannels, ...multipliers].every(whole) || multipliers.length === 0) {
    throw new UserError('buildAutoencoder: channels, latentChannels and each of multipliers are whole numbers from 1.');
  }
  if (regularization === 'vq' && !(whole(codes) && codes >= 2)) {
    throw new UserError(`buildAutoencoder: a codebook has at least 2 codes, got ${codes}.`);
  }
  const f = 2 ** (multipliers.length - 1);
  if (inputShape[0] % f !== 0 || inputShape[1] % f !== 0) {
    throw new UserError(
      `buildAutoencoder: ${multipliers.length} levels divide the sides by ${f}, which ${inputShape[0]}×${inputShape[1]} do not allow.`,
    );
  }
}
