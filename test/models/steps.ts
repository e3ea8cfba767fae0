/** A small training run of every family, for checks that go through many steps: of memory, and of engines against each other. */
import * as tf from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import {
  ae,
  cgan,
  cyclegan,
  dcgan,
  ddpm,
  flowMatching,
  gan,
  ldm,
  lsgan,
  noisyClassifier,
  pixelcnn,
  realnvp,
  score,
  sngan,
  vae,
  vqvae,
  wgan,
  wganGp,
  type ImageBatch,
  type ImageSplit,
} from '../../lib/models';
import type { History } from '../../lib/training';

export interface Steps {
  /** Passes over the data, of `batchesPerEpoch` each. */
  readonly epochs: number;
  readonly onStep?: (info: { readonly step: number; readonly loss: number }) => void;
}

/** Builds a model, trains it and disposes of it. */
type Run = (options: Steps) => Promise<History>;

const batchSize = 8;
export const batchesPerEpoch = 20;
const count = batchSize * batchesPerEpoch;
const imageShape = [8, 8, 1] as const;
const point = { inputShape: [2] } as const;
const image = { inputShape: imageShape } as const;

/** Numbers with labels; all of them are made anew for each batch, as a data set on disk does. */
class SmallSplit implements ImageSplit {
  readonly size = count;

  constructor(private readonly shape: readonly number[]) {}

  *batches(options: { batchSize: number; seed: number; epoch?: number }): Generator<ImageBatch> {
    const random = new Random(`${options.seed} ${options.epoch ?? 1}`);
    for (let first = 0; first < count; first += options.batchSize) {
      const shape = [options.batchSize, ...this.shape];
      const labels = tf.tidy(() => tf.range(0, options.batchSize, 1, 'int32').mod(3).cast<tf.Tensor1D>('int32'));
      yield { images: random.uniform(shape), labels };
    }
  }
}

const points = new SmallSplit([2]);
const images = new SmallSplit(imageShape);

/** A run of a model with the settings that all have. */
function run<M>(
  build: () => M,
  train: (model: M, options: Steps & { batchSize: number; seed: number }) => Promise<History>,
  dispose: (model: M) => void,
): Run {
  return async (options) => {
    const model = build();
    try {
      return await train(model, { batchSize, seed: 0, ...options });
    } finally {
      dispose(model);
    }
  };
}

const small = { ...image, generator: { hidden: [4, 4] }, discriminator: { hidden: [4, 4] } } as const;

/** By the namespace of the family, then what sets it apart. */
export const runs: Readonly<Record<string, Run>> = {
  ae: run(
    () => ae.buildAutoencoder({ ...image, hidden: [16] }),
    (model, options) => ae.trainAutoencoder(model, images, options),
    ae.dispose,
  ),
  'ae, convolutional': run(
    () => ae.buildAutoencoder({ ...image, arch: 'conv', hidden: [4, 8] }),
    (model, options) => ae.trainAutoencoder(model, images, options),
    ae.dispose,
  ),
  vae: run(
    () => vae.buildVae({ ...image, hidden: [16] }),
    (model, options) => vae.trainVae(model, images, options),
    vae.dispose,
  ),
  'vae, conditional and convolutional': run(
    () => vae.buildVae({ ...image, arch: 'conv', hidden: [4, 8], classes: 3 }),
    (model, options) => vae.trainVae(model, images, options),
    vae.dispose,
  ),
  vqvae: run(
    () => vqvae.buildVqVae({ ...image, hidden: [4, 4], blocks: 1, codes: 8, codeDim: 2 }),
    (model, options) => vqvae.trainVqVae(model, images, options),
    vqvae.dispose,
  ),
  pixelcnn: run(
    () => pixelcnn.buildPixelCnn({ size: [8, 8], channels: 4, layers: 2 }),
    (model, options) => pixelcnn.trainPixelCnn(model, images, options),
    pixelcnn.dispose,
  ),
  gan: run(
    () => gan.buildGan(point),
    (model, options) => gan.trainGan(model, points, options),
    gan.dispose,
  ),
  lsgan: run(
    () => lsgan.buildLsgan(point),
    (model, options) => lsgan.trainLsgan(model, points, options),
    lsgan.dispose,
  ),
  dcgan: run(
    () => dcgan.buildDcgan(small),
    (model, options) => dcgan.trainDcgan(model, images, options),
    dcgan.dispose,
  ),
  wgan: run(
    () => wgan.buildWgan(point),
    (model, options) => wgan.trainWgan(model, points, options),
    wgan.dispose,
  ),
  wganGp: run(
    () => wganGp.buildWganGp(small),
    (model, options) => wganGp.trainWganGp(model, images, options),
    wganGp.dispose,
  ),
  sngan: run(
    () => sngan.buildSngan(small),
    (model, options) => sngan.trainSngan(model, images, options),
    sngan.dispose,
  ),
  cgan: run(
    () => cgan.buildCgan({ ...point, condition: { kind: 'label', size: 3 } }),
    (model, options) => cgan.trainCgan(model, points, options),
    cgan.dispose,
  ),
  cyclegan: run(
    () => cyclegan.buildCycleGan({ ...image, width: 4, blocks: 1, halvings: 1 }),
    (model, options) => cyclegan.trainCycleGan(model, images, images, options),
    cyclegan.dispose,
  ),
  realnvp: run(
    () => realnvp.buildRealNvp({ ...image, arch: 'conv', scales: 2, channels: 4, blocks: 1 }),
    (model, options) => realnvp.trainRealNvp(model, images, options),
    realnvp.dispose,
  ),
  ddpm: run(
    () => ddpm.buildDdpm({ ...point, steps: 30 }),
    (model, options) => ddpm.trainDdpm(model, points, options),
    ddpm.dispose,
  ),
  'ddpm, U-Net': run(
    () =>
      ddpm.buildDdpm({ ...image, steps: 30, unet: { channels: 8, multipliers: [1, 2], attention: [1], blocks: 1 } }),
    (model, options) => ddpm.trainDdpm(model, images, options),
    ddpm.dispose,
  ),
  noisyClassifier: run(
    () =>
      noisyClassifier.buildNoisyClassifier({
        ...image,
        classes: 3,
        schedule: ddpm.linearSchedule(30),
        channels: 8,
        multipliers: [1, 2],
      }),
    (model, options) => noisyClassifier.trainNoisyClassifier(model, images, options),
    noisyClassifier.dispose,
  ),
  flowMatching: run(
    () => flowMatching.buildFlow(point),
    (model, options) => flowMatching.trainFlow(model, points, options),
    flowMatching.dispose,
  ),
  score: run(
    () => score.buildScoreModel(point),
    (model, options) => score.trainScoreModel(model, points, options),
    score.dispose,
  ),
  'ldm, stage 1': run(
    () =>
      ldm.buildAutoencoder({ ...image, channels: 4, multipliers: [1, 1], latentChannels: 2, patchWidth: 4, groups: 2 }),
    (model, options) => ldm.trainStage1(model, images, options),
    ldm.disposeAutoencoder,
  ),
};
