import * as tf from '@tensorflow/tfjs';
import { detached } from './detached';

type Weight = ReturnType<tf.layers.Layer['addWeight']>;

export interface BatchNormConfig {
  readonly name: string;
  /** Weight of the newest batch in the moving statistics; PyTorch's 0.1 is Keras's momentum 0.9. */
  readonly momentum?: number;
  /** Added to the variance, default 1e-5. */
  readonly epsilon?: number;
}

/** Mean, and mean squared distance from it, of each channel over everything else. [B, …, C] -> [C], [C] */
export function batchStatistics(x: tf.Tensor): { mean: tf.Tensor1D; variance: tf.Tensor1D; centered: tf.Tensor2D } {
  return tf.tidy(() => {
    const flat = x.reshape<tf.Tensor2D>([-1, x.shape[x.rank - 1]]); // [N, C]
    const mean = flat.mean<tf.Tensor1D>(0);
    const centered = flat.sub<tf.Tensor2D>(mean);
    return { mean, variance: centered.square().mean<tf.Tensor1D>(0), centered };
  });
}

/**
 * Batch normalization, Ioffe & Szegedy (2015), arXiv:1502.03167, Algorithm 1: each channel is brought to mean 0 and variance 1
 * over the batch and all places, then scaled and shifted. [B, …, C] -> [B, …, C]
 *
 * With `apply(x, { training: true })` the statistics are the batch's, and each such call moves the averages that stand in for
 * them otherwise. As in PyTorch the moving variance is of the unbiased kind, n/(n−1) of what the batch is divided by. Every
 * example's result depends on all others of its batch, which is why a critic under a gradient penalty cannot have it.
 */
export class BatchNorm extends tf.layers.Layer {
  static readonly className: string = 'GenlabBatchNorm';
  private gamma!: Weight;
  private beta!: Weight;
  private movingMean!: Weight;
  private movingVariance!: Weight;

  constructor(private readonly config: BatchNormConfig) {
    super({ name: config.name });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as number[])[inputShape.length - 1];
    const { ones, zeros } = tf.initializers;
    this.gamma = this.addWeight('gamma', [channels], 'float32', ones());
    this.beta = this.addWeight('beta', [channels], 'float32', zeros());
    this.movingMean = this.addWeight('moving_mean', [channels], 'float32', zeros(), undefined, false);
    this.movingVariance = this.addWeight('moving_variance', [channels], 'float32', ones(), undefined, false);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean } = {}): tf.Tensor {
    const { epsilon = 1e-5 } = this.config;
    return tf.tidy(() => {
      const [x] = Array.isArray(inputs) ? inputs : [inputs];
      const [gamma, beta] = [this.gamma.read(), this.beta.read()];
      if (!training) {
        const scale = this.movingVariance.read().add(epsilon).rsqrt().mul(gamma);
        return x.sub(this.movingMean.read()).mul(scale).add(beta);
      }
      const { mean, variance, centered } = batchStatistics(x);
      this.move(mean, variance, centered.shape[0]);
      return centered.mul(variance.add(epsilon).rsqrt().mul(gamma)).add(beta).reshape(x.shape);
    });
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }

  private move(mean: tf.Tensor, variance: tf.Tensor, count: number): void {
    const { momentum = 0.1 } = this.config;
    detached(() => {
      const move = (weight: Weight, to: tf.Tensor) => {
        const before = weight.read();
        weight.write(before.add(to.sub(before).mul(momentum)));
      };
      move(this.movingMean, mean);
      move(this.movingVariance, variance.mul(count / Math.max(1, count - 1)));
      return tf.scalar(0);
    });
  }
}
tf.serialization.registerClass(BatchNorm);
