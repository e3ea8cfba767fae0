/**
 * Stage 2: diffusion among the latents, and what it is told.
 * Rombach et al. (2022), High-Resolution Image Synthesis with Latent Diffusion Models, arXiv:2112.10752; equation numbers are that
 * paper's. The process is DDPM's; guidance: Ho & Salimans (2022), arXiv:2207.12598.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { UserError } from '../../errors';
import { buildUnet, Ema, type UnetConfig, unetDefaults, variablesOf } from '../../nn';
import { type History, train } from '../../training';
import type { ImageTraining } from '../data';
import { ddimSampleLoop } from '../ddim';
import * as ddpm from '../ddpm';
import type { LoopOptions } from '../sampling-loop';
import { type Autoencoder, latentShape } from './autoencoder';
import { decode, encode } from './stage1';

export interface LatentDiffusionConfig {
  /** T. */
  readonly steps: number;
  readonly schedule: 'linear' | 'cosine';
  readonly prediction: ddpm.Prediction;
  /** Number of classes that the U-Net is told with the time, 0: none. */
  readonly classes: number;
  /** Of the running average of the weights that samples are made with. */
  readonly emaDecay: number;
  /** Of the first weights. */
  readonly seed: number;
  readonly unet: Partial<UnetConfig>;
}

export interface LatentDiffusion {
  readonly config: LatentDiffusionConfig;
  /** Stage 1, which stands still. */
  readonly autoencoder: Autoencoder;
  /** τ_θ: what is told, as vectors to look at. Trained with the U-Net. */
  readonly conditioner?: tf.LayersModel; // tokens [B,M], or boxes [B,M,n] -> [B,M,D]
  readonly schedule: ddpm.Schedule;
  /** ε_θ. */
  readonly network: tf.LayersModel; // [B,h,w,c], [B] (, [B]) (, [B,M,D]) -> [B,h,w,c]
  /** Latents times this have a standard deviation of 1; `fitScale` sets it. */
  readonly scale: tf.Variable;
  /** The average of the weights of U-Net and conditioner. */
  readonly ema: Ema;
}

/** For the latents of `autoencoderDefaults`. */
export const defaults: LatentDiffusionConfig = {
  steps: 1000,
  schedule: 'linear',
  prediction: 'epsilon',
  classes: 0,
  emaDecay: 0.9999,
  seed: 0,
  unet: { channels: 64, multipliers: [1, 2], attention: [0, 1] },
};

/**
 * A fresh denoiser on the latents of an autoencoder, with the averages of its weights.
 * @throws {UserError} for ε on the cosine schedule: a step from T would magnify its error by 1/√ᾱ_T ≈ 20,000
 * @param conditioner its output's last axis is the length of the vectors that cross-attention looks at
 */
export function buildLatentDiffusion(
  autoencoder: Autoencoder,
  config: Partial<LatentDiffusionConfig> = {},
  conditioner?: tf.LayersModel,
): LatentDiffusion {
  const full: LatentDiffusionConfig = { ...defaults, ...config };
  const { classes, seed } = full;
  if (full.schedule === 'cosine' && full.prediction === 'epsilon') {
    throw new UserError(
      "buildLatentDiffusion: the cosine schedule ends in noise alone, where ε tells next to nothing of z_0, and latents have no range to clip z_0 to. Predict 'v', or take the linear schedule.",
    );
  }
  const contextDim = conditioner ? (conditioner.outputs[0].shape.at(-1) as number) : 0;
  const inputShape = latentShape(autoencoder.config);
  const network = buildUnet({ ...unetDefaults, ...full.unet, classes, contextDim, seed, inputShape });
  const learned = variablesOf(...(conditioner ? [network, conditioner] : [network]));
  return {
    config: full,
    autoencoder,
    conditioner,
    schedule: full.schedule === 'linear' ? ddpm.linearSchedule(full.steps) : ddpm.cosineSchedule(full.steps),
    network,
    scale: tf.tidy(() => tf.variable(tf.scalar(1), false)),
    ema: new Ema(learned, { decay: full.emaDecay }),
  };
}

/**
 * 1/σ̂ with σ̂² = 1/(bhwc) Σ (z − μ̂)² of a batch's latents, appendix G. The schedule's noise is made for data with a standard
 * deviation of 1: larger latents never become noise, smaller ones do at once. [B,h,w,c] -> a scalar
 */
export function latentScale(z: Tensor4D): tf.Scalar {
  return tf.tidy(() => tf.moments(z).variance.sqrt().reciprocal() as tf.Scalar);
}

/** Sets the model's scale by the latents of these images in [0, 1]: a few hundred are enough. */
export function fitScale(model: LatentDiffusion, images: Tensor4D): void {
  tf.tidy(() => model.scale.assign(latentScale(encode(model.autoencoder, images))));
}

/** Images in [0, 1] to latents as the U-Net has them. [B,H,W,C] -> [B,h,w,c] */
export function toLatents(model: LatentDiffusion, images: Tensor4D): Tensor4D {
  return tf.tidy(() => encode(model.autoencoder, images).mul(model.scale));
}

/**
 * The latents of a split's images, each made when it is first asked for. Stage 1 stands still, so that a training of stage 2 need
 * not run it again in every epoch.
 */
export class KnownLatents {
  private readonly known = new Map<number, Float32Array>();

  constructor(private readonly model: LatentDiffusion) {}

  /** @param indices where the images stand in their split. [B,H,W,C] -> [B,h,w,c] */
  of(images: Tensor4D, indices: ArrayLike<number>): Tensor4D {
    const places = Array.from(indices);
    const shape = latentShape(this.model.autoencoder.config) as [number, number, number];
    const size = shape[0] * shape[1] * shape[2];
    if (places.every((index) => this.known.has(index))) {
      const values = new Float32Array(places.length * size);
      places.forEach((index, i) => values.set(this.known.get(index) as Float32Array, i * size));
      return tf.tensor4d(values, [places.length, ...shape]);
    }
    const latents = toLatents(this.model, images);
    const values = latents.dataSync<'float32'>();
    places.forEach((index, i) => this.known.set(index, values.slice(i * size, (i + 1) * size)));
    return latents;
  }
}

/** And back. [B,h,w,c] -> [B,H,W,C] */
export function toImages(model: LatentDiffusion, z: Tensor4D): Tensor4D {
  return tf.tidy(() => decode(model.autoencoder, z.div(model.scale)));
}

/** What a sample shall be of; each with an entry for each sample. */
export interface Condition {
  /** The number `classes` stands for no class. [B] */
  readonly labels?: Tensor1D;
  /** What the conditioner takes: tokens of a text [B,M], or boxes of a layout [B,M,n]. */
  readonly told?: Tensor2D | Tensor3D;
}

/** ε_θ(z_t, t, τ_θ(y)), eq. 3, or what `prediction` says instead. */
export function denoiserOf(model: LatentDiffusion, condition: Condition = {}): ddpm.Denoiser {
  const { network, conditioner, config } = model;
  if (conditioner && !condition.told) {
    throw new UserError('This latent diffusion model is told something (a text, a layout): pass it as `told`.');
  }
  return (zt, t) =>
    tf.tidy(() => {
      const inputs: tf.Tensor[] = [zt, tf.tensor1d([...t], 'float32')];
      if (config.classes > 0) inputs.push(condition.labels ?? tf.fill([t.length], config.classes));
      if (conditioner) inputs.push(conditioner.apply(condition.told as tf.Tensor) as Tensor3D);
      return network.apply(inputs) as tf.Tensor;
    });
}

/** A mini-batch of `trainLatentDiffusion`, and what each of its images shows. */
export interface ConditionedBatch {
  /** Images in [0, 1], or their latents: as `KnownLatents` or `toLatents` give them. */
  readonly images?: Tensor4D;
  readonly latents?: Tensor4D;
  readonly labels?: Tensor1D;
  readonly told?: Tensor2D | Tensor3D;
}

export interface LatentDiffusionTraining extends Omit<ImageTraining, 'epochs'> {
  readonly steps: number;
  /** The mini-batches of an epoch (counted from 1). */
  readonly batches: (epoch: number) => Iterable<ConditionedBatch>;
  /** What the conditioner is given where the condition is left out: the tokens of the empty text. [1,M] or [1,M,n] */
  readonly nothing?: Tensor2D | Tensor3D;
  /** How often the condition is left out, for classifier-free guidance; default 0.1. */
  readonly dropCondition?: number;
}

/** Minimizes eq. 3 over U-Net and conditioner together: E ‖ε − ε_θ(z_t, t, τ_θ(y))‖². Stage 1 stands still. */
export function trainLatentDiffusion(model: LatentDiffusion, options: LatentDiffusionTraining): Promise<History> {
  const { schedule, config, ema, conditioner } = model;
  const {
    name = 'latent diffusion',
    steps,
    batches,
    nothing,
    dropCondition = 0.1,
    batchSize: _, // the batches have one
    learningRate = 1e-3,
    seed = 0,
    onStep,
    ...rest
  } = options;
  if (conditioner && dropCondition > 0 && !nothing) {
    throw new UserError('trainLatentDiffusion: to leave conditions out, pass what stands for none as `nothing`.');
  }
  return train<ConditionedBatch>({
    name,
    variables: ema.variables,
    state: [...ema.state, model.scale],
    steps,
    batches,
    loss: ({ images, latents, labels, told }, random) => {
      const z0 = latents ?? (images && toLatents(model, images));
      if (!z0) throw new UserError('trainLatentDiffusion: a batch has either images or latents; this one has neither.');
      const t = ddpm.drawSteps(z0.shape[0], schedule, random);
      const condition = {
        labels: config.classes > 0 ? ddpm.withoutSome(labels, dropCondition, config.classes, random) : undefined,
        told: told && nothing ? withoutSome(told, nothing, dropCondition, random) : told,
      };
      return ddpm.ddpmLoss(denoiserOf(model, condition), z0, t, random.normal(z0.shape), schedule, config);
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

export interface LatentSampling extends LoopOptions {
  readonly condition?: Condition;
  /** What stands for no condition, for guidance: by default no class; for `told` it must be given. */
  readonly unconditional?: Condition;
  /** γ of γ·cond + (1 − γ)·uncond; default 1: no guidance. */
  readonly guidance?: number;
  /** DDIM steps; default 50. */
  readonly steps?: number;
  /** η of DDIM, default 0. */
  readonly eta?: number;
  /** `average` (default) or the weights as the last step left them. */
  readonly weights?: 'average' | 'last';
}

/** New images in [0, 1] by DDIM among the latents and one pass through the decoder. -> [n,H,W,C] */
export async function sample(
  model: LatentDiffusion,
  n: number,
  random: Random,
  options: LatentSampling = {},
): Promise<Tensor4D> {
  const { condition, unconditional, guidance = 1, steps = 50, weights = 'average', ...loop } = options;
  const { schedule, config } = model;
  const zT = random.normal<tf.Rank.R4>([n, ...latentShape(model.autoencoder.config)]);
  const taken = ddpm.stepSubsequence(schedule.steps, Math.min(steps, schedule.steps));
  const settings = { ...loop, prediction: config.prediction, steps: taken, random };
  const denoise = guided(model, condition, unconditional, guidance);
  const run = () => ddimSampleLoop(denoise, zT, schedule, settings);
  const z = await (weights === 'average' ? model.ema.during(run) : run());
  const images = toImages(model, z);
  tf.dispose([zT, z]);
  return images;
}

/** Conditional and unconditional answers, mixed by γ. */
export function guided(
  model: LatentDiffusion,
  condition: Condition | undefined,
  unconditional: Condition | undefined,
  guidance: number,
): ddpm.Denoiser {
  const conditional = denoiserOf(model, condition);
  if (guidance === 1) return conditional;
  const free = denoiserOf(model, unconditional);
  return (zt, t) =>
    tf.tidy(() =>
      conditional(zt, t)
        .mul(guidance)
        .add(free(zt, t).mul(1 - guidance)),
    );
}

/** Some rows replaced by `nothing`. [B,M] or [B,M,n] -> the same */
export function withoutSome<X extends tf.Tensor>(told: X, nothing: X, share: number, random: Random): X {
  return tf.tidy(() => {
    const drop = random.bernoulli([told.shape[0], ...told.shape.slice(1).map(() => 1)], share);
    return told.toFloat().mul(tf.sub(1, drop)).add(nothing.toFloat().mul(drop)).cast(told.dtype) as X;
  });
}

/** Gives the memory of U-Net, conditioner and average back; stage 1 is its own to dispose of. */
export function dispose({ network, conditioner, ema, scale }: LatentDiffusion): void {
  ema.dispose();
  network.dispose();
  conditioner?.dispose();
  scale.dispose();
}
