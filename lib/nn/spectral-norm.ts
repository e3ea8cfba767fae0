/** Spectral normalization, Miyato et al. (2018), arXiv:1802.05957: layers whose weights have a largest singular value of 1. */
import * as tf from '@tensorflow/tfjs';
import { Random } from '../engine';
import { detached } from './detached';

type Weight = ReturnType<tf.layers.Layer['addWeight']>;

/** Estimates of a matrix's first singular vectors, both of length 1. */
export interface SingularVectors {
  readonly u: tf.Tensor1D; // [m]
  readonly v: tf.Tensor1D; // [n]
}

/**
 * Power iteration, Algorithm 1 lines 1–2: v ← W u / ‖W u‖, then u ← Wᵀ v / ‖Wᵀ v‖. Each round brings both closer to the singular
 * vectors of the largest singular value. No gradient flows through it.
 * @param weight W as a layer here multiplies by it, x W: [n, m]; the paper's is its transpose
 * @param u [m], of length 1
 */
export function powerIteration(weight: tf.Tensor2D, u: tf.Tensor1D, rounds = 1): SingularVectors {
  const [n, m] = weight.shape;
  return tf.tidy(() => {
    let v = tf.zeros<tf.Rank.R1>([n]);
    for (let round = 0; round < rounds; round++) {
      v = normalized(tf.matMul(weight, u.reshape([m, 1])).reshape([n]));
      u = normalized(tf.matMul(v.reshape([1, n]), weight).reshape([m]));
    }
    return { u: u.clone(), v };
  });
}

/** σ(W) ≈ vᵀ W u, eq. 19 and 20: the largest singular value, from the estimates of its vectors. A scalar. */
export function spectralValue(weight: tf.Tensor2D, { u, v }: SingularVectors): tf.Scalar {
  const [n, m] = weight.shape;
  return tf.tidy(() => tf.matMul(tf.matMul(v.reshape([1, n]), weight), u.reshape([m, 1])).asScalar());
}

function normalized(x: tf.Tensor): tf.Tensor1D {
  return x.div(x.square().sum().sqrt().maximum(1e-12));
}

interface SpectralConfig {
  readonly name: string;
  /** Of the first weights and of u. */
  readonly seed: number;
  /** Power iterations each time the layer runs in training, default 1. */
  readonly rounds?: number;
}

/** What the two layers have in common: W̄ = W/σ(W), eq. 8, with u and v kept from call to call. */
abstract class SpectralLayer<C extends SpectralConfig> extends tf.layers.Layer {
  protected kernel!: Weight;
  private u!: Weight;
  private v!: Weight;

  constructor(protected readonly config: C) {
    super({ name: config.name });
  }

  protected addKernel(shape: readonly number[]): void {
    const outputs = shape[shape.length - 1];
    const inputs = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const { seed } = this.config;
    const { heUniform, zeros } = tf.initializers;
    this.kernel = this.addWeight('kernel', [...shape], 'float32', heUniform({ seed }));
    this.u = this.addWeight('u', [outputs], 'float32', zeros(), undefined, false);
    this.v = this.addWeight('v', [inputs], 'float32', zeros(), undefined, false);
    tf.tidy(() => void this.u.write(new Random(seed).fork('u').normal([outputs])));
    this.iterate(15); // so that a layer that was never trained is normalized too
  }

  /** W̄, in the kernel's shape. The gradient goes through W and through σ, with u and v held (eq. 12). */
  protected normalizedKernel(training: boolean | undefined): tf.Tensor {
    if (training) this.iterate(this.config.rounds ?? 1);
    const kernel = this.kernel.read();
    const [u, v] = [this.u.read(), this.v.read()] as tf.Tensor1D[];
    return kernel.div(spectralValue(this.asMatrix(kernel), { u, v }));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }

  private iterate(rounds: number): void {
    detached(() => {
      const next = powerIteration(this.asMatrix(this.kernel.read()), normalized(this.u.read()), rounds);
      this.u.write(next.u);
      this.v.write(next.v);
      return tf.scalar(0);
    }).dispose();
  }

  private asMatrix(kernel: tf.Tensor): tf.Tensor2D {
    return kernel.reshape([-1, kernel.shape[kernel.rank - 1]]);
  }
}

export interface SpectralDenseConfig extends SpectralConfig {
  readonly units: number;
  /** Default `bias`. */
  readonly offset?: 'bias' | 'none';
}

/** A dense layer under spectral normalization. [B, n] -> [B, units] */
export class SpectralDense extends SpectralLayer<SpectralDenseConfig> {
  static readonly className: string = 'SpectralDense';
  private bias: Weight | undefined;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { units, offset } = this.config;
    this.addKernel([(inputShape as number[])[1], units]);
    if (offset !== 'none') this.bias = this.addWeight('bias', [units], 'float32', tf.initializers.zeros());
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean } = {}): tf.Tensor {
    return tf.tidy(() => {
      const [x] = Array.isArray(inputs) ? inputs : [inputs];
      const y = tf.matMul(x, this.normalizedKernel(training));
      return this.bias ? y.add(this.bias.read()) : y;
    });
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [inputShape[0], this.config.units];
  }
}
tf.serialization.registerClass(SpectralDense);

export interface SpectralConvConfig extends SpectralConfig {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides?: number;
}

/** A convolution ('same') under spectral normalization of its filters as one matrix. [B,H,W,C] -> [B, H/stride, W/stride, filters] */
export class SpectralConv2d extends SpectralLayer<SpectralConvConfig> {
  static readonly className: string = 'SpectralConv2d';
  private bias!: Weight;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { filters, kernelSize } = this.config;
    this.addKernel([kernelSize, kernelSize, (inputShape as number[])[3], filters]);
    this.bias = this.addWeight('bias', [filters], 'float32', tf.initializers.zeros());
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean } = {}): tf.Tensor {
    return tf.tidy(() => {
      const [x] = (Array.isArray(inputs) ? inputs : [inputs]) as tf.Tensor4D[];
      const kernel = this.normalizedKernel(training) as tf.Tensor4D;
      return tf.conv2d(x, kernel, this.config.strides ?? 1, 'same').add(this.bias.read());
    });
  }

  override computeOutputShape([batch, height, width]: tf.Shape): tf.Shape {
    const { filters, strides = 1 } = this.config;
    return [batch, Math.ceil((height as number) / strides), Math.ceil((width as number) / strides), filters];
  }
}
tf.serialization.registerClass(SpectralConv2d);
