/**
 * Score-based generative models: a network learns ∇ log p of noisy data, and samplers follow it back to clean data.
 * Song & Ermon (2019), arXiv:1907.05600; Song et al. (2020), arXiv:2011.13456.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import type { History } from '../../training';
import type { ImageSplit } from '../data';
import {
  answer,
  buildTimeNetwork,
  sampleWith,
  type TimeNetwork,
  type TimeNetworkConfig,
  timeNetworkDefaults,
  type TimeNetworkTraining,
  trainTimeNetwork,
} from '../time-network';
import { scoreMatchingLoss, type ScoreFn, type Weighting } from './matching';
import { type OdeSamplingOptions, sampleOde, sampleSde, type SdeSamplingOptions } from './sampling';
import { type Sde, vpSde } from './sde';

export { dispose } from '../time-network';
export { annealedLangevin, type AnnealedLangevinOptions, geometricSigmas } from './langevin';
export { langevinStep } from '../processes';
export { denoisingScoreMatchingLoss, perturb, scoreMatchingLoss, type ScoreFn, type Weighting } from './matching';
export {
  correctorStep,
  denoised,
  eulerMaruyamaStep,
  logLikelihood,
  type Moved,
  type OdeSamplingOptions,
  probabilityFlow,
  sampleOde,
  sampleSde,
  type SdeSamplingOptions,
} from './sampling';
export { type Sde, veSde, vpSde } from './sde';

export interface ScoreConfig extends TimeNetworkConfig {
  readonly sde: Sde;
}

/** Its network predicts the noise that was mixed in, ε = −std · score: a number of the size of 1 at every time. */
export type ScoreModel = TimeNetwork<ScoreConfig>;

/** With the VP SDE, for 28×28 grey images and for points of the plane. */
export const defaults: Readonly<Record<'images' | 'points', ScoreConfig>> = {
  images: { ...timeNetworkDefaults.images, sde: vpSde() },
  points: { ...timeNetworkDefaults.points, sde: vpSde() },
};

/** A U-Net for [H, W, C], an MLP for [n]; untrained, they answer 0. */
export function buildScoreModel(config: Partial<ScoreConfig> = {}): ScoreModel {
  return buildTimeNetwork({ ...defaults[config.inputShape?.length === 1 ? 'points' : 'images'], ...config });
}

/**
 * s(x, t) = −network(c x, t) / std(t), with c = 1/√(mean² + std²) so that the network's input has one size at every time.
 * @param labels class of each example, [B]; none means no class
 */
export function scoreFn(model: ScoreModel, labels?: Tensor1D): ScoreFn {
  const { sde, inputShape } = model.config;
  return (x, t) =>
    tf.tidy(() => {
      const marginals = t.map((time) => sde.marginalProb(time));
      const shape = [t.length, ...inputShape.map(() => 1)];
      const sizes = marginals.map(({ mean, std }) => 1 / Math.hypot(mean, std));
      const noise = answer(model, x.mul(tf.tensor(sizes, shape)), t, labels);
      const spreads = marginals.map(({ std }) => -std);
      return noise.div(tf.tensor(spreads, shape));
    });
}

export interface ScoreTraining extends TimeNetworkTraining {
  /** Default `variance`, for samples; `likelihood` for log p. */
  readonly weighting?: Weighting;
}

/** Trains by denoising score matching at times drawn evenly from [ε, 1], and keeps the running average of the weights. */
export function trainScoreModel(
  model: ScoreModel,
  data: ImageSplit | tf.Tensor,
  { weighting, ...options }: ScoreTraining = {},
): Promise<History> {
  const { sde } = model.config;
  return trainTimeNetwork(model, `score model, ${sde.kind}`, data, options, (x0, labels, random) => {
    const t = Array.from({ length: x0.shape[0] }, () => sde.epsilon + (1 - sde.epsilon) * random.next());
    return scoreMatchingLoss(scoreFn(model, labels), x0, t, random.normal(x0.shape), sde, weighting);
  });
}

export interface ModelSampling {
  /** Class of each sample, [n]. */
  readonly labels?: Tensor1D;
  /** `average` (default) or the weights as the last step left them. */
  readonly weights?: 'average' | 'last';
}

/** Draws from the prior and follows the reverse SDE: images in [0, 1], or points. -> [n, …] */
export function sample(
  model: ScoreModel,
  n: number,
  random: Random,
  { labels, weights = 'average', ...options }: SdeSamplingOptions & ModelSampling = {},
): Promise<Tensor> {
  const { sde, inputShape } = model.config;
  return sampleWith(model, weights, () => sampleSde(scoreFn(model, labels), [n, ...inputShape], sde, random, options));
}

/** Draws from the prior and follows the probability flow: images in [0, 1], or points. -> [n, …] */
export async function sampleByOde(
  model: ScoreModel,
  n: number,
  random: Random,
  { labels, weights = 'average', ...options }: OdeSamplingOptions & ModelSampling = {},
): Promise<Tensor> {
  const { sde, inputShape } = model.config;
  const noise = tf.tidy(() => random.normal([n, ...inputShape]).mul(sde.priorStd));
  try {
    return await sampleWith(model, weights, () => sampleOde(scoreFn(model, labels), noise, sde, options));
  } finally {
    noise.dispose();
  }
}
