/**
 * What the adversarial families share: a generator and a discriminator (a critic, where it gives a score instead of a
 * probability), and their training in turn. What sets the families apart, losses and constraints, is in their own files.
 *
 * Images are in [0, 1] for everyone outside; inside, between the networks, they are in [−1, 1] as tanh makes them.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../engine';
import {
  checkGanNet,
  type Conditioning,
  detached,
  discriminatorBody,
  type DiscriminatorConfig,
  generatorBody,
  type GeneratorConfig,
  Seeds,
  stateOf,
  variablesOf,
} from '../nn';
import { type AlternatingOptions, type History, type Loss, type PlayerSettings, trainAlternating } from '../training';
import { asSplit, type ImageBatch, type ImageSplit, type ImageTraining } from './data';
import { expectShape } from './shapes';

export interface AdversarialConfig {
  /** Of one example: [H, W, C] of an image, or [n] of a point. */
  readonly inputShape: readonly number[];
  /** Length of z ~ N(0, I). */
  readonly latentDim: number;
  readonly generator: GeneratorConfig;
  readonly discriminator: DiscriminatorConfig;
  /** `tanh` for images, `linear` for points. */
  readonly output: 'tanh' | 'linear';
  /** Of the first weights. */
  readonly seed: number;
}

/** A config with anything left out; what is left out follows from `inputShape` and the family. */
export type AdversarialOptions = Partial<Omit<AdversarialConfig, 'generator' | 'discriminator'>> & {
  readonly generator?: Partial<GeneratorConfig>;
  readonly discriminator?: Partial<DiscriminatorConfig>;
};

export interface AdversarialPair {
  readonly config: AdversarialConfig;
  readonly generator: tf.LayersModel; // [B,k] (, [B,c]) -> [B, …]
  readonly discriminator: tf.LayersModel; // [B, …] (, [B,c]) -> [B,1], a logit or a score
}

type Norms = { readonly generator: GeneratorConfig['norm']; readonly discriminator: DiscriminatorConfig['norm'] };

/** Fills up a config: convolutions for images, three dense layers for points. */
export function completeConfig(options: AdversarialOptions, norms: Norms): AdversarialConfig {
  const { inputShape = [28, 28, 1], seed = 0 } = options;
  const isImage = inputShape.length === 3;
  const part = <N>(norm: N, arch = isImage ? ('conv' as const) : ('mlp' as const)) => ({
    arch,
    norm,
    hidden: arch === 'mlp' ? (isImage ? [512, 512] : [128, 128, 128]) : convolutionWidths(inputShape),
  });
  const { hidden, ...judge } = part(
    isImage ? norms.discriminator : plain(norms.discriminator),
    options.discriminator?.arch,
  );
  return {
    inputShape,
    latentDim: options.latentDim ?? (isImage ? 64 : 2),
    generator: { ...part(isImage ? norms.generator : 'none', options.generator?.arch), ...options.generator },
    discriminator: {
      ...judge,
      hidden: judge.arch === 'conv' ? [...hidden].reverse() : hidden,
      ...options.discriminator,
    },
    output: options.output ?? (isImage ? 'tanh' : 'linear'),
    seed,
  };
}

/** Points need no batch norm; spectral norm is the method itself and stays. */
function plain(norm: DiscriminatorConfig['norm']): DiscriminatorConfig['norm'] {
  return norm === 'batch' ? 'none' : norm;
}

/** Maps from 7×7 or 4×4 upwards, twice the channels at half the side: [128, 64] for 28×28, [256, 128, 64] for 32×32. */
function convolutionWidths([height, width]: readonly number[]): number[] {
  const widths: number[] = [];
  for (let side = Math.min(height, width); side > 7 && side % 2 === 0; side /= 2)
    widths.unshift(Math.min(256, 64 * 2 ** widths.length));
  return widths;
}

/**
 * Fresh networks for a config.
 * @param condition its length, and how the discriminator takes it; the generator has it beside z
 */
export function buildPair(
  where: string,
  config: AdversarialConfig,
  condition?: { readonly size: number; readonly conditioning: Conditioning },
): AdversarialPair {
  const { inputShape, latentDim, output, seed } = config;
  checkGanNet(config.generator, inputShape, `${where}, generator`);
  checkGanNet(config.discriminator, inputShape, `${where}, discriminator`);
  const seeds = new Seeds(seed);
  const conditionInput = () => condition && tf.input({ shape: [condition.size], name: 'y' });
  const network = (
    name: string,
    first: tf.SymbolicTensor,
    second: tf.SymbolicTensor | undefined,
    outputs: tf.SymbolicTensor,
  ) => tf.model({ name, inputs: second ? [first, second] : first, outputs });

  const z = tf.input({ shape: [latentDim], name: 'latent' });
  const yOfGenerator = conditionInput();
  const made = generatorBody(z, yOfGenerator, inputShape, config.generator, output, seeds); // [B, …]
  const x = tf.input({ shape: [...inputShape], name: 'x' });
  const yOfJudge = conditionInput();
  const score = discriminatorBody(x, yOfJudge, config.discriminator, condition?.conditioning ?? 'concat', seeds); // [B,1]
  return {
    config,
    generator: network('generator', z, yOfGenerator, made),
    discriminator: network('discriminator', x, yOfJudge, score),
  };
}

/** G(z): images in [0, 1], or points. [B,k] (, [B,c]) -> [B, …] */
export function generate<X extends tf.Tensor = Tensor4D>(model: AdversarialPair, z: Tensor2D, condition?: Tensor2D): X {
  expectShape('generate', 'z', z, ['B', model.config.latentDim]);
  return tf.tidy(() => fromNetwork(model.config, model.generator.apply(together(z, condition)) as X));
}

/** Draws z ~ N(0, I) and generates: [n, H, W, C] in [0, 1], or points [n, dims]. */
export function sample<X extends tf.Tensor = Tensor4D>(model: AdversarialPair, n: number, random: Random): X {
  return tf.tidy(() => generate<X>(model, random.normal<tf.Rank.R2>([n, model.config.latentDim])));
}

/**
 * What the discriminator makes of images in [0, 1] or points, before any sigmoid: a logit, log D/(1−D), or a critic's score.
 * [B, …] (, [B,c]) -> [B]
 */
export function discriminate(model: AdversarialPair, x: tf.Tensor, condition?: Tensor2D): Tensor1D {
  expectShape('discriminate', 'x', x, ['B', ...model.config.inputShape]);
  return tf.tidy(() => {
    const scores = model.discriminator.apply(together(toNetwork(model.config, x), condition)) as tf.Tensor;
    return scores.reshape([-1]);
  });
}

/** Gives the memory of both networks back. */
export function disposePair({ generator, discriminator }: AdversarialPair): void {
  generator.dispose();
  discriminator.dispose();
}

/** The networks as they run in training: batch statistics, power iterations; images in [−1, 1]. */
export interface InTraining {
  /** [B,k] (, [B,c]) -> [B, …] */
  generate(z: Tensor2D, condition?: Tensor2D): tf.Tensor;
  /** The same, for the discriminator's loss: the generator stands still, so no gradient is kept for it. */
  generateFixed(z: Tensor2D, condition?: Tensor2D): tf.Tensor;
  /** [B, …] (, [B,c]) -> [B] */
  judge(x: tf.Tensor, condition?: Tensor2D): Tensor1D;
  /** A batch of the data, as the networks have it. */
  real(images: tf.Tensor): tf.Tensor;
  latents(count: number, random: Random): Tensor2D;
}

/** The networks as a training step calls them: in training mode, between −1 and 1. */
export function inTraining({ config, generator, discriminator }: AdversarialPair): InTraining {
  const training = { training: true };
  const generate = (z: Tensor2D, condition?: Tensor2D) =>
    generator.apply(together(z, condition), training) as tf.Tensor;
  return {
    generate,
    generateFixed: (z, condition) => detached(() => generate(z, condition)),
    judge: (x, condition) => (discriminator.apply(together(x, condition), training) as tf.Tensor).reshape([-1]),
    real: (images) => toNetwork(config, images),
    latents: (count, random) => random.normal<tf.Rank.R2>([count, config.latentDim]),
  };
}

export interface AdversarialTraining extends ImageTraining {
  /** Rounds in all, instead of `epochs`. */
  readonly steps?: number;
  /** Updates of the discriminator for one of the generator: k of Algorithm 1 of Goodfellow et al. (2014). */
  readonly discriminatorSteps?: number;
  /** Of the generator, where it is not that of the discriminator. */
  readonly generatorLearningRate?: number;
  /** β₁ and β₂ of Adam. */
  readonly betas?: readonly [number, number];
}

/** What sets a family apart. Scores are what `discriminate` gives, [B]. */
export interface Rules {
  readonly name: string;
  readonly discriminatorName?: string;
  readonly discriminatorLoss: (nets: InTraining, real: tf.Tensor, fake: tf.Tensor, random: Random) => Loss;
  readonly generatorLoss: (fake: Tensor1D) => tf.Tensor;
  readonly defaults?: Pick<AdversarialTraining, 'learningRate' | 'discriminatorSteps' | 'betas'>;
  /** Instead of Adam, one for each player. */
  readonly optimizer?: (learningRate: number) => tf.Optimizer;
  /** After each update of the discriminator. */
  readonly onUpdate?: () => void;
}

/** Trains a pair by a family's rules; `history.loss` is the discriminator's, `history.metrics.generator` the generator's. */
export async function trainPair(
  model: AdversarialPair,
  data: ImageSplit | tf.Tensor,
  rules: Rules,
  options: AdversarialTraining,
): Promise<History> {
  const nets = inTraining(model);
  const { optimizer, onUpdate } = rules;
  const {
    learningRate = 2e-4,
    discriminatorSteps,
    betas,
    generatorLearningRate,
    ...rest
  } = { ...rules.defaults, ...options };
  const settings = (rate: number) => ({ learningRate: rate, betas, optimizer: optimizer?.(rate) });
  const players: PlayerSettings<ImageBatch>[] = [
    {
      name: rules.discriminatorName ?? 'discriminator',
      variables: variablesOf(model.discriminator),
      steps: discriminatorSteps,
      onUpdate,
      ...settings(learningRate),
      loss({ images }, random) {
        const fake = nets.generateFixed(nets.latents(images.shape[0], random)); // [B, …]
        return rules.discriminatorLoss(nets, nets.real(images), fake, random);
      },
    },
    {
      name: 'generator',
      variables: variablesOf(model.generator),
      ...settings(generatorLearningRate ?? learningRate),
      loss: ({ images }, random) =>
        rules.generatorLoss(nets.judge(nets.generate(nets.latents(images.shape[0], random)))),
    },
  ];
  const state = stateOf(model.generator, model.discriminator);
  try {
    return await trainAlternating({ ...loop(data, rest, rules.name, discriminatorSteps), players, state });
  } finally {
    for (const player of players) player.optimizer?.dispose();
  }
}

/** The loop's part of the options, for data with one entry an example along the first axis. */
export function loop(
  data: ImageSplit | tf.Tensor,
  { batchSize = 64, seed = 0, steps, epochs = steps === undefined ? 5 : undefined, ...rest }: AdversarialTraining,
  name: string,
  batchesARound = 1,
): Omit<AlternatingOptions<ImageBatch>, 'players'> {
  const split = asSplit(data);
  return {
    name,
    epochs,
    steps,
    seed,
    stepsPerEpoch: Math.floor(split.size / batchSize / batchesARound) || undefined,
    batches: (epoch) => split.batches({ batchSize, seed, epoch, dropLast: split.size >= batchSize }),
    ...rest,
  };
}

/** As networks take more than one input. */
function together(first: tf.Tensor, second: tf.Tensor | undefined): tf.Tensor | tf.Tensor[] {
  return second ? [first, second] : first;
}

function toNetwork({ output }: AdversarialConfig, x: tf.Tensor): tf.Tensor {
  return output === 'tanh' ? x.mul(2).sub(1) : x;
}

function fromNetwork<X extends tf.Tensor>({ output }: AdversarialConfig, x: X): X {
  return output === 'tanh' ? x.add(1).div<X>(2) : x;
}
