/**
 * Super-resolution by diffusion: the network sees the small picture, enlarged, beside the noisy large one. Saharia et al. (2021), SR3,
 * arXiv:2104.07636; in latent diffusion: Rombach et al. (2022), §4.4. Noise on the small picture, so that the model forgives what a
 * first stage gets wrong: Ho et al. (2021), Cascaded Diffusion Models, arXiv:2106.15282, §4.2.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { UserError } from '../../errors';
import { buildUnet, Ema, type UnetConfig, unetDefaults, variablesOf } from '../../nn';
import { type History, train } from '../../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from '../data';
import { ddimSampleLoop } from '../ddim';
import * as ddpm from '../ddpm';
import type { LoopOptions } from '../sampling-loop';
import { expectShape } from '../shapes';

export interface SuperResolutionConfig {
  /** [H, W, C] of the large picture. */
  readonly inputShape: readonly number[];
  /** The small one has sides smaller by this. */
  readonly factor: number;
  /** T. */
  readonly steps: number;
  /** Standard deviation of the noise on the small picture in training, in [−1, 1] grey levels: drawn evenly up to this. */
  readonly augmentation: number;
  /** Of the running average of the weights. */
  readonly emaDecay: number;
  /** Of the first weights. */
  readonly seed: number;
  readonly unet: Partial<UnetConfig>;
}

export interface SuperResolution {
  readonly config: SuperResolutionConfig;
  readonly schedule: ddpm.Schedule;
  readonly network: tf.LayersModel; // [B,H,W,2C], [B] -> [B,H,W,C]
  readonly ema: Ema;
}

/** 8×8 to 32×32 in colour. */
export const superResolutionDefaults: SuperResolutionConfig = {
  inputShape: [32, 32, 3],
  factor: 4,
  steps: 1000,
  augmentation: 0.1,
  emaDecay: 0.9999,
  seed: 0,
  unet: { channels: 32, multipliers: [1, 2, 2], attention: [2] },
};

/** @throws UserError when the factor does not divide the sides. */
export function buildSuperResolution(config: Partial<SuperResolutionConfig> = {}): SuperResolution {
  const full: SuperResolutionConfig = { ...superResolutionDefaults, ...config };
  const { inputShape, factor, seed } = full;
  const [height, width, channels] = inputShape;
  if (inputShape.length !== 3 || !(factor > 1) || height % factor !== 0 || width % factor !== 0) {
    throw new UserError(
      `buildSuperResolution: factor divides the sides of [${String(inputShape)}] and is above 1, got ${factor}.`,
    );
  }
  const shape = [height, width, 2 * channels];
  const network = buildUnet({ ...unetDefaults, ...full.unet, seed, inputShape: shape, outChannels: channels });
  const ema = new Ema(variablesOf(network), { decay: full.emaDecay });
  return { config: full, schedule: ddpm.linearSchedule(full.steps), network, ema };
}

/** Averages factor × factor pixels: the small picture of a large one. [B,H,W,C] -> [B,H/factor,W/factor,C] */
export function shrink(images: Tensor4D, factor: number): Tensor4D {
  return tf.tidy(() => tf.avgPool(images, factor, factor, 'valid'));
}

/** Bilinear enlargement: what the network starts from, and what it must beat. [B,h,w,C] -> [B,H,W,C] */
export function enlarge(small: Tensor4D, [height, width]: readonly number[]): Tensor4D {
  return tf.tidy(() => tf.image.resizeBilinear(small, [height, width], false, true));
}

/** ε_θ(x_t, t, small). @param enlarged the enlarged small picture in [−1, 1], [B,H,W,C] */
export function superResolutionDenoiser({ network }: SuperResolution, enlarged: Tensor4D): ddpm.Denoiser {
  return (xt, t) =>
    tf.tidy(() => network.apply([tf.concat([xt, enlarged], 3), tf.tensor1d([...t], 'float32')]) as tf.Tensor);
}

/** Trains on large pictures in [0, 1]; the small ones are made of them. */
export function trainSuperResolution(
  model: SuperResolution,
  data: ImageSplit | tf.Tensor,
  options: ImageTraining = {},
): Promise<History> {
  const split = asSplit(data);
  const { config, schedule, ema } = model;
  const {
    name = 'super-resolution',
    epochs = 5,
    batchSize = 64,
    learningRate = 1e-3,
    seed = 0,
    onStep,
    ...rest
  } = options;
  return train<ImageBatch>({
    name,
    variables: ema.variables,
    state: ema.state,
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images }, random) => {
      const x0 = images.mul(2).sub(1) as Tensor4D;
      const strength = random.uniform<tf.Rank.R4>([x0.shape[0], 1, 1, 1], 0, config.augmentation);
      const enlarged = enlarge(shrink(x0, config.factor), config.inputShape);
      const seen = enlarged.add<Tensor4D>(random.normal(x0.shape).mul(strength));
      const t = ddpm.drawSteps(x0.shape[0], schedule, random);
      return ddpm.ddpmLoss(superResolutionDenoiser(model, seen), x0, t, random.normal(x0.shape), schedule);
    },
    learningRate,
    seed,
    onStep: async (info) => {
      ema.update();
      await onStep?.(info);
    },
    ...rest,
  });
}

/** A large picture in [0, 1] for each small one, by DDIM. [B,h,w,C] -> [B,H,W,C] */
export async function superResolve(
  model: SuperResolution,
  small: Tensor4D,
  random: Random,
  { steps = 50, ...loop }: LoopOptions & { readonly steps?: number } = {},
): Promise<Tensor4D> {
  const { inputShape, factor } = model.config;
  const [height, width, channels] = inputShape;
  expectShape('superResolve', 'small', small, ['B', height / factor, width / factor, channels]);
  const enlarged = tf.tidy(() => enlarge(small.mul(2).sub(1), inputShape));
  const xT = random.normal<tf.Rank.R4>([small.shape[0], height, width, channels]);
  const taken = ddpm.stepSubsequence(model.schedule.steps, Math.min(steps, model.schedule.steps));
  const denoise = superResolutionDenoiser(model, enlarged);
  const run = () => ddimSampleLoop(denoise, xT, model.schedule, { ...loop, steps: taken, clip: true });
  const x = await model.ema.during(run);
  const result = tf.tidy(() => x.add(1).div(2).clipByValue(0, 1) as Tensor4D);
  tf.dispose([enlarged, xT, x]);
  return result;
}

/** Peak signal-to-noise ratio of pictures in [0, 1], in dB: −10 log₁₀ of the mean squared error. [B,H,W,C] -> [B] */
export function psnr(x: Tensor4D, reference: Tensor4D): tf.Tensor1D {
  expectShape('psnr', 'x', x, reference.shape);
  return tf.tidy(() => {
    const error = x.sub(reference).square().mean<tf.Tensor1D>([1, 2, 3]);
    return error.log().mul<tf.Tensor1D>(-10 / Math.LN10);
  });
}
