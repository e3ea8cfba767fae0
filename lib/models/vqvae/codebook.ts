/**
 * Vector quantization, van den Oord, Vinyals & Kavukcuoglu (2017), arXiv:1711.00937: K vectors, of which the nearest stands
 * for whatever an encoder says. sg[·], the stop-gradient of the paper, is `detached` here.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Random } from '../../engine';
import { UserError } from '../../errors';
import { detached, type Seeds } from '../../nn';
import { expectSameShape } from '../shapes';

export interface CodebookConfig {
  /** K. */
  readonly codes: number;
  /** D. */
  readonly dims: number;
  /** By gradient descent, or by moving averages of what the encoder said (appendix A.1). */
  readonly update: 'gradient' | 'ema';
  readonly seeds: Seeds;
}

/** The vectors e_1 … e_K, and for moving averages also how often (N) each was chosen and the sums (m) of what chose it. */
export class Codebook extends tf.layers.Layer {
  static readonly className: string = 'GenlabCodebook';
  private readonly initializer: ReturnType<typeof tf.initializers.randomUniform>;
  private embedding!: tf.LayerVariable;
  private counts!: tf.LayerVariable;
  private sums!: tf.LayerVariable;

  constructor(private readonly config: CodebookConfig) {
    super({ name: 'codebook' });
    const { codes, seeds } = config;
    this.initializer = tf.initializers.randomUniform({ minval: -1 / codes, maxval: 1 / codes, seed: seeds.next() });
  }

  override build(inputShape: tf.Shape): void {
    const { codes, dims, update } = this.config;
    const isLearned = update === 'gradient';
    this.embedding = this.addWeight('vectors', [codes, dims], 'float32', this.initializer, undefined, isLearned);
    if (!isLearned) {
      const zeros = tf.initializers.zeros();
      this.counts = this.addWeight('counts', [codes], 'float32', zeros, undefined, false);
      this.sums = this.addWeight('sums', [codes, dims], 'float32', zeros, undefined, false);
    }
    super.build(inputShape);
  }

  /** Numbers of vectors to vectors. [B, …] -> [B, …, D] */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const indices = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.tidy(() => tf.gather(this.vectors(), indices.toInt()));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [...inputShape, this.config.dims];
  }

  /** [K,D]; the layer's own, not to be disposed of. */
  vectors(): Tensor2D {
    return this.embedding.read() as Tensor2D;
  }

  /** How often each is chosen, as moving averages have it. [K] */
  usage(): Tensor1D {
    return this.counts.read() as Tensor1D;
  }

  /** One update by moving averages with what the encoder said and what was chosen for it. [n,D], [n] */
  follow(z: Tensor2D, indices: Tensor1D, options: EmaOptions): void {
    if (this.config.update !== 'ema') throw new UserError('follow: this codebook is learned by gradient descent.');
    tf.tidy(() => {
      const state = { vectors: this.vectors(), counts: this.usage(), sums: this.sums.read() as Tensor2D };
      const next = emaUpdate(state, z, indices, options);
      this.embedding.write(next.vectors);
      this.counts.write(next.counts);
      this.sums.write(next.sums);
    });
  }
}
tf.serialization.registerClass(Codebook);

/** The number of the nearest vector, eq. 1. No gradient flows through it. [n,D], [K,D] -> [n], int32 */
export function nearest(z: Tensor2D, vectors: Tensor2D): Tensor1D {
  return detached(() => {
    // ‖z − e‖² without ‖z‖², which is the same for every e.
    const distances = vectors
      .square()
      .sum(1)
      .sub(z.matMul(vectors, false, true).mul(2)); // [n,K]
    return distances.argMin<Tensor1D>(1);
  });
}

/** e forwards; backwards the gradient goes to z as if nothing had happened: z + sg[e − z], fig. 1 right. [n,D], [n,D] -> [n,D] */
export function straightThrough<X extends tf.Tensor>(z: X, chosen: X): X {
  expectSameShape('straightThrough', { z, chosen });
  return tf.tidy(() => z.add<X>(detached(() => chosen.sub(z))));
}

/** The last two terms of eq. 3, without β, summed over D. [n,D], [n,D] -> [n] each */
export function vqTerms(z: Tensor2D, chosen: Tensor2D): { readonly codebook: Tensor1D; readonly commitment: Tensor1D } {
  expectSameShape('vqTerms', { z, chosen });
  return tf.tidy(() => {
    const distance = (a: Tensor2D, b: Tensor2D) => a.sub(b).square().sum<Tensor1D>(1);
    const still = (x: Tensor2D) => detached(() => x.clone());
    // ‖sg[z] − e‖² brings the chosen vector to the encoder, ‖z − sg[e]‖² the encoder to the vector.
    return { codebook: distance(still(z), chosen), commitment: distance(z, still(chosen)) };
  });
}

export interface CodebookState {
  readonly vectors: Tensor2D; // e [K,D]
  readonly counts: Tensor1D; // N [K]
  readonly sums: Tensor2D; // m [K,D]
}

export interface EmaOptions {
  /** γ; the paper's 0.99. */
  readonly decay: number;
  /**
   * A vector chosen less often than this fraction of the average starts again at a random z of the batch (not in the paper:
   * Dhariwal et al. (2020), arXiv:2005.00341, §3.1). 0: never.
   */
  readonly restart: number;
  /** Chooses those z. */
  readonly random: Random;
}

/** N ← γN + (1 − γ)n, m ← γm + (1 − γ)Σz, e = m/N, eq. 6 to 8 of appendix A.1; a vector never chosen stays. */
export function emaUpdate(state: CodebookState, z: Tensor2D, indices: Tensor1D, options: EmaOptions): CodebookState {
  const { decay, restart, random } = options;
  const [codes, dims] = state.vectors.shape;
  return tf.tidy(() => {
    const assigned = tf.oneHot(indices, codes).toFloat(); // [n,K]
    const counts = state.counts.mul(decay).add<Tensor1D>(assigned.sum(0).mul(1 - decay));
    const sums = state.sums.mul(decay).add<Tensor2D>(assigned.matMul(z, true).mul(1 - decay));
    const column = (x: tf.Tensor) => x.expandDims(1); // [K] -> [K,1]
    const seen = column(counts.greater(1e-12));
    const vectors = tf.where(seen, sums.div(column(counts.maximum(1e-12))), state.vectors) as Tensor2D;
    if (restart === 0) return { vectors, counts, sums };
    const average = counts.mean();
    const isDead = counts.less(average.mul(restart)); // [K]
    const picks = Array.from({ length: codes }, () => random.int(z.shape[0]));
    const fresh = z.gather(tf.tensor1d(picks, 'int32')); // [K,D]
    const all = (x: tf.Tensor) => tf.zeros([codes, dims]).add(x);
    const deadRow = column(isDead).logicalAnd(tf.ones([codes, dims], 'bool'));
    return {
      vectors: tf.where(deadRow, fresh, vectors) as Tensor2D,
      counts: tf.where(isDead, tf.zeros([codes]).add(average), counts) as Tensor1D,
      sums: tf.where(deadRow, fresh.mul(all(average)), sums) as Tensor2D,
    };
  });
}

/** exp of the entropy of how often each vector is chosen: as many of the K as are in even use. [n] -> a scalar */
export function perplexity(indices: tf.Tensor, codes: number): Scalar {
  return tf.tidy(() => {
    const p = tf.oneHot(indices.flatten().toInt(), codes).toFloat().mean(0); // [K]
    return p.mul(p.add(1e-10).log()).sum<Scalar>().neg().exp();
  });
}
