import * as tf from '@tensorflow/tfjs';

export interface InstanceNormConfig {
  readonly name: string;
  /** Added to the variance, default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Instance normalization, Ulyanov, Vedaldi & Lempitsky (2016), arXiv:1607.08022: each channel of each image is brought to mean
 * 0 and variance 1 over its own places. It removes an image's contrast, so that a style can be put in its place. No weights,
 * as in CycleGAN and in PyTorch's default. [B, H, W, C] -> [B, H, W, C]
 */
export function instanceNorm<X extends tf.Tensor>(x: X, epsilon = 1e-5): X {
  return tf.tidy(() => {
    const flat = x.reshape([x.shape[0], -1, x.shape[x.rank - 1]]); // [B, N, C]
    const centered = flat.sub(flat.mean(1, true));
    const variance = centered.square().mean(1, true); // [B, 1, C]
    return centered.mul(variance.add(epsilon).rsqrt()).reshape(x.shape) as X;
  });
}

/** `instanceNorm` as a layer. */
export class InstanceNorm extends tf.layers.Layer {
  static readonly className: string = 'GenlabInstanceNorm';

  constructor(private readonly config: InstanceNormConfig) {
    super({ name: config.name });
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    return instanceNorm(x, this.config.epsilon);
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(InstanceNorm);
