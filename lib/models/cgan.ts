/**
 * Conditional GANs: the discriminator scores pairs of an example and a condition, so a good picture of the wrong thing loses too.
 * Labels beside the input: Mirza & Osindero (2014), arXiv:1411.1784. Captions and mismatched pairs: Reed et al. (2016),
 * arXiv:1605.05396. Projection: Miyato & Koyama (2018), arXiv:1802.05637.
 *
 * A condition is a class or a vector (a caption's embedding). Either way the networks see a vector: one-hot, or as given.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../engine';
import { UserError } from '../errors';
import { type Conditioning, stateOf, variablesOf } from '../nn';
import { type History, trainAlternating } from '../training';
import {
  type AdversarialConfig,
  type AdversarialOptions,
  type AdversarialPair,
  type AdversarialTraining,
  buildPair,
  completeConfig,
  discriminate as judge,
  disposePair,
  generate as make,
  inTraining,
  loop,
} from './adversarial';
import type { ImageBatch, ImageSplit } from './data';
import * as gan from './gan';
import { expectShape } from './shapes';

export { generatorLoss } from './gan';

/** `label`: one of `size` classes; `vector`: a caption's embedding of length `size`. */
export interface Condition {
  readonly kind: 'label' | 'vector';
  readonly size: number;
}

export interface CganConfig extends AdversarialConfig {
  readonly condition: Condition;
  /** How the discriminator takes the condition; the generator has it beside z. */
  readonly conditioning: Conditioning;
}

export type CganOptions = AdversarialOptions & Partial<Pick<CganConfig, 'condition' | 'conditioning'>>;

export interface Cgan extends AdversarialPair {
  readonly config: CganConfig;
}

/** Classes as numbers [B], or vectors [B, size]. */
export type Conditions = Tensor1D | Tensor2D;

/** Concatenation goes with batch norm as in DCGAN, projection with spectral norm as in its paper. */
const norms = {
  concat: { generator: 'batch', discriminator: 'batch' },
  projection: { generator: 'batch', discriminator: 'spectral' },
} as const;

export const defaults: Readonly<Record<Conditioning, CganConfig>> = {
  concat: complete({ conditioning: 'concat' }),
  projection: complete({ conditioning: 'projection' }),
};

function complete({ condition, conditioning = 'concat', ...rest }: CganOptions): CganConfig {
  return {
    ...completeConfig(rest, norms[conditioning]),
    condition: condition ?? { kind: 'label', size: 10 },
    conditioning,
  };
}

/** @throws UserError when the shape, the layers and the condition do not fit together. */
export function buildCgan(options: CganOptions = {}): Cgan {
  const config = complete(options);
  const { size } = config.condition;
  if (!Number.isInteger(size) || size < 1) {
    throw new UserError(`buildCgan: condition.size must be a whole number from 1, got ${size}.`);
  }
  const { generator, discriminator } = buildPair('buildCgan', config, { size, conditioning: config.conditioning });
  return { config, generator, discriminator };
}

/** Conditions as the networks see them. [B] -> one-hot [B, size]; [B, size] -> itself */
export function encodeCondition({ config: { condition } }: Cgan, given: Conditions): Tensor2D {
  const { kind, size } = condition;
  expectShape('condition', `the ${kind}s`, given, kind === 'label' ? ['B'] : ['B', size]);
  return tf.tidy(() => (kind === 'label' ? tf.oneHot(given.toInt(), size).toFloat() : given.clone()) as Tensor2D);
}

/** G(z, y): images in [0, 1], or points; the same z under another condition is the same style. [B,k], conditions -> [B, …] */
export function generate<X extends tf.Tensor = Tensor4D>(model: Cgan, z: Tensor2D, conditions: Conditions): X {
  return tf.tidy(() => make<X>(model, z, encodeCondition(model, conditions)));
}

/** One example for each condition, z drawn anew. -> [B, …] */
export function sample<X extends tf.Tensor = Tensor4D>(model: Cgan, conditions: Conditions, random: Random): X {
  const shape = [conditions.shape[0], model.config.latentDim];
  return tf.tidy(() => generate<X>(model, random.normal<tf.Rank.R2>(shape), conditions));
}

/** Logits of pairs of an example and a condition. [B, …], conditions -> [B] */
export function discriminate(model: Cgan, x: tf.Tensor, conditions: Conditions): Tensor1D {
  return tf.tidy(() => judge(model, x, encodeCondition(model, conditions)));
}

/** Logits of the three kinds of pairs, each [B]. */
export interface PairLogits {
  /** A real example with its own condition: to be accepted. */
  readonly realRight: Tensor1D;
  /** A real example with another's condition: to be rejected, though nothing is wrong with the example. */
  readonly realWrong: Tensor1D;
  /** A generated example with the condition that it was made for: to be rejected. */
  readonly fakeRight: Tensor1D;
}

/**
 * −log s_r − ½ (log(1 − s_w) + log(1 − s_f)), the batch's mean: GAN-CLS, Reed et al. (2016), Algorithm 1 line 8 with its sign
 * turned. Without the second term a discriminator never has to look at the condition of a real example. In nats. -> scalar
 */
export function matchingLoss({ realRight, realWrong, fakeRight }: PairLogits): Scalar {
  for (const [name, logits] of Object.entries({ realRight, realWrong, fakeRight })) {
    expectShape('matchingLoss', name, logits, ['B']);
  }
  return tf.tidy(() => {
    const rejected = realWrong.softplus().mean<Scalar>().add<Scalar>(fakeRight.softplus().mean());
    return realRight.neg().softplus().mean<Scalar>().add<Scalar>(rejected.mul(0.5));
  });
}

/**
 * Conditions that do not belong to the examples. Labels: each another class, all others equally likely. Vectors: the batch's own,
 * moved along by one number of places; two equal captions in a batch may meet. [B] -> [B], [B, size] -> [B, size]
 */
export function mismatched<C extends Conditions>(model: Cgan, right: C, random: Random): C {
  const { kind, size } = model.config.condition;
  const count = right.shape[0];
  if ((kind === 'label' ? size : count) < 2) {
    throw new UserError(`mismatched: there must be two ${kind}s at least, to have a wrong one.`);
  }
  return tf.tidy(() => {
    if (kind === 'label') {
      const shifts = Int32Array.from({ length: count }, () => 1 + random.int(size - 1));
      return right.toInt().add(tf.tensor1d(shifts, 'int32')).mod(tf.scalar(size, 'int32')) as C;
    }
    const shift = 1 + random.int(count - 1);
    return right.gather(
      tf.tensor1d(
        Array.from({ length: count }, (_, i) => (i + shift) % count),
        'int32',
      ),
    ) as C;
  });
}

/** A batch with what each example is to be made from; `labels` or `conditions`, as the config's condition has it. */
export interface ConditionedBatch extends ImageBatch {
  /** [B, size] */
  readonly conditions?: Tensor2D;
}

export interface CganTraining extends AdversarialTraining {
  /** `mismatched` adds real examples with wrong conditions to what the discriminator must reject. Default `mismatched`. */
  readonly pairs?: 'mismatched' | 'matched';
  /** Default `non-saturating`. */
  readonly generatorLoss?: gan.GeneratorLoss;
}

/**
 * Trains on a split with labels, or with vectors under `conditions` in its batches. `history.metrics` has `generator` and the
 * mean probabilities `real`, `fake` and, with mismatched pairs, `wrong`.
 */
export function trainCgan(model: Cgan, data: ImageSplit, options: CganTraining = {}): Promise<History> {
  const nets = inTraining(model);
  const { pairs = 'mismatched', generatorLoss: kind, learningRate = 2e-4, ...others } = options;
  const { generatorLearningRate, discriminatorSteps, betas = [0.5, 0.999], ...rest } = others;
  return trainAlternating<ConditionedBatch>({
    ...loop(data, rest, 'Conditional GAN', discriminatorSteps),
    state: stateOf(model.generator, model.discriminator),
    players: [
      {
        name: 'discriminator',
        variables: variablesOf(model.discriminator),
        steps: discriminatorSteps,
        learningRate,
        betas,
        loss(batch, random) {
          const right = conditionsOf(model, batch);
          const y = encodeCondition(model, right);
          const images = nets.real(batch.images);
          const made = nets.generateFixed(nets.latents(images.shape[0], random), y);
          const [real, fake] = [nets.judge(images, y), nets.judge(made, y)];
          const means = { real: real.sigmoid().mean(), fake: fake.sigmoid().mean() };
          if (pairs === 'matched') return { loss: gan.discriminatorLoss(real, fake), ...means };
          const wrong = nets.judge(images, encodeCondition(model, mismatched(model, right, random.fork('wrong'))));
          const loss = matchingLoss({ realRight: real, realWrong: wrong, fakeRight: fake });
          return { loss, ...means, wrong: wrong.sigmoid().mean() };
        },
      },
      {
        name: 'generator',
        variables: variablesOf(model.generator),
        learningRate: generatorLearningRate ?? learningRate,
        betas,
        loss(batch, random) {
          const y = encodeCondition(model, conditionsOf(model, batch));
          const made = nets.generate(nets.latents(y.shape[0], random), y);
          return gan.generatorLoss(nets.judge(made, y), kind);
        },
      },
    ],
  });
}

function conditionsOf({ config: { condition } }: Cgan, { labels, conditions }: ConditionedBatch): Conditions {
  const given = condition.kind === 'label' ? labels : conditions;
  if (given) return given;
  const missing = condition.kind === 'label' ? 'labels' : 'conditions';
  throw new UserError(
    `trainCgan: the condition is a ${condition.kind}, so each batch must have ${missing}; there are none.`,
  );
}

/** Gives the memory of both networks back. */
export const dispose = disposePair;
