/**
 * Autoencoders: an encoder squeezes an image x into a short code z, a decoder makes an image x̂ of the code.
 * Rumelhart, Hinton & Williams (1986); Hinton & Salakhutdinov (2006), doi:10.1126/science.1127647.
 *
 * Nothing here says what the codes should look like. That is why it compresses well and generates badly.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { type Activation, type Arch, checkBody, decoderBody, dense, encoderBody, Seeds, variablesOf } from '../nn';
import { type History, train } from '../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from './data';
import { expectSameShape, expectShape } from './shapes';

export interface AeConfig {
  /** Of one example: [H, W, C] of an image, or [n] of a point. */
  readonly inputShape: readonly number[];
  /** k, the length of a code. */
  readonly latentDim: number;
  /** Units (`mlp`) or channels (`conv`, each halves the image) of the encoder's layers; the decoder mirrors them. */
  readonly hidden: readonly number[];
  readonly arch: Arch;
  /** Of the hidden layers. */
  readonly activation: Activation;
  /** Of the decoder's last layer: `sigmoid` for grey levels in [0, 1], `linear` for points. */
  readonly output: 'sigmoid' | 'linear';
  /** Of the first weights. */
  readonly seed: number;
}

/** An encoder R^n → R^k and a decoder R^k → R^n. */
export interface Autoencoder {
  readonly config: AeConfig;
  readonly encoder: tf.LayersModel; // [B,H,W,C] -> [B,k]
  readonly decoder: tf.LayersModel; // [B,k] -> [B,H,W,C], in [0, 1]
}

const common = { inputShape: [28, 28, 1], latentDim: 2, activation: 'relu', output: 'sigmoid', seed: 0 } as const;

/** For 28×28 grey images; pass what should differ. */
export const defaults: Readonly<Record<Arch, AeConfig>> = {
  mlp: { ...common, hidden: [512, 128], arch: 'mlp' },
  conv: { ...common, hidden: [32, 64], arch: 'conv' },
};

/** @throws UserError when the shape and the layers do not fit together. */
export function buildAutoencoder(config: Partial<AeConfig> = {}): Autoencoder {
  const full: AeConfig = { ...defaults[config.arch ?? 'mlp'], ...config };
  checkBody(full, 'buildAutoencoder');
  const seeds = new Seeds(full.seed);

  const x = tf.input({ shape: [...full.inputShape], name: 'image' });
  const code = dense(encoderBody(x, undefined, full, seeds), full.latentDim, seeds, { name: 'code' }); // [B, k]
  const encoder = tf.model({ inputs: x, outputs: code, name: 'encoder' });

  const z = tf.input({ shape: [full.latentDim], name: 'latent' });
  const xHat = decoderBody(z, undefined, full, seeds, full.output); // [B,H,W,C]
  const decoder = tf.model({ inputs: z, outputs: xHat, name: 'decoder' });
  return { config: full, encoder, decoder };
}

/** Images to codes. [B,H,W,C] -> [B,k] */
export function encode(model: Autoencoder, x: tf.Tensor): Tensor2D {
  expectShape('encode', 'x', x, ['B', ...model.config.inputShape]);
  return tf.tidy(() => model.encoder.apply(x) as Tensor2D);
}

/** Codes to images in [0, 1]. [B,k] -> [B,H,W,C] */
export function decode<X extends tf.Tensor = Tensor4D>(model: Autoencoder, z: Tensor2D): X {
  expectShape('decode', 'z', z, ['B', model.config.latentDim]);
  return tf.tidy(() => model.decoder.apply(z) as X);
}

/** What becomes of images on the way through the code. [B,H,W,C] -> [B,H,W,C] */
export function reconstruct<X extends tf.Tensor>(model: Autoencoder, x: X): X {
  return tf.tidy(() => decode(model, encode(model, x)));
}

/** `mse`: squared error, in squared grey levels. `bce`: binary cross-entropy, in nats. */
export type ReconstructionKind = 'mse' | 'bce';

/**
 * How far x̂ is from x, one number for each image. [B, …], [B, …] -> [B]
 *
 * `mse` is ‖x − x̂‖² and `bce` is −Σ x log x̂ + (1−x) log(1−x̂); x̂ is kept 1e-7 away from 0 and 1 for the logarithm.
 * @param over `sum` adds up the pixels of an image, as the formulas say; `mean` divides that by their number.
 */
export function reconstructionLoss(
  x: tf.Tensor,
  xHat: tf.Tensor,
  kind: ReconstructionKind,
  over: 'sum' | 'mean' = 'sum',
): Tensor1D {
  expectSameShape('reconstructionLoss', { x, xHat });
  return tf.tidy(() => {
    const each = kind === 'mse' ? x.sub(xHat).square() : binaryCrossEntropy(x, xHat);
    const flat = each.reshape([x.shape[0], -1]); // [B, n]
    return over === 'sum' ? flat.sum<Tensor1D>(1) : flat.mean<Tensor1D>(1);
  });
}

export interface AeTraining extends ImageTraining {
  /** Default `mse`, summed over the pixels and averaged over the batch. */
  readonly loss?: ReconstructionKind;
}

/** Trains encoder and decoder together on the images (or points, [N,n]) alone; no label is looked at. */
export function trainAutoencoder(
  model: Autoencoder,
  data: ImageSplit | tf.Tensor,
  options: AeTraining = {},
): Promise<History> {
  const split = asSplit(data);
  const {
    epochs = 5,
    batchSize = 128,
    learningRate = 2e-3,
    schedule = 'cosine',
    seed = 0,
    loss = 'mse',
    ...rest
  } = options;
  return train<ImageBatch>({
    name: 'autoencoder',
    variables: variablesOf(model.encoder, model.decoder),
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images }) => reconstructionLoss(images, reconstruct(model, images), loss).mean(),
    learningRate,
    schedule,
    seed,
    ...rest,
  });
}

/** Mean reconstruction loss of a split, image for image as `reconstructionLoss` has it. */
export async function evaluate(
  model: Autoencoder,
  data: ImageSplit | tf.Tensor,
  kind: ReconstructionKind = 'mse',
  over: 'sum' | 'mean' = 'sum',
): Promise<number> {
  const split = asSplit(data);
  let sum = 0;
  for (const { images, labels } of split.batches({ batchSize: 500, seed: 0 })) {
    const losses = tf.tidy(() => reconstructionLoss(images, reconstruct(model, images), kind, over).sum());
    sum += (await losses.data())[0];
    tf.dispose([images, losses]);
    labels?.dispose();
  }
  return sum / split.size;
}

/** Gives the memory of both networks back. */
export function dispose(model: Autoencoder): void {
  model.encoder.dispose();
  model.decoder.dispose();
}

function binaryCrossEntropy(x: tf.Tensor, xHat: tf.Tensor): tf.Tensor {
  const p = xHat.clipByValue(1e-7, 1 - 1e-7);
  return x
    .mul(p.log())
    .add(tf.sub(1, x).mul(tf.sub(1, p).log()))
    .neg();
}
