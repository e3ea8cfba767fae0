/** A transformer's block and what it stands on: layer normalization, embeddings of tokens and places. */
import * as tf from '@tensorflow/tfjs';
import { attention } from './attention';
import { Seeds } from './seeds';

type Weight = ReturnType<tf.layers.Layer['addWeight']>;

/**
 * Ba, Kiros & Hinton (2016), arXiv:1607.06450, eq. 4: each vector is brought to mean 0 and variance 1, then scaled and shifted.
 * @param x [..., C]
 * @param gamma scale of each channel, [C]
 * @param beta shift of each channel, [C]
 */
export function layerNorm<X extends tf.Tensor>(x: X, gamma: tf.Tensor, beta: tf.Tensor, epsilon = 1e-5): X {
  return tf.tidy(() => {
    const centered = x.sub(x.mean(-1, true));
    const variance = centered.square().mean(-1, true);
    return centered.mul(variance.add(epsilon).rsqrt()).mul(gamma).add(beta) as X;
  });
}

/** Half of Hendrycks & Gimpel (2016), arXiv:1606.08415: x Φ(x), with the exact Φ. */
export function gelu<X extends tf.Tensor>(x: X): X {
  return tf.tidy(() => x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5) as X);
}

export interface TransformerConfig {
  readonly name: string;
  readonly heads: number;
  /** Units of the hidden layer between the two dense ones. */
  readonly hidden: number;
  /** Of the first weights. */
  readonly seed: number;
}

/**
 * One block of Vaswani et al. (2017), arXiv:1706.03762, in the order that trains without a warm-up (Xiong et al. 2020,
 * arXiv:2002.04745): x + attention(norm(x)), then x + dense(gelu(dense(norm(x)))). Padding (token 0) is not looked at.
 *
 * x [B, N, C], tokens [B, N] -> [B, N, C]
 */
export class TransformerBlock extends tf.layers.Layer {
  static readonly className: string = 'TransformerBlock';
  private readonly held = new Map<string, Weight>();

  constructor(private readonly config: TransformerConfig) {
    super({ name: config.name });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as tf.Shape[])[0][2] as number;
    const seeds = new Seeds(this.config.seed);
    const add = (name: string, shape: number[], initializer: Parameters<tf.layers.Layer['addWeight']>[3]) =>
      this.held.set(name, this.addWeight(name, shape, 'float32', initializer));
    const dense = (name: string, from: number, to: number) => {
      add(`${name}_kernel`, [from, to], seeds.glorot());
      add(`${name}_bias`, [to], tf.initializers.zeros());
    };
    for (const norm of ['norm1', 'norm2']) {
      add(`${norm}_gamma`, [channels], tf.initializers.ones());
      add(`${norm}_beta`, [channels], tf.initializers.zeros());
    }
    for (const name of ['query', 'key', 'value', 'output']) dense(name, channels, channels);
    dense('wide', channels, this.config.hidden);
    dense('narrow', this.config.hidden, channels);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x, tokens] = inputs as [tf.Tensor3D, tf.Tensor2D];
      const padding = tokens.equal(0).toFloat() as tf.Tensor2D; // [B, N]
      const h = this.norm('norm1', x);
      const [query, key, value] = ['query', 'key', 'value'].map((name) => this.dense(name, h));
      const looked = x.add(this.dense('output', attention(query, key, value, this.config.heads, padding)));
      return looked.add(this.dense('narrow', gelu(this.dense('wide', this.norm('norm2', looked)))));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return (inputShape as tf.Shape[])[0];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }

  private read(name: string): tf.Tensor {
    return (this.held.get(name) as Weight).read();
  }

  private norm(name: string, x: tf.Tensor): tf.Tensor {
    return layerNorm(x, this.read(`${name}_gamma`), this.read(`${name}_beta`));
  }

  /** [B, N, from] -> [B, N, to] */
  private dense(name: string, x: tf.Tensor): tf.Tensor3D {
    const kernel = this.read(`${name}_kernel`) as tf.Tensor2D;
    const flat = x.reshape<tf.Tensor2D>([-1, kernel.shape[0]]).matMul(kernel);
    return flat.add(this.read(`${name}_bias`)).reshape([x.shape[0], x.shape[1] as number, kernel.shape[1]]);
  }
}
tf.serialization.registerClass(TransformerBlock);

export interface TokenEmbeddingConfig {
  readonly name: string;
  /** Number of different tokens. */
  readonly vocabulary: number;
  readonly dim: number;
  /** Of the first weights. */
  readonly seed: number;
}

/** A learned vector for each token plus one for each place. [B, N] whole numbers -> [B, N, dim] */
export class TokenEmbedding extends tf.layers.Layer {
  static readonly className: string = 'TokenEmbedding';
  private table!: Weight;
  private places!: Weight;

  constructor(private readonly config: TokenEmbeddingConfig) {
    super({ name: config.name });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { vocabulary, dim, seed } = this.config;
    const length = (inputShape as tf.Shape)[1] as number;
    const seeds = new Seeds(seed);
    const small = () => tf.initializers.randomNormal({ stddev: 0.1, seed: seeds.next() });
    this.table = this.addWeight('table', [vocabulary, dim], 'float32', small());
    this.places = this.addWeight('places', [length, dim], 'float32', small());
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [tokens] = Array.isArray(inputs) ? inputs : [inputs];
      return tf.gather(this.table.read(), tokens.toInt()).add(this.places.read());
    });
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [...inputShape, this.config.dim];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(TokenEmbedding);

/** `layerNorm` with learned scale and shift. [..., C] -> [..., C] */
export class LayerNorm extends tf.layers.Layer {
  static readonly className: string = 'LayerNorm';
  private gamma!: Weight;
  private beta!: Weight;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as number[])[inputShape.length - 1];
    this.gamma = this.addWeight('gamma', [channels], 'float32', tf.initializers.ones());
    this.beta = this.addWeight('beta', [channels], 'float32', tf.initializers.zeros());
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    return layerNorm(x, this.gamma.read(), this.beta.read());
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }
}
tf.serialization.registerClass(LayerNorm);
