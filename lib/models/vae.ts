/**
 * Variational autoencoders.
 * Kingma & Welling (2013), arXiv:1312.6114; equation numbers are that paper's. β: Higgins et al. (2017), β-VAE. Labels:
 * Sohn, Lee & Yan (2015). Importance weights: Burda, Grosse & Salakhutdinov (2015), arXiv:1509.00519.
 *
 * Every likelihood, KL and ELBO is in nats, of a whole image: summed over its pixels and latents, never averaged.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { Random } from '../engine';
import { UserError } from '../errors';
import { type Activation, type Arch, checkBody, decoderBody, dense, encoderBody, Seeds, variablesOf } from '../nn';
import { type History, train } from '../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from './data';
import { expectSameShape, expectShape } from './shapes';

export interface VaeConfig {
  /** Of one example: [H, W, C] of an image, or [n] of a point. */
  readonly inputShape: readonly number[];
  /** Length of z. */
  readonly latentDim: number;
  /** Units (`mlp`) or channels (`conv`, each halves the image) of the encoder's layers; the decoder mirrors them. */
  readonly hidden: readonly number[];
  readonly arch: Arch;
  /** Of the hidden layers. */
  readonly activation: Activation;
  /** p(x|z): each pixel Bernoulli with a logit, or normal with a mean and the one `sigma`. */
  readonly likelihood: 'bernoulli' | 'gaussian';
  /** Standard deviation of the Gaussian likelihood, in grey levels. */
  readonly sigma: number;
  /** Number of classes for a conditional VAE, q(z|x,y) and p(x|z,y); 0: labels are not used. */
  readonly classes: number;
  /** Of the first weights. */
  readonly seed: number;
}

export interface Vae {
  readonly config: VaeConfig;
  readonly encoder: tf.LayersModel; // [B,H,W,C] (, [B,classes]) -> μ [B,k], log σ² [B,k]
  readonly decoder: tf.LayersModel; // [B,k] (, [B,classes]) -> logits or means [B,H,W,C]
}

/** q(z|x) = N(μ, σ²I), as μ and log σ². */
export interface Posterior {
  readonly mu: Tensor2D; // [B,k]
  readonly logVar: Tensor2D; // [B,k]
}

/** Eq. 3 taken apart: `elbo = reconstruction − kl`, each [B], in nats an image. */
export interface ElboTerms {
  readonly elbo: Tensor1D;
  /** log p(x|z) at the one z drawn from q(z|x): an unbiased estimate of its expectation. */
  readonly reconstruction: Tensor1D;
  readonly kl: Tensor1D;
}

const common = {
  inputShape: [28, 28, 1],
  latentDim: 20,
  activation: 'relu',
  likelihood: 'bernoulli',
  sigma: 0.1,
  classes: 0,
  seed: 0,
} as const;

/** `mlp` is the 784-400-20 network of PyTorch's first example, the one whose figures people know. */
export const defaults: Readonly<Record<Arch, VaeConfig>> = {
  mlp: { ...common, hidden: [400], arch: 'mlp' },
  conv: { ...common, hidden: [32, 64], arch: 'conv' },
};

/** @throws UserError when the shape and the layers do not fit together. */
export function buildVae(config: Partial<VaeConfig> = {}): Vae {
  const full: VaeConfig = { ...defaults[config.arch ?? 'mlp'], ...config };
  checkBody(full, 'buildVae');
  const { latentDim, classes } = full;
  const seeds = new Seeds(full.seed);
  const labelInput = () => (classes > 0 ? tf.input({ shape: [classes], name: 'label' }) : undefined);
  const inputs = (first: tf.SymbolicTensor, label: tf.SymbolicTensor | undefined) => (label ? [first, label] : first);

  const x = tf.input({ shape: [...full.inputShape], name: 'image' });
  const yOfEncoder = labelInput();
  const h = encoderBody(x, yOfEncoder, full, seeds); // [B, n]
  const mu = dense(h, latentDim, seeds, { name: 'mu' }); // [B, k]
  const logVar = dense(h, latentDim, seeds, { name: 'logVar' }); // [B, k]
  const encoder = tf.model({ inputs: inputs(x, yOfEncoder), outputs: [mu, logVar], name: 'encoder' });

  const z = tf.input({ shape: [latentDim], name: 'latent' });
  const yOfDecoder = labelInput();
  const pixels = decoderBody(z, yOfDecoder, full, seeds, 'linear'); // [B,H,W,C]
  const decoder = tf.model({ inputs: inputs(z, yOfDecoder), outputs: pixels, name: 'decoder' });
  return { config: full, encoder, decoder };
}

/** z = μ + σ ⊙ ε, §2.4: the randomness is in ε, so gradients reach μ and log σ². All [B,k]. */
export function reparameterize(mu: Tensor2D, logVar: Tensor2D, noise: Tensor2D): Tensor2D {
  expectSameShape('reparameterize', { mu, logVar, noise });
  return tf.tidy(() => mu.add(logVar.mul(0.5).exp().mul(noise)));
}

/** KL(N(μ, σ²) ‖ N(0, I)) = ½ Σ (μ² + σ² − 1 − log σ²), appendix B, in nats. [B,k], [B,k] -> [B] */
export function gaussianKl(mu: Tensor2D, logVar: Tensor2D): Tensor1D {
  expectSameShape('gaussianKl', { mu, logVar });
  return tf.tidy(() => mu.square().add(logVar.exp()).sub(1).sub(logVar).sum<Tensor1D>(1).mul(0.5));
}

/**
 * log p(x|z) = Σ x log p + (1−x) log(1−p) with p = sigmoid(logits), appendix C.1, in nats. [B, …], [B, …] -> [B]
 *
 * Written as Σ x·logit − softplus(logit), which is the same and finite for any logit. On grey levels between 0 and 1 it
 * is no longer a probability of x, but it is the usual loss, and what published figures mean.
 */
export function bernoulliLogLikelihood(x: tf.Tensor, logits: tf.Tensor): Tensor1D {
  expectSameShape('bernoulliLogLikelihood', { x, logits });
  return tf.tidy(() => perImage(x.mul(logits).sub(logits.softplus())));
}

/**
 * log N(x; mean, σ²) = −½ Σ (log 2π + log σ² + (x − mean)²/σ²), appendix C.2, in nats. [B, …], [B, …] -> [B]
 *
 * A density, so it may be above 0.
 * @param logVar log σ², of each pixel or one number for all of them (2 log σ)
 */
export function gaussianLogLikelihood(x: tf.Tensor, mean: tf.Tensor, logVar: tf.Tensor | number): Tensor1D {
  expectSameShape('gaussianLogLikelihood', typeof logVar === 'number' ? { x, mean } : { x, mean, logVar });
  return tf.tidy(() => {
    const spread = typeof logVar === 'number' ? tf.scalar(logVar) : logVar;
    const squares = x.sub(mean).square().div(spread.exp());
    return perImage(
      squares
        .add(spread)
        .add(Math.log(2 * Math.PI))
        .mul(-0.5),
    );
  });
}

/** L(x) = log p(x|z) − KL(q(z|x) ‖ p(z)), eq. 3 with one z an image. */
export function elbo(reconstruction: Tensor1D, kl: Tensor1D): ElboTerms {
  return { elbo: tf.tidy(() => reconstruction.sub<Tensor1D>(kl)), reconstruction, kl };
}

/** What training minimizes: the batch's mean of β·KL − log p(x|z). With β = 1 that is the negative ELBO, eq. 10. [B], [B] -> scalar */
export function loss({ reconstruction, kl }: Pick<ElboTerms, 'reconstruction' | 'kl'>, beta = 1): Scalar {
  return tf.tidy(() => kl.mul(beta).sub(reconstruction).mean());
}

/** q(z|x), or q(z|x,y). [B,H,W,C] -> [B,k], [B,k] */
export function encode(model: Vae, x: tf.Tensor, labels?: Tensor1D): Posterior {
  expectShape('encode', 'x', x, ['B', ...model.config.inputShape]);
  return tf.tidy(() => {
    const [mu, logVar] = model.encoder.apply(withLabels(model, x, labels)) as [Tensor2D, Tensor2D];
    return { mu, logVar };
  });
}

/** What the decoder says before the likelihood reads it: logits (Bernoulli) or means (Gaussian). [B,k] -> [B,H,W,C] */
export function decodeRaw<X extends tf.Tensor = Tensor4D>(model: Vae, z: Tensor2D, labels?: Tensor1D): X {
  expectShape('decode', 'z', z, ['B', model.config.latentDim]);
  return tf.tidy(() => model.decoder.apply(withLabels(model, z, labels)) as X);
}

/** The mean of p(x|z): grey levels in [0, 1] for a Bernoulli likelihood. [B,k] -> [B,H,W,C] */
export function decode<X extends tf.Tensor = Tensor4D>(model: Vae, z: Tensor2D, labels?: Tensor1D): X {
  return tf.tidy(() => {
    const raw = decodeRaw<X>(model, z, labels);
    return model.config.likelihood === 'bernoulli' ? tf.sigmoid(raw) : raw;
  });
}

/** Through the mean of q(z|x) and back. [B,H,W,C] -> [B,H,W,C] */
export function reconstruct<X extends tf.Tensor>(model: Vae, x: X, labels?: Tensor1D): X {
  return tf.tidy(() => decode<X>(model, encode(model, x, labels).mu, labels));
}

/** log p(x|z) under the model's likelihood, from what `decodeRaw` gave. [B,H,W,C], [B,H,W,C] -> [B] */
export function logLikelihood(model: Vae, x: tf.Tensor, raw: tf.Tensor): Tensor1D {
  const { likelihood, sigma } = model.config;
  return likelihood === 'bernoulli'
    ? bernoulliLogLikelihood(x, raw)
    : gaussianLogLikelihood(x, raw, 2 * Math.log(sigma));
}

/** Encoder, one z an image, decoder, and the three terms of the ELBO. `noise` is ε, [B,k]. */
export function elboTerms(model: Vae, x: tf.Tensor, noise: Tensor2D, labels?: Tensor1D): ElboTerms {
  return tf.tidy(() => {
    const { mu, logVar } = encode(model, x, labels);
    const raw = decodeRaw(model, reparameterize(mu, logVar, noise), labels);
    return { ...elbo(logLikelihood(model, x, raw), gaussianKl(mu, logVar)) };
  });
}

/** Draws z ~ N(0, I) and decodes it: new images in [0, 1]. -> [n,H,W,C] */
export function sample(model: Vae, n: number, random: Random, labels?: Tensor1D): Tensor4D {
  return tf.tidy(() => decode(model, random.normal<tf.Rank.R2>([n, model.config.latentDim]), labels));
}

/**
 * log (1/K) Σ_k p(x, z_k) / q(z_k|x), Burda et al. eq. 8, in nats: a bound on log p(x) that tightens with K. -> [B]
 * @param noise ε for each of the K draws, [K,B,k]
 */
export function importanceWeightedBound(model: Vae, x: tf.Tensor, noise: tf.Tensor3D, labels?: Tensor1D): Tensor1D {
  expectShape('importanceWeightedBound', 'noise', noise, ['B', x.shape[0], model.config.latentDim]);
  return tf.tidy(() => {
    const { mu, logVar } = encode(model, x, labels);
    const logWeights = tf.unstack(noise).map((eps) => {
      const z = reparameterize(mu, logVar, eps as Tensor2D);
      const logJoint = tf.tidy(() => logLikelihood(model, x, decodeRaw(model, z, labels))); // log p(x|z)
      // log p(z) − log q(z|x): the two log 2π cancel, and (z − μ)/σ is ε.
      const priorOverPosterior = eps.square().add(logVar).sub(z.square()).sum<Tensor1D>(1).mul<Tensor1D>(0.5);
      return logJoint.add<Tensor1D>(priorOverPosterior);
    });
    return tf.logSumExp<Tensor1D>(tf.stack(logWeights), 0).sub(Math.log(noise.shape[0])); // [B]
  });
}

export interface VaeTraining extends ImageTraining {
  /** Weight of the KL, default 1. */
  readonly beta?: number;
}

/** Trains on a split; `history.metrics` has `reconstruction` (−log p(x|z)) and `kl`, in nats an image, step by step. */
export function trainVae(model: Vae, data: ImageSplit | tf.Tensor, options: VaeTraining = {}): Promise<History> {
  const split = asSplit(data);
  const {
    epochs = 5,
    batchSize = 128,
    learningRate = 4e-3,
    schedule = 'cosine',
    seed = 0,
    beta = 1,
    ...rest
  } = options;
  return train<ImageBatch>({
    name: beta === 1 ? 'VAE' : `VAE, β = ${beta}`,
    variables: variablesOf(model.encoder, model.decoder),
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images, labels }, random) => {
      const noise = random.normal<tf.Rank.R2>([images.shape[0], model.config.latentDim]);
      const terms = elboTerms(model, images, noise, model.config.classes > 0 ? labels : undefined);
      return { loss: loss(terms, beta), reconstruction: terms.reconstruction.mean().neg(), kl: terms.kl.mean() };
    },
    learningRate,
    schedule,
    seed,
    ...rest,
  });
}

/** Means over a split, in nats an image; with `draws`, also the importance-weighted bound on −log p(x). */
export interface Evaluation {
  /** −ELBO: what published tables list. */
  readonly negativeElbo: number;
  /** −log p(x|z). */
  readonly reconstruction: number;
  readonly kl: number;
  readonly negativeLogLikelihood?: number;
}

/** One z an image is enough for a mean over thousands; `draws` (K of the tighter bound) costs that many decodings more. */
export async function evaluate(
  model: Vae,
  data: ImageSplit | tf.Tensor,
  options: { readonly seed?: number; readonly draws?: number; readonly batchSize?: number } = {},
): Promise<Evaluation> {
  const { seed = 0, draws = 0, batchSize = 500 } = options;
  const split = asSplit(data);
  const random = new Random(seed).fork('evaluate');
  const { classes, latentDim } = model.config;
  const sums = [0, 0, 0];
  for (const { images, labels } of split.batches({ batchSize, seed: 0 })) {
    const rows = tf.tidy(() => {
      const y = classes > 0 ? labels : undefined;
      const count = images.shape[0];
      const { reconstruction, kl } = elboTerms(model, images, random.normal<tf.Rank.R2>([count, latentDim]), y);
      const noise = draws > 0 ? random.normal<tf.Rank.R3>([draws, count, latentDim]) : undefined;
      const bound = noise ? importanceWeightedBound(model, images, noise, y) : tf.zerosLike(kl);
      return tf.stack([reconstruction.sum(), kl.sum(), bound.sum()]);
    });
    (await rows.data()).forEach((value, i) => (sums[i] += value));
    tf.dispose([images, rows]);
    labels?.dispose();
  }
  const [reconstruction, kl, bound] = sums.map((sum) => sum / split.size);
  const elboOnly = { negativeElbo: kl - reconstruction, reconstruction: -reconstruction, kl };
  return draws > 0 ? { ...elboOnly, negativeLogLikelihood: -bound } : elboOnly;
}

/** Gives the memory of both networks back. */
export function dispose(model: Vae): void {
  model.encoder.dispose();
  model.decoder.dispose();
}

function perImage(values: tf.Tensor): Tensor1D {
  return values.reshape([values.shape[0], -1]).sum<Tensor1D>(1); // [B]
}

/** The network's input: x alone, or x and one-hot labels for a conditional model. */
function withLabels(model: Vae, first: tf.Tensor, labels: Tensor1D | undefined): tf.Tensor | tf.Tensor[] {
  const { classes } = model.config;
  if (classes === 0) return first;
  if (!labels) throw new UserError('This VAE is conditional: pass the labels too, one for each image.');
  return [first, tf.oneHot(labels.toInt(), classes).toFloat()]; // [B, classes]
}
