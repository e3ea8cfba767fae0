/**
 * Score-based generative models: a network learns ∇ log p of noisy data, and samplers follow it back to clean data.
 * Song & Ermon (2019), arXiv:1907.05600; Song et al. (2020), arXiv:2011.13456.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { UserError } from '../../errors';
import { buildMlpDenoiser, buildUnet, type MlpDenoiserConfig, type UnetConfig, variablesOf } from '../../nn';
import { type History, train } from '../../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from '../data';
import { expectShape } from '../shapes';
import { scoreMatchingLoss, type ScoreFn, type Weighting } from './matching';
import { type OdeSamplingOptions, sampleOde, sampleSde, type SdeSamplingOptions } from './sampling';
import { type Sde, vpSde } from './sde';

export { annealedLangevin, type AnnealedLangevinOptions, geometricSigmas, langevinStep } from './langevin';
export { denoisingScoreMatchingLoss, perturb, scoreMatchingLoss, type ScoreFn, type Weighting } from './matching';
export {
  correctorStep,
  eulerMaruyamaStep,
  logLikelihood,
  type OdeSamplingOptions,
  probabilityFlow,
  sampleOde,
  sampleSde,
  type SdeSamplingOptions,
} from './sampling';
export { type Sde, veSde, vpSde } from './sde';

export interface ScoreConfig {
  /** Of one example: [H, W, C] of an image, which gets a U-Net, or [n] of a point, which gets an MLP. */
  readonly inputShape: readonly number[];
  readonly sde: Sde;
  /** Number of classes, 0: none. Label number `classes` then says "no class". */
  readonly classes: number;
  /** What the U-Net should have different from its defaults. */
  readonly unet: Partial<Omit<UnetConfig, 'inputShape' | 'classes' | 'seed' | 'timeScale'>>;
  /** What the MLP should have different from its defaults. */
  readonly mlp: Partial<Pick<MlpDenoiserConfig, 'width' | 'layers'>>;
  /** Of the first weights. */
  readonly seed: number;
}

export interface ScoreModel {
  readonly config: ScoreConfig;
  readonly sde: Sde;
  /** Predicts the noise that was mixed in, ε = −std · score: a number of the size of 1 at every time. */
  readonly network: tf.LayersModel; // [B, …], [B] (, [B]) -> [B, …]
}

/** For 28×28 grey images scaled to [−1, 1], with the VP SDE. */
export const defaults: ScoreConfig = { inputShape: [28, 28, 1], sde: vpSde(), classes: 0, unet: {}, mlp: {}, seed: 0 };

/** @throws UserError when the shape and the network do not fit together. */
export function buildScoreModel(config: Partial<ScoreConfig> = {}): ScoreModel {
  const full: ScoreConfig = { ...defaults, ...config };
  const { inputShape, classes, seed } = full;
  const shared = { classes, seed, timeScale: 1000 }; // t in [0, 1]
  const network =
    inputShape.length === 1
      ? buildMlpDenoiser({ ...full.mlp, ...shared, dims: inputShape[0] })
      : buildUnet({ ...full.unet, ...shared, inputShape });
  return { config: full, sde: full.sde, network };
}

/**
 * s(x, t) = −network(c x, t) / std(t), with c = 1/√(mean² + std²) so that the network's input has one size at every time.
 * @param labels of a conditional model, one for each example
 */
export function scoreFn(model: ScoreModel, labels?: Tensor1D): ScoreFn {
  const { network, sde, config } = model;
  if (config.classes > 0 && !labels) throw new UserError('This score model is conditional: pass the labels too.');
  return (x, t) => {
    expectShape('scoreFn', 'x', x, ['B', ...config.inputShape]);
    return tf.tidy(() => {
      const marginals = t.map((time) => sde.marginalProb(time));
      const shape = [t.length, ...config.inputShape.map(() => 1)];
      const scale = tf.tensor(
        marginals.map(({ mean, std }) => 1 / Math.hypot(mean, std)),
        shape,
      );
      const inputs = [x.mul(scale), tf.tensor1d([...t]), ...(config.classes > 0 && labels ? [labels] : [])];
      const noise = network.apply(inputs) as Tensor; // [B, …]
      return noise.div(
        tf.tensor(
          marginals.map(({ std }) => -std),
          shape,
        ),
      );
    });
  };
}

export interface ScoreTraining extends ImageTraining {
  /** Default `variance`, for samples; `likelihood` for log p. */
  readonly weighting?: Weighting;
}

/** Trains by denoising score matching at times drawn evenly from [ε, 1]. Images are expected in [−1, 1]. */
export function trainScoreModel(
  model: ScoreModel,
  data: ImageSplit | tf.Tensor,
  options: ScoreTraining = {},
): Promise<History> {
  const split = asSplit(data);
  const {
    epochs = 5,
    batchSize = 128,
    learningRate = 2e-3,
    schedule = 'cosine',
    seed = 0,
    weighting,
    ...rest
  } = options;
  const { sde } = model;
  return train<ImageBatch>({
    name: `score model, ${sde.kind}`,
    variables: variablesOf(model.network),
    epochs,
    stepsPerEpoch: Math.floor(split.size / batchSize) || 1,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    loss: ({ images, labels }, random) => {
      const t = Array.from({ length: images.shape[0] }, () => sde.epsilon + (1 - sde.epsilon) * random.next());
      return scoreMatchingLoss(scoreFn(model, labels), images, t, random.normal(images.shape), sde, weighting);
    },
    learningRate,
    schedule,
    seed,
    ...rest,
  });
}

/** Draws from the prior and follows the reverse SDE, with a corrector where asked for. -> [n, …] */
export function sample(
  model: ScoreModel,
  n: number,
  random: Random,
  options: SdeSamplingOptions & { readonly labels?: Tensor1D } = {},
): Tensor {
  return sampleSde(scoreFn(model, options.labels), [n, ...model.config.inputShape], model.sde, random, options);
}

/** Draws from the prior and follows the probability flow. -> [n, …] */
export function sampleByOde(
  model: ScoreModel,
  n: number,
  random: Random,
  options: OdeSamplingOptions & { readonly labels?: Tensor1D } = {},
): Tensor {
  const noise = tf.tidy(() => random.normal([n, ...model.config.inputShape]).mul(model.sde.priorStd));
  const x = sampleOde(scoreFn(model, options.labels), noise, model.sde, options);
  noise.dispose();
  return x;
}

/** Gives the network's memory back. */
export function dispose(model: ScoreModel): void {
  model.network.dispose();
}
