/** Stage 1 at work: images to latents and back, and its training (Rombach et al. 2022, §3.1, appendix G). */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { detached, stateOf, variablesOf } from '../../nn';
import { type History, type PlayerSettings, trainAlternating } from '../../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from '../data';
import { expectShape } from '../shapes';
import { type Codebook, nearest, straightThrough, vqTerms } from '../vqvae';
import {
  type Autoencoder,
  latentKl,
  latentShape,
  patchDiscriminatorLoss,
  patchGeneratorLoss,
  posteriorOf,
  reconstructionLoss,
} from './autoencoder';

/**
 * Images in [0, 1] to latents: the mean of q(z|x), or with `noise` (the shape of the latents) a draw from it; with `vq` what the
 * encoder says before quantization, which belongs to the decoder (§3.1). [B,H,W,C] -> [B,h,w,c]
 */
export function encode(model: Autoencoder, x: Tensor4D, noise?: Tensor4D): Tensor4D {
  expectShape('encode', 'x', x, ['B', ...model.config.inputShape]);
  return tf.tidy(() => {
    const answer = model.encoder.apply(toNetwork(x)) as Tensor4D;
    if (model.codebook) return answer;
    const { mean, logVariance } = posteriorOf(answer);
    return noise ? mean.add<Tensor4D>(logVariance.mul(0.5).exp().mul(noise)) : mean;
  });
}

/** Latents to images in [0, 1]; with `vq` each place of the latent image first goes to its nearest vector. [B,h,w,c] -> [B,H,W,C] */
export function decode(model: Autoencoder, z: Tensor4D): Tensor4D {
  expectShape('decode', 'z', z, ['B', ...latentShape(model.config)]);
  return tf.tidy(() => {
    const latents = model.codebook ? quantize(model.codebook, z) : z;
    return fromNetwork(model.decoder.apply(latents) as Tensor4D);
  });
}

/** Through the latents and back. [B,H,W,C] -> [B,H,W,C] */
export function reconstruct(model: Autoencoder, x: Tensor4D): Tensor4D {
  return tf.tidy(() => decode(model, encode(model, x)));
}

export interface Stage1Training extends ImageTraining {
  /** Of the KL of an image, against the absolute error of all its numbers; the authors': 1e-6. */
  readonly klWeight?: number;
  /** Of the commitment, with `vq`; default 0.25. */
  readonly commitment?: number;
  /**
   * Of the patch-adversarial loss; default 0: without. Train without it first and then again with it, as the authors do: against
   * noise a discriminator wins at once, and the autoencoder learns nothing from it. They choose the weight step by step by the
   * gradients at the decoder's last layer; a constant does here.
   */
  readonly adversarialWeight?: number;
}

/**
 * Trains encoder and decoder (and codebook), and with an adversarial weight the patch discriminator in turn.
 * `history.metrics` has `reconstruction` (mean absolute error in [−1, 1]) and `kl` (nats of an image) or `commitment`; `patches` is
 * the discriminator's loss.
 */
export function trainStage1(
  model: Autoencoder,
  data: ImageSplit | tf.Tensor,
  options: Stage1Training = {},
): Promise<History> {
  const split = asSplit(data);
  const {
    name = 'autoencoder of stage 1',
    epochs = 5,
    batchSize = 64,
    learningRate = 1e-3,
    seed = 0,
    klWeight = 1e-6,
    commitment = 0.25,
    adversarialWeight = 0,
    ...rest
  } = options;
  const { encoder, decoder, discriminator, codebook } = model;
  const parts = codebook ? [encoder, decoder, codebook] : [encoder, decoder];
  const judge = (x: tf.Tensor) => discriminator.apply(x, { training: true }) as tf.Tensor;
  const players: PlayerSettings<ImageBatch>[] = [
    {
      name: 'autoencoder',
      variables: variablesOf(...parts),
      learningRate,
      loss: ({ images }, random) => {
        const x = toNetwork(images as Tensor4D);
        const answer = encoder.apply(x) as Tensor4D;
        const size = x.size / x.shape[0];
        const { z, penalty, weight, what } = codebook
          ? { ...quantized(codebook, answer, commitment), weight: 1, what: 'commitment' }
          : { ...drawn(answer, random.normal([...answer.shape.slice(0, 3), answer.shape[3] / 2])), weight: klWeight / size, what: 'kl' }; // prettier-ignore
        const xHat = decoder.apply(z) as Tensor4D;
        const reconstruction = reconstructionLoss(x, xHat);
        let loss = reconstruction.add(penalty.mul(weight));
        if (adversarialWeight > 0) loss = loss.add(patchGeneratorLoss(judge(xHat)).mul(adversarialWeight));
        return { loss, reconstruction, [what]: penalty };
      },
    },
    {
      name: 'patches',
      variables: variablesOf(discriminator),
      learningRate,
      betas: [0.5, 0.9],
      loss: ({ images }) => {
        const fake = detached(() => toNetwork(reconstruct(model, images as Tensor4D)));
        return patchDiscriminatorLoss(judge(toNetwork(images as Tensor4D)), judge(fake));
      },
    },
  ];
  return trainAlternating<ImageBatch>({
    name,
    players: adversarialWeight > 0 ? players : players.slice(0, 1),
    state: stateOf(discriminator),
    epochs,
    seed,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    ...rest,
  });
}

/** Gives the memory of all networks back. */
export function disposeAutoencoder({ encoder, decoder, discriminator, codebook }: Autoencoder): void {
  for (const network of [encoder, decoder, discriminator, codebook]) network?.dispose();
}

/** Grey levels in [0, 1] to [−1, 1], where the networks work. */
function toNetwork(x: Tensor4D): Tensor4D {
  return tf.tidy(() => x.mul(2).sub(1));
}

function fromNetwork(x: Tensor4D): Tensor4D {
  return tf.tidy(() => x.add(1).div(2).clipByValue(0, 1) as Tensor4D);
}

/** A latent drawn from q(z|x), and the KL of an image. */
function drawn(answer: Tensor4D, noise: tf.Tensor): { z: tf.Tensor; penalty: tf.Tensor } {
  const posterior = posteriorOf(answer);
  const z = posterior.mean.add(posterior.logVariance.mul(0.5).exp().mul(noise));
  return { z, penalty: latentKl(posterior).mean() };
}

/** The nearest vectors, with the gradient of the encoder's answer, and what brings the two together. */
function quantized(
  codebook: tf.LayersModel,
  answer: Tensor4D,
  commitment: number,
): { z: tf.Tensor; penalty: tf.Tensor } {
  const rows = answer.reshape([-1, answer.shape[3]]) as tf.Tensor2D;
  const chosen = quantize(codebook, answer);
  const terms = vqTerms(rows, chosen.reshape(rows.shape) as tf.Tensor2D);
  return { z: straightThrough(answer, chosen), penalty: terms.codebook.add(terms.commitment.mul(commitment)).mean() };
}

function quantize(codebook: tf.LayersModel, z: Tensor4D): Tensor4D {
  const vectors = (codebook.getLayer('codebook') as Codebook).vectors();
  const indices = nearest(z.reshape([-1, z.shape[3]]), vectors);
  return codebook.apply(indices.reshape(z.shape.slice(0, 3))) as Tensor4D;
}
