import * as tf from '@tensorflow/tfjs';
import type { Bijection } from './bijection';

const epsilon = 1e-6;

/**
 * Activation normalization, Kingma & Dhariwal (2018), arXiv:1807.03039, §3.1: y = exp(l) ⊙ (x + b), one l and one b for each
 * channel, learned. The first batch sets them so that its channels have mean 0 and variance 1.
 */
export class ActNorm extends tf.layers.Layer {
  static readonly className: string = 'GenlabActNorm';
  private logScale!: tf.LayerVariable;
  private bias!: tf.LayerVariable;
  private initialized!: tf.LayerVariable;

  override build(inputShape: tf.Shape): void {
    const channels = [inputShape[inputShape.length - 1]];
    this.logScale = this.addWeight('logScale', channels, 'float32', tf.initializers.zeros());
    this.bias = this.addWeight('bias', channels, 'float32', tf.initializers.zeros());
    // A weight like the others, so that saved weights are not set by data again.
    this.initialized = this.addWeight('initialized', [], 'float32', tf.initializers.zeros(), undefined, false);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => only(inputs).add(this.bias.read()).mul(this.logScale.read().exp()));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }

  /** x = y ⊙ exp(−l) − b. */
  inverse(y: tf.Tensor): tf.Tensor {
    return tf.tidy(() => y.mul(this.logScale.read().neg().exp()).sub(this.bias.read()));
  }

  /** The same for every example: Σ l, once for each of the H·W pixels. -> [B] */
  logDet(x: tf.Tensor): tf.Tensor1D {
    const channels = x.shape[x.shape.length - 1];
    const pixels = x.size / (x.shape[0] * channels);
    return tf.tidy(() => tf.zeros<tf.Rank.R1>([x.shape[0]]).add(this.logScale.read().sum().mul(pixels)));
  }

  /** Sets l and b by this batch, the first time. [B, …, C] */
  initialize(x: tf.Tensor): void {
    if (this.initialized.read().dataSync()[0] !== 0) return;
    tf.tidy(() => {
      const { mean, variance } = tf.moments(x.reshape([-1, x.shape[x.shape.length - 1]]), 0);
      this.bias.write(mean.neg());
      this.logScale.write(variance.add(epsilon).log().mul(-0.5));
      this.initialized.write(tf.scalar(1));
    });
  }
}
tf.serialization.registerClass(ActNorm);

/** As a step of a flow, for examples of this shape. */
export function actNorm(name: string, shape: readonly number[]): Bijection {
  const layer = new ActNorm({ name });
  const x = tf.input({ shape: [...shape], name: 'x' });
  const network = tf.model({ inputs: x, outputs: layer.apply(x) as tf.SymbolicTensor, name });
  return {
    name,
    network,
    forward: (x) => ({ y: layer.call(x), logDet: layer.logDet(x) }),
    inverse: (y) => layer.inverse(y),
    initialize: (x) => layer.initialize(x),
  };
}

function only(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}
