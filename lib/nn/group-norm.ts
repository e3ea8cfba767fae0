import * as tf from '@tensorflow/tfjs';
import { isTwiceDifferentiated } from '../engine';
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
 * @param activation applied to the result, which is cheaper together; default nothing
 * @returns the shape of x
 */
export function groupNorm<X extends tf.Tensor>(
  x: X,
  groups: number,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  epsilon = 1e-5,
  activation: 'silu' | 'linear' = 'linear',
): X {
  const channels = x.shape[x.rank - 1];
  checkGroups('groupNorm', channels, groups);
  return tf.tidy(() => {
    const flat = x.reshape<tf.Tensor3D>([x.shape[0], -1, channels]); // [B, N, C]
    const settings = { groups, epsilon, activation };
    if (isTwiceDifferentiated()) return forward(flat, gamma, beta, settings).value.reshape(x.shape) as X;
    const isOneKernel = tf.getKernel('GroupNorm', tf.getBackend()) !== undefined;
    const compute = isOneKernel ? asOneKernel : withGradient;
    const once = tf.customGrad((...args) => compute(args as unknown as Arguments, settings));
    return once(flat, gamma, beta).reshape(x.shape) as X;
  });
}

type Arguments = [x: tf.Tensor3D, gamma: tf.Tensor, beta: tf.Tensor, save: tf.GradSaveFunc];
interface Settings {
  readonly groups: number;
  readonly epsilon: number;
  readonly activation: 'silu' | 'linear';
}

function forward(x: tf.Tensor3D, gamma: tf.Tensor, beta: tf.Tensor, { groups, epsilon, activation }: Settings) {
  const centered = x.sub(groupMean(x.mean(1), groups));
  const variance = groupMean(centered.square().mean(1), groups); // [B, 1, C]
  const rstd = variance.add(epsilon).rsqrt();
  const y = centered.mul(rstd.mul(gamma)).add(beta); // [B, N, C]
  if (activation === 'linear') return { centered, rstd, value: y };
  const gate = y.sigmoid();
  return { centered, rstd, gate, value: y.mul(gate) };
}

/** Whole images are met half as often as when each operation above is differentiated by itself. */
function withGradient([x, gamma, beta, save]: Arguments, settings: Settings) {
  const { centered, rstd, gate, value } = forward(x, gamma, beta, settings);
  save([centered, rstd, gamma, ...(gate ? [gate, value] : [])]);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [centered, rstd, gamma, gate, value] = saved;
    // d(y σ)/dy = σ + yσ (1 − σ), where yσ is the value itself.
    const g = gate ? dy.mul(gate.add(value.mul(tf.sub(1, gate)))) : dy; // [B, N, C]
    const places = g.shape[1] as number;
    const sum = g.sum(1); // [B, C]
    const sumCentered = g.mul(centered).sum(1);
    const ofGroup = (each: tf.Tensor) => groupMean(each.mul(gamma).div(places), settings.groups); // [B, 1, C]
    const slope = rstd.pow(3).mul(ofGroup(sumCentered));
    const shift = rstd.mul(ofGroup(sum));
    const dx = g.mul(rstd.mul(gamma)).sub(centered.mul(slope)).sub(shift);
    return [dx, sumCentered.mul(rstd.reshape(sumCentered.shape)).sum(0), sum.sum(0)];
  };
  return { value, gradFunc: gradFunc as (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[] };
}

/** Forward and backward as one pass of the engine each, where it has kernels for that. */
function asOneKernel([x, gamma, beta, save]: Arguments, { groups, epsilon, activation }: Settings) {
  const run = (kernelName: string, inputs: tf.NamedTensorMap): tf.Tensor[] => {
    const results: unknown = tf.engine().runKernel(kernelName, inputs, { groups, epsilon, activation });
    return results as tf.Tensor[];
  };
  const [value, statistics] = run('GroupNorm', { x, gamma, beta });
  save([x, gamma, beta, statistics]);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [x, gamma, beta, statistics] = saved;
    return run('GroupNormGrad', { x, gamma, beta, statistics, dy });
  };
  return { value, gradFunc: gradFunc as (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[] };
}

/** The mean over each group's channels, for each of its channels. [B, C] -> [B, 1, C] */
function groupMean(h: tf.Tensor, groups: number): tf.Tensor {
  const [batch, channels] = h.shape;
  const each = [batch, groups, channels / groups];
  return h.reshape(each).mean(2, true).broadcastTo(each).reshape([batch, 1, channels]);
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
      return groupNorm(x, groups, this.gamma.read(), this.beta.read(), epsilon, activation);
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
