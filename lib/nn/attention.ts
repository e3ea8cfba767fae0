import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import { Seeds } from './seeds';

/**
 * Scaled dot-product attention with several heads, Vaswani et al. (2017), arXiv:1706.03762, eq. 1: softmax(QKᵀ/√d) V, where each
 * head has d = C/heads of the channels to itself.
 *
 * @param query who asks, [B, N, C]
 * @param key what is offered, [B, M, C]
 * @param value what is handed over, [B, M, C]
 * @param hidden 1 where a key is not to be looked at (padding), else 0, [B, M]
 * @returns [B, N, C]
 */
export function attention(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  heads: number,
  hidden?: tf.Tensor2D,
): tf.Tensor3D {
  const [batch, places, channels] = query.shape;
  checkHeads('attention', channels, heads);
  const size = channels / heads;
  const split = (x: tf.Tensor3D) => x.reshape([batch, x.shape[1], heads, size]).transpose([0, 2, 1, 3]); // [B, heads, ·, d]
  return tf.tidy(() => {
    // Scaling the queries instead of the scores touches N·C numbers, not N·M·heads.
    const scores = tf.matMul(split(query.mul(1 / Math.sqrt(size))), split(key), false, true); // [B, heads, N, M]
    const seen = hidden ? scores.sub(hidden.mul(1e9).reshape([batch, 1, 1, -1])) : scores;
    const mixed = tf.matMul(tf.softmax(seen), split(value)); // [B, heads, N, d]
    return mixed.transpose([0, 2, 1, 3]).reshape([batch, places, channels]);
  });
}

export interface AttentionConfig {
  readonly name: string;
  readonly heads: number;
  /** Of the first weights. */
  readonly seed: number;
  /** `zero`: the last projection starts at zero, so that a residual block with it starts as the identity. Default `glorot`. */
  readonly output?: 'glorot' | 'zero';
}

type Weight = ReturnType<tf.layers.Layer['addWeight']>;
const projections = ['query', 'key', 'value', 'output'] as const;

/**
 * Multi-head attention with its four projections. Applied to x alone it is self-attention: each place of x looks at all others.
 * Applied to [x, context] it is cross-attention: each place of x looks at the context, for example the tokens of a text.
 *
 * x: [B, N, C] or an image [B, H, W, C]; context: [B, M, D] or [B, H, W, D]; result: the shape of x
 */
export class MultiHeadAttention extends tf.layers.Layer {
  static readonly className: string = 'MultiHeadAttention';
  private readonly weightsOf = new Map<string, { kernel: Weight; bias: Weight }>();

  constructor(private readonly config: AttentionConfig) {
    super({ name: config.name });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const [x, context] = asShapes(inputShape);
    const channels = x[x.length - 1] as number;
    const offered = context[context.length - 1] as number;
    checkHeads(this.name, channels, this.config.heads);
    const seeds = new Seeds(this.config.seed);
    for (const name of projections) {
      const from = name === 'key' || name === 'value' ? offered : channels;
      const startsAtZero = name === 'output' && this.config.output === 'zero';
      const initializer = startsAtZero ? tf.initializers.zeros() : seeds.glorot();
      const kernel = this.addWeight(`${name}_kernel`, [from, channels], 'float32', initializer);
      const bias = this.addWeight(`${name}_bias`, [channels], 'float32', tf.initializers.zeros());
      this.weightsOf.set(name, { kernel, bias });
    }
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, context = x] = Array.isArray(inputs) ? inputs : [inputs];
    return tf.tidy(() => {
      const query = this.project('query', x); // [B, N, C]
      const [key, value] = [this.project('key', context), this.project('value', context)]; // [B, M, C]
      return this.project('output', attention(query, key, value, this.config.heads)).reshape(x.shape);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return asShapes(inputShape)[0];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }

  /** One matrix product for the whole batch. [B, …, from] -> [B, N, to] */
  private project(name: string, x: tf.Tensor): tf.Tensor3D {
    const { kernel, bias } = this.weightsOf.get(name) as { kernel: Weight; bias: Weight };
    const from = x.shape[x.rank - 1];
    const flat = x.reshape<tf.Tensor2D>([-1, from]).matMul(kernel.read() as tf.Tensor2D);
    return flat.add(bias.read()).reshape([x.shape[0], -1, kernel.shape[1] as number]);
  }
}
tf.serialization.registerClass(MultiHeadAttention);

/** The shapes of x and of what it looks at, which is x itself where there is no context. */
function asShapes(shape: tf.Shape | tf.Shape[]): [tf.Shape, tf.Shape] {
  if (!Array.isArray(shape[0])) return [shape as tf.Shape, shape as tf.Shape];
  const [x, context = x] = shape as tf.Shape[];
  return [x, context];
}

function checkHeads(where: string, channels: number, heads: number): void {
  if (Number.isInteger(heads) && heads > 0 && channels % heads === 0) return;
  throw new UserError(`${where}: heads must divide the ${channels} channels evenly, got ${heads}.`);
}
