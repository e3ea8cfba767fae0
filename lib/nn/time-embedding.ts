import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';

/**
 * Tells a network the time by sines and cosines from fast to slow, Vaswani et al. (2017), arXiv:1706.03762, §3.5, in the
 * order and with the frequencies of Ho, Jain & Abbeel's DDPM code: sin(t ω_i) for i < n/2, then cos(t ω_i), with ω from 1 down
 * to 1/maxPeriod.
 *
 * @param t one time for each example, whole or not, [B]
 * @param dim length of the embedding, even and at least 4
 * @returns [B, dim]
 */
export function timestepEmbedding(t: tf.Tensor1D, dim: number, maxPeriod = 10_000): tf.Tensor2D {
  checkDim('timestepEmbedding', dim);
  return tf.tidy(() => {
    const half = dim / 2;
    const frequencies = Array.from({ length: half }, (_, i) => Math.exp((-Math.log(maxPeriod) * i) / (half - 1)));
    const angles = t
      .toFloat()
      .reshape([-1, 1])
      .mul(tf.tensor2d([frequencies])); // [B, dim/2]
    return tf.concat([angles.sin(), angles.cos()], 1) as tf.Tensor2D;
  });
}

export interface TimeEmbeddingConfig {
  readonly name: string;
  readonly dim: number;
  /** What t is multiplied by first: 1 for steps that count to about 1,000, 1,000 for a time between 0 and 1. Default 1. */
  readonly scale?: number;
}

/** `timestepEmbedding` as a layer. [B] -> [B, dim] */
export class TimeEmbedding extends tf.layers.Layer {
  static readonly className: string = 'TimeEmbedding';

  constructor(private readonly config: TimeEmbeddingConfig) {
    super({ name: config.name });
    checkDim(config.name, config.dim);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { dim, scale = 1 } = this.config;
    const [t] = Array.isArray(inputs) ? inputs : [inputs];
    return tf.tidy(() => timestepEmbedding(scale === 1 ? (t as tf.Tensor1D) : t.toFloat().mul(scale), dim));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [inputShape[0], this.config.dim];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(TimeEmbedding);

export interface LabelEmbeddingConfig {
  readonly name: string;
  readonly classes: number;
  readonly dim: number;
  /** Of the first weights. */
  readonly seed: number;
}

/**
 * A learned vector for each class, and one more, number `classes`, that stands for "no class told": classifier-free guidance
 * trains it. [B] -> [B, dim]
 */
export class LabelEmbedding extends tf.layers.Layer {
  static readonly className: string = 'LabelEmbedding';
  private table!: ReturnType<tf.layers.Layer['addWeight']>;

  constructor(private readonly config: LabelEmbeddingConfig) {
    super({ name: config.name });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { classes, dim, seed } = this.config;
    const initializer = tf.initializers.randomNormal({ mean: 0, stddev: 1, seed });
    this.table = this.addWeight('table', [classes + 1, dim], 'float32', initializer);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [labels] = Array.isArray(inputs) ? inputs : [inputs];
    return tf.tidy(() => this.table.read().gather(labels.toInt()));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [inputShape[0], this.config.dim];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(LabelEmbedding);

function checkDim(where: string, dim: number): void {
  if (Number.isInteger(dim) && dim >= 4 && dim % 2 === 0) return;
  throw new UserError(`${where}: dim is an even number of at least 4, got ${dim}.`);
}
