import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';

/**
 * Group normalization, Wu & He (2018), arXiv:1803.08494, eq. 1–2: within each image, the channels of one group are brought to
 * mean 0 and variance 1 together, then each is scaled and shifted. Unlike batch norm an image's result does not depend on its
 * neighbours in the batch, so that one noised to t = 900 leaves one at t = 3 alone.
 *
 * @param x [B, …, C]
 * @param gamma scale of each channel, [C]
 * @param beta shift of each channel, [C]
 * @param epsilon added to the variance; PyTorch's default
 * @returns the shape of x
 */
export function groupNorm<X extends tf.Tensor>(
  x: X,
  groups: number,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  epsilon = 1e-5,
): X {
  const channels = x.shape[x.rank - 1];
  checkGroups('groupNorm', channels, groups);
  const each = [x.shape[0], groups, channels / groups];
  // Over the places first, then over the group's channels: whole images are only ever met as [places, channels].
  const mean = (h: tf.Tensor) =>
    h.mean(1).reshape(each).mean(2, true).broadcastTo(each).reshape([each[0], 1, channels]);
  return tf.tidy(() => {
    const flat = x.reshape([x.shape[0], -1, channels]); // [B, N, C]
    const centered = flat.sub(mean(flat));
    const variance = mean(centered.square()); // [B, 1, C]
    return centered.mul(variance.add(epsilon).rsqrt().mul(gamma)).add(beta).reshape(x.shape) as X;
  });
}

/** x · sigmoid(x), also called swish. Hendrycks & Gimpel (2016), Ramachandran et al. (2017), arXiv:1710.05941. */
export function silu<X extends tf.Tensor>(x: X): X {
  return tf.tidy(() => x.mul(x.sigmoid()));
}

export interface GroupNormConfig {
  readonly name: string;
  readonly groups: number;
  /** Added to the variance, default 1e-5. */
  readonly epsilon?: number;
  /** What is applied to the result; default nothing. */
  readonly activation?: 'silu' | 'linear';
}

/** `groupNorm` with learned scale and shift, and where asked SiLU behind it. [B, …, C] -> [B, …, C] */
export class GroupNorm extends tf.layers.Layer {
  static readonly className: string = 'GroupNorm';
  private gamma!: ReturnType<tf.layers.Layer['addWeight']>;
  private beta!: ReturnType<tf.layers.Layer['addWeight']>;

  constructor(private readonly config: GroupNormConfig) {
    super({ name: config.name });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as number[])[inputShape.length - 1];
    checkGroups(this.name, channels, this.config.groups);
    this.gamma = this.addWeight('gamma', [channels], 'float32', tf.initializers.ones());
    this.beta = this.addWeight('beta', [channels], 'float32', tf.initializers.zeros());
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { groups, epsilon, activation } = this.config;
    return tf.tidy(() => {
      const [x] = Array.isArray(inputs) ? inputs : [inputs];
      const y = groupNorm(x, groups, this.gamma.read(), this.beta.read(), epsilon);
      return activation === 'silu' ? silu(y) : y;
    });
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(GroupNorm);

/** As many groups as wanted, or the next smaller number that divides the channels evenly. */
export function groupsFor(channels: number, wanted: number): number {
  let groups = Math.min(wanted, channels);
  while (channels % groups !== 0) groups--;
  return groups;
}

function checkGroups(where: string, channels: number, groups: number): void {
  if (Number.isInteger(groups) && groups > 0 && channels % groups === 0) return;
  throw new UserError(`${where}: groups must divide the ${channels} channels evenly, got ${groups}.`);
}
