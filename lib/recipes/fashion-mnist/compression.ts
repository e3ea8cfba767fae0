/** Models that begin with a code: the autoencoder, which compresses and does not generate, and diffusion among codes. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import type { Dataset } from '../../../datasets';
import type { Random } from '../../engine';
import { ae, ldm } from '../../models';
import type { Recipe } from '../recipe';
import { latentStages, plain } from '../trainee';
import { clothes } from './data';

const { seed } = clothes;
const latentDim = 16; // as many numbers as the VAE's

const autoencoder: Recipe<Dataset> = {
  ...clothes,
  name: 'fashion-mnist-ae',
  title: 'Autoencoder',
  family: 'ae',
  paper: 'Hinton & Salakhutdinov (2006), doi:10.1126/science.1127647',
  epochs: [15],
  batchSize: 128,
  open() {
    const model = ae.buildAutoencoder({ arch: 'conv', latentDim, seed });
    const fromNoise = (n: number, random: Random) =>
      tf.tidy(() => ae.decode(model, random.normal<tf.Rank.R2>([n, latentDim])));
    return {
      ...plain,
      networks: { encoder: model.encoder, decoder: model.decoder },
      train: async (data, options) => [
        await ae.trainAutoencoder(model, data.train, { epochs: 15, batchSize: 128, seed, ...options }),
      ],
      samplers: { 'random codes, z ~ N(0, I)': fromNoise },
      sheet(data, count, random) {
        const images = data.test.images(0, Math.min(count, 20));
        return Promise.resolve({
          rows: [
            { label: 'test images', images },
            { label: 'through the code', images: ae.reconstruct(model, images) },
            { label: 'random codes', images: fromNoise(images.shape[0], random) },
          ],
        });
      },
      async measure({ test }) {
        const mse = await ae.evaluate(model, test, 'mse', 'mean');
        return {
          'mean squared error of test images': mse,
          'PSNR of test images, dB': await meanPsnr(test, (images) => ae.reconstruct(model, images)),
          'numbers a code': latentDim,
        };
      },
      dispose: () => ae.dispose(model),
    };
  },
};

const stage1 = { epochs: 4, batchSize: 64 } as const;
const stage2 = { epochs: 15, batchSize: 64 } as const;

const latentDiffusion: Recipe<Dataset> = {
  ...clothes,
  name: 'fashion-mnist-ldm',
  title: 'Latent diffusion',
  family: 'ldm',
  paper: 'Rombach et al. (2022), arXiv:2112.10752',
  epochs: [stage1.epochs, stage2.epochs],
  batchSize: stage2.batchSize,
  open() {
    const first = ldm.buildAutoencoder({
      inputShape: [28, 28, 1],
      channels: 16,
      multipliers: [1, 2, 4],
      latentChannels: 4,
      seed,
    });
    // 7×7 places cannot be halved: one level, all of it with attention.
    const unet = { channels: 48, multipliers: [1], blocks: 1, attention: [0] };
    const model = ldm.buildLatentDiffusion(first, { unet, schedule: 'cosine', prediction: 'v', emaDecay: 0.999, seed });
    const sampler = (steps: number) => (n: number, random: Random) => ldm.sample(model, n, random, { steps });
    return {
      ...latentStages(model),
      async train(data, options) {
        const before = await ldm.trainStage1(first, data.train, { ...stage1, seed, ...options });
        if (before.interrupted) return [before];
        const some = data.train.images(0, 250);
        ldm.fitScale(model, some);
        some.dispose();
        const latents = new ldm.KnownLatents(model);
        const rounds = Math.floor(data.train.size / stage2.batchSize);
        const after = await ldm.trainLatentDiffusion(model, {
          steps: stage2.epochs * rounds,
          batches: (epoch) => encoded(data.train, latents, epoch),
          schedule: 'cosine',
          seed,
          ...options,
        });
        return [before, after];
      },
      samplers: {
        'DDIM, 50 steps': sampler(50),
        'DDIM, 20 steps': sampler(20),
        'DDIM, 10 steps': sampler(10),
      },
      measure: async ({ test }) => ({
        'PSNR of test images through stage 1, dB': await meanPsnr(test, (images) => ldm.reconstruct(first, images)),
      }),
      dispose() {
        ldm.dispose(model);
        ldm.disposeAutoencoder(first);
      },
    };
  },
};

function* encoded(split: Dataset['train'], latents: ldm.KnownLatents, epoch: number): Generator<ldm.ConditionedBatch> {
  for (const { indices, images } of split.batches({ batchSize: stage2.batchSize, seed, epoch, dropLast: true })) {
    yield { latents: latents.of(images, indices) };
  }
}

/** Mean over the images of a split, in dB. */
async function meanPsnr(split: Dataset['test'], change: (images: Tensor4D) => Tensor4D): Promise<number> {
  let sum = 0;
  for (const { images } of split.batches({ batchSize: 250, seed: 0 })) {
    const each = tf.tidy(() => ldm.psnr(change(images), images).sum());
    sum += (await each.data())[0];
    each.dispose();
  }
  return sum / split.size;
}

export const compressionRecipes: readonly Recipe<Dataset>[] = [autoencoder, latentDiffusion];
