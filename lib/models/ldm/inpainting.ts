/**
 * Filling holes with a diffusion model that was never trained to: Lugmayr et al. (2022), RePaint, arXiv:2201.09865; equation numbers
 * are that paper's. A mask is 1 where a picture is to be filled and 0 where it is kept.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { UserError } from '../../errors';
import * as ddpm from '../ddpm';
import { type LoopOptions, samplingLoop } from '../sampling-loop';
import { expectSameShape } from '../shapes';
import { type Condition, denoiserOf, type LatentDiffusion, toImages, toLatents } from './diffusion';

/**
 * x_{t−1} = (1−m) ⊙ known_{t−1} + m ⊙ unknown_{t−1}, eq. 8: where the picture is known, its own noised version, eq. 8a; in the hole,
 * what the model made of x_t, eq. 8b.
 * @param known the clean picture x_0 (any values in the hole)
 * @param unknown the model's x_{t−1}
 * @param mask 1 in the hole; [B,H,W,1] or the shape of x
 * @param noise ε for the known part, the shape of x; not used at t = 1, where it is x_0 itself
 */
export function inpaintingStep(
  known: Tensor4D,
  unknown: Tensor4D,
  mask: tf.Tensor,
  t: number,
  noise: Tensor4D,
  schedule: ddpm.Schedule,
): Tensor4D {
  expectSameShape('inpaintingStep', { known, unknown, noise });
  return tf.tidy(() => {
    const noised = t === 1 ? known : ddpm.qSample(known, ddpm.everyone(known, t - 1), noise, schedule);
    return noised.mul(tf.sub(1, mask)).add<Tensor4D>(unknown.mul(mask));
  });
}

export interface InpaintingOptions extends ddpm.ReverseOptions, LoopOptions {
  /** How often each step is done over, with noise put back between (algorithm 1's U); default 1: once. */
  readonly repeats?: number;
}

/** Algorithm 1 with jumps of one step: from noise to a picture that fits its surroundings. [B,H,W,C] -> [B,H,W,C] */
export function inpaintLoop(
  denoise: ddpm.Denoiser,
  known: Tensor4D,
  mask: tf.Tensor,
  random: Random,
  schedule: ddpm.Schedule,
  options: InpaintingOptions = {},
): Promise<Tensor4D> {
  const { repeats = 1, ...rest } = options;
  if (!Number.isInteger(repeats) || repeats < 1) {
    throw new UserError(`inpaintLoop: repeats is a whole number from 1, got ${repeats}.`);
  }
  const steps = Array.from({ length: schedule.steps }, (_, i) => schedule.steps - i); // T … 1
  const noise = () => random.normal<tf.Rank.R4>(known.shape);
  return samplingLoop(noise(), steps, rest, (xt, t) => {
    const each = ddpm.everyone(known, t);
    let [before, x, predX0] = [xt, xt, xt];
    for (let u = 1; u <= (t > 1 ? repeats : 1); u++) {
      const step = ddpm.pMeanVariance(denoise, before, each, schedule, rest);
      const made = t > 1 ? step.mean.add<Tensor4D>(step.logVariance.mul(0.5).exp().mul(noise())) : step.mean;
      x = inpaintingStep(known, made, mask, t, noise(), schedule);
      predX0 = step.predX0;
      // Back to t by one step of q, so that the hole has another go with the surroundings as they are now.
      if (u < repeats && t > 1) {
        const beta = schedule.betas[t];
        before = x.mul(Math.sqrt(1 - beta)).add<Tensor4D>(noise().mul(Math.sqrt(beta)));
      }
    }
    return { x, predX0 };
  });
}

export interface ImageInpainting extends LoopOptions {
  readonly condition?: Condition;
  /** Steps of the respaced process; default 100. */
  readonly steps?: number;
  readonly repeats?: number;
}

/**
 * Fills the holes of pictures in [0, 1] by latent diffusion. Known pixels come back untouched: a latent place counts as known only
 * if no pixel that it stands for is in the hole, and at the end the known pixels are laid over the decoder's.
 * @param mask 1 in the hole, [B,H,W,1]
 */
export async function inpaint(
  model: LatentDiffusion,
  images: Tensor4D,
  mask: Tensor4D,
  random: Random,
  { condition, steps = 100, repeats, ...loop }: ImageInpainting = {},
): Promise<Tensor4D> {
  const schedule = ddpm.respace(
    model.schedule,
    ddpm.stepSubsequence(model.schedule.steps, Math.min(steps, model.schedule.steps)),
  );
  const [known, latentMask] = tf.tidy(() => {
    const visible = images.mul(tf.sub(1, mask)).add<Tensor4D>(mask.mul(0.5)); // grey in the hole
    const latents = toLatents(model, visible);
    const factor = images.shape[1] / latents.shape[1];
    return [latents, tf.maxPool(mask, factor, factor, 'valid')];
  });
  const { prediction } = model.config;
  const run = () =>
    inpaintLoop(denoiserOf(model, condition), known, latentMask, random, schedule, { ...loop, prediction, repeats });
  const z = await model.ema.during(run);
  const result = tf.tidy(() => {
    const made = toImages(model, z);
    return images.mul(tf.sub(1, mask)).add<Tensor4D>(made.mul(mask));
  });
  tf.dispose([known, latentMask, z]);
  return result;
}
