import * as tf from '@tensorflow/tfjs';
import { stepOfAdam } from '../engine';

type NamedTensor = Awaited<ReturnType<tf.Optimizer['getWeights']>>[number];

interface Moments {
  readonly m: tf.Variable;
  readonly v: tf.Variable;
}

/**
 * Adam, Kingma & Ba (2014), arXiv:1412.6980, Algorithm 1.
 *
 * TensorFlow.js has one, but it keeps β₁ᵗ as a float32 product that a saved run cannot bring back exactly. Here the step
 * is the only number beside the moments, so a run that is resumed ends with the same bits as one that was not stopped.
 */
export class Adam extends tf.Optimizer {
  /** The name that TensorFlow.js saves it under. */
  static readonly className: string = 'GenlabAdam';
  learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  private step = 0;
  private readonly moments = new Map<string, Moments>();

  constructor(options: { learningRate?: number; beta1?: number; beta2?: number; epsilon?: number } = {}) {
    super();
    this.learningRate = options.learningRate ?? 1e-3;
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-8;
  }

  override applyGradients(gradients: tf.NamedTensorMap | NamedTensor[]): void {
    this.step++;
    const { beta1, beta2 } = this;
    // Both bias corrections, m̂ = m/(1−β₁ᵗ) and v̂ = v/(1−β₂ᵗ), go into two numbers.
    const spread = Math.sqrt(1 - beta2 ** this.step);
    const rate = (this.learningRate * spread) / (1 - beta1 ** this.step);
    const factors = { rate, beta1, beta2, epsilon: this.epsilon * spread };
    const entries: [string, tf.Tensor][] = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor])
      : Object.entries(gradients);
    const rows = entries.map(([name, gradient]) => {
      const variable = tf.engine().registeredVariables[name];
      return { variable, gradient, ...this.momentsOf(name, variable) };
    });
    stepOfAdam(rows, factors);
    this.incrementIterations();
  }

  /** Step, then m and v of each variable, in the order in which they were first updated. */
  override async getWeights(): Promise<NamedTensor[]> {
    const moments = [...this.moments].flatMap(([name, { m, v }]) => [
      { name: `${name}/m`, tensor: m },
      { name: `${name}/v`, tensor: v },
    ]);
    return [{ name: 'iter', tensor: tf.scalar(this.step, 'int32') }, ...moments];
  }

  /** Takes what `getWeights` gave, under the names of the variables that are trained now. */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    this.disposeMoments();
    for (const { name, tensor } of weights) {
      if (name === 'iter') {
        this.step = this.iterations_ = (await tensor.data())[0];
        continue;
      }
      const slash = name.lastIndexOf('/');
      const variable = tf.engine().registeredVariables[name.slice(0, slash)];
      this.momentsOf(variable.name, variable)[name.endsWith('/m') ? 'm' : 'v'].assign(tensor);
    }
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { learningRate, beta1, beta2, epsilon } = this;
    return { learningRate, beta1, beta2, epsilon };
  }

  override dispose(): void {
    this.disposeMoments();
    super.dispose();
  }

  private momentsOf(name: string, variable: tf.Variable): Moments {
    const known = this.moments.get(name);
    if (known) return known;
    const zeros = () => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
    const made = { m: zeros(), v: zeros() };
    this.moments.set(name, made);
    return made;
  }

  private disposeMoments(): void {
    for (const { m, v } of this.moments.values()) tf.dispose([m, v]);
    this.moments.clear();
  }
}
