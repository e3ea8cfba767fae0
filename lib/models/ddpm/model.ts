import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import type { History } from '../../training';
import type { ImageSplit } from '../data';
import type { LoopOptions } from '../sampling-loop';
import {
  answer,
  buildTimeNetwork,
  isImage,
  sampleWith,
  type TimeNetwork,
  type TimeNetworkConfig,
  timeNetworkDefaults,
  type TimeNetworkTraining,
  trainTimeNetwork,
} from '../time-network';
import { ddpmLoss, drawSteps, hybridLoss } from './bound';
import type { Prediction } from './forward';
import { type Denoiser, pSampleLoop, type ReverseOptions, type Variance } from './reverse';
import { cosineSchedule, linearSchedule, type Schedule } from './schedule';

export interface DdpmConfig extends TimeNetworkConfig {
  /** T. */
  readonly steps: number;
  readonly schedule: 'linear' | 'cosine';
  /** What the network is asked for. */
  readonly prediction: Prediction;
  readonly variance: Variance;
}

/** Its network is told t from 1 to T; with a learned variance it answers twice the channels. */
export interface Ddpm extends TimeNetwork<DdpmConfig> {
  readonly schedule: Schedule;
}

const common = { schedule: 'linear', prediction: 'epsilon', variance: 'fixedLarge' } as const;

/** `images` as in the paper, with a U-Net for 28×28 grey images; `points` for the plane, where a tenth of the steps will do. */
export const defaults: Readonly<Record<'images' | 'points', DdpmConfig>> = {
  images: { ...timeNetworkDefaults.images, ...common, steps: 1000 },
  points: { ...timeNetworkDefaults.points, ...common, steps: 100 },
};

/** A U-Net for [H, W, C], an MLP for [n]; untrained, they answer 0. */
export function buildDdpm(config: Partial<DdpmConfig> = {}): Ddpm {
  const full: DdpmConfig = { ...defaults[config.inputShape?.length === 1 ? 'points' : 'images'], ...config };
  const schedule = full.schedule === 'linear' ? linearSchedule(full.steps) : cosineSchedule(full.steps);
  const answers = full.variance === 'learned' ? 2 : 1;
  return { ...buildTimeNetwork(full, { timeScale: 1, answers }), schedule };
}

/**
 * The network as a function of x_t and t.
 * @param labels class of each example, [B]; the number `classes` stands for no class, which is also what none means
 */
export function denoiserOf(model: Ddpm, labels?: Tensor1D): Denoiser {
  return (xt, t) => answer(model, xt, t, labels);
}

/** How the reverse process of this model is read. Images stay in [−1, 1]. */
export function reverseOptions({ config }: Ddpm): Required<ReverseOptions> {
  return { prediction: config.prediction, variance: config.variance, clip: isImage(config) };
}

export interface ModelSampleOptions extends LoopOptions {
  /** Class of each sample, [n]. */
  readonly labels?: Tensor1D;
  /** `average` (default) or the weights as the last step left them. */
  readonly weights?: 'average' | 'last';
}

/** New examples by algorithm 2: images in [0, 1], or points. -> [n, …] */
export function sample<X extends Tensor>(
  model: Ddpm,
  n: number,
  random: Random,
  { labels, weights, ...loop }: ModelSampleOptions = {},
): Promise<X> {
  const shape = [n, ...model.config.inputShape];
  const options = { ...reverseOptions(model), ...loop };
  const run = () => pSampleLoop<X>(denoiserOf(model, labels), shape, random, model.schedule, options);
  return sampleWith(model, weights, run);
}

/** Algorithm 1, with Adam and the running average. A learned variance is trained by the hybrid loss. */
export function trainDdpm(model: Ddpm, data: ImageSplit | Tensor, options: TimeNetworkTraining = {}): Promise<History> {
  const { config, schedule } = model;
  return trainTimeNetwork(model, 'DDPM', data, options, (x0, labels, random) => {
    const t = drawSteps(x0.shape[0], schedule, random);
    const noise = random.normal(x0.shape);
    const denoise = denoiserOf(model, labels);
    if (config.variance !== 'learned') return ddpmLoss(denoise, x0, t, noise, schedule, config);
    const decoder = isImage(config) ? 'pixels' : 'density';
    return { ...hybridLoss(denoise, x0, t, noise, schedule, { prediction: config.prediction, decoder }) };
  });
}
