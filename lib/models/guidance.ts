/**
 * Guidance: telling a diffusion model what to draw.
 * By a classifier: Dhariwal & Nichol (2021), arXiv:2105.05233. Without one: Ho & Salimans (2022), arXiv:2207.12598.
 *
 * Both follow from Bayes: ∇ log p(x|y) = ∇ log p(x) + ∇ log p(y|x), and ε = −σ ∇ log p. More weight on the last term makes samples more
 * typical of y and less varied.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { UserError } from '../errors';
import * as ddim from './ddim';
import * as ddpm from './ddpm';
import type { LoopOptions } from './sampling-loop';
import { expectSameShape } from './shapes';

/** log-odds of each class for a noisy x_t at the steps t. [B, …], [B] -> [B, classes] */
export type Classifier = (xt: tf.Tensor, t: readonly number[]) => Tensor2D;

/** ∇ log p(y|x_t), taken at x_t itself, for each example. [B, …] -> [B, …] */
export function classifierGradient<X extends tf.Tensor>(
  classifier: Classifier,
  xt: X,
  t: readonly number[],
  labels: Tensor1D,
): X {
  return tf.tidy(() => {
    // Examples do not see one another, so the gradient of the sum has each one's own.
    const logProbability = (x: tf.Tensor) => {
      const logits = classifier(x, t);
      const chosen = tf.oneHot(labels.toInt(), logits.shape[1]).toFloat();
      return logits.logSoftmax().mul(chosen).sum();
    };
    return tf.grad(logProbability)(xt) as X;
  });
}

/** Algorithm 1: μ + s Σ ∇ log p(y|x_t). A scale s of 1 is Bayes's; ADM's samples use up to 10. */
export function guidedMean<X extends tf.Tensor>(
  { mean, logVariance }: ddpm.Gaussian<X>,
  gradient: tf.Tensor,
  scale: number,
): X {
  expectSameShape('guidedMean', { mean, gradient });
  return tf.tidy(() => mean.add(logVariance.exp().mul(gradient).mul(scale)) as X);
}

/** Classifier guidance for `ddpm.pSampleLoop`: `{ guide: classifierGuide(…) }`. */
export function classifierGuide(
  classifier: Classifier,
  labels: Tensor1D,
  scale: number,
  schedule: ddpm.Schedule,
): ddpm.Guide {
  return (step, xt, t) =>
    tf.tidy(() => {
      const told = t.map((s) => schedule.timesteps[s]);
      return guidedMean(step, classifierGradient(classifier, xt, told, labels), scale);
    });
}

/** Algorithm 2: ε̂ = ε − s √(1−ᾱ_t) ∇ log p(y|x_t), for samplers without a variance, such as DDIM. */
export function guidedEpsilon<X extends tf.Tensor>(
  epsilon: X,
  gradient: tf.Tensor,
  t: readonly number[],
  scale: number,
  schedule: ddpm.Schedule,
): X {
  expectSameShape('guidedEpsilon', { epsilon, gradient });
  return tf.tidy(() => {
    const spread = ddpm.perExample(epsilon, t, (s) => scale * Math.sqrt(1 - schedule.alphasCumprod[s]), schedule);
    return epsilon.sub(gradient.mul(spread)) as X;
  });
}

/**
 * A network with a classifier's guidance in it, which any sampler takes with `prediction: 'epsilon'`, whatever the network itself
 * answers with.
 */
export function classifierGuidedDenoiser(
  denoise: ddpm.Denoiser,
  classifier: Classifier,
  labels: Tensor1D,
  scale: number,
  schedule: ddpm.Schedule,
  { prediction = 'epsilon', clip }: Pick<ddpm.ReverseOptions, 'prediction' | 'clip'> = {},
): ddpm.Denoiser {
  const stepOf = new Map(schedule.timesteps.map((told, t) => [told, t]));
  return (xt, told) =>
    tf.tidy(() => {
      const t = told.map((time) => stepOf.get(time) ?? NaN);
      const { epsilon } = ddpm.partsOf(prediction, denoise(xt, told), xt, t, schedule, clip);
      return guidedEpsilon(epsilon, classifierGradient(classifier, xt, told, labels), t, scale, schedule);
    });
}

/**
 * Classifier-free guidance: γ c + (1−γ) u of the answers with (c) and without (u) the condition. γ = 1 is the condition as learned,
 * 0 ignores it, above 1 goes beyond it. Right for ε, x_0 and v alike, since each is linear in the others.
 */
export function guided<X extends tf.Tensor>(conditional: X, unconditional: X, gamma: number): X {
  expectSameShape('guided', { conditional, unconditional });
  return tf.tidy(() => conditional.mul(gamma).add(unconditional.mul(1 - gamma)) as X);
}

/** The same as Ho & Salimans write it, eq. 6: (1+w) c − w u. Their w is γ − 1: 0 is the condition as learned. */
export function guidedByWeight<X extends tf.Tensor>(conditional: X, unconditional: X, w: number): X {
  return guided(conditional, unconditional, 1 + w);
}

/**
 * The network of a conditional model under classifier-free guidance. Both answers come from one evaluation of a doubled batch.
 * @param labels class of each example, [B]
 */
export function guidedDenoiser(model: ddpm.Ddpm, labels: Tensor1D, gamma: number): ddpm.Denoiser {
  const { classes, variance } = model.config;
  if (classes === 0) throw new UserError('guidedDenoiser: this model knows no classes; build it with classes above 0.');
  if (gamma === 1) return ddpm.denoiserOf(model, labels); // half the work
  return (xt, t) =>
    tf.tidy(() => {
      const both = tf.concat([labels.toFloat(), tf.fill(labels.shape, classes)]) as Tensor1D; // [2B]
      const answer = ddpm.denoiserOf(model, both)(tf.concat([xt, xt]), [...t, ...t]);
      const [c, u] = tf.split(answer, 2);
      if (variance !== 'learned') return guided(c, u, gamma);
      const [[mean, share], [freeMean]] = [tf.split(c, 2, -1), tf.split(u, 2, -1)];
      return tf.concat([guided(mean, freeMean, gamma), share], -1); // the variance stays the condition's
    });
}

export interface ModelSampleOptions extends LoopOptions {
  /** Default 3. */
  readonly gamma?: number;
  /** Default `ddim`, in 50 steps without noise. */
  readonly sampler?: 'ddim' | 'ddpm';
  /** Of `ddim`: which of the steps 1…T are taken, in rising order. */
  readonly steps?: readonly number[];
}

/** New examples of the classes given, one for each label, by classifier-free guidance: images in [0, 1], or points. [n] -> [n, …] */
export function sample<X extends tf.Tensor>(
  model: ddpm.Ddpm,
  labels: Tensor1D,
  random: Random,
  { gamma = 3, sampler = 'ddim', steps, ...loop }: ModelSampleOptions = {},
): Promise<X> {
  const shape = [labels.shape[0], ...model.config.inputShape];
  const denoise = guidedDenoiser(model, labels, gamma);
  const options = { ...ddpm.reverseOptions(model), ...loop };
  return ddpm.sampleWith(model, 'average', async () => {
    if (sampler === 'ddpm') return ddpm.pSampleLoop<X>(denoise, shape, random, model.schedule, options);
    const xT = random.normal(shape) as tf.Tensor as X;
    const x = await ddim.ddimSampleLoop(ddim.meanOf(model, denoise), xT, model.schedule, { ...options, steps });
    xT.dispose();
    return x;
  });
}
