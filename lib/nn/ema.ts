import * as tf from '@tensorflow/tfjs';
import { moveAverages } from '../engine';
import { UserError } from '../errors';

export interface EmaConfig {
  /** Of the old average that stays at a step, once warm. Default 0.9999. */
  readonly decay?: number;
  /** `ramp`: the decay grows as (1 + n)/(10 + n) over the steps n, so that the random first weights are soon forgotten. */
  readonly warmUp?: 'ramp' | 'none';
}

/**
 * A running average of weights, w̄ ← d w̄ + (1−d) w after each step. Diffusion models and GANs are sampled with w̄: it has
 * the noise of the last mini-batches averaged out. Ho, Jain & Abbeel (2020), appendix B, use d = 0.9999.
 *
 * The average lies beside the variables; `during` puts it in their place while something is computed.
 */
export class Ema {
  readonly decay: number;
  private readonly warmUp: 'ramp' | 'none';
  private readonly averages: readonly tf.Variable[];
  /** Updates so far: a variable, so that a checkpoint brings it back with the averages. */
  private readonly updates: tf.Variable;
  private isIn = false;

  constructor(
    readonly variables: readonly tf.Variable[],
    { decay = 0.9999, warmUp = 'ramp' }: EmaConfig = {},
  ) {
    if (!(decay >= 0 && decay < 1)) throw new UserError(`Ema: decay lies in [0, 1), got ${decay}.`);
    this.decay = decay;
    this.warmUp = warmUp;
    this.averages = variables.map((variable) => tf.tidy(() => tf.variable(variable.clone(), false)));
    this.updates = tf.tidy(() => tf.variable(tf.scalar(0), false));
  }

  /** What a checkpoint must keep: `train({ …, state: ema.state })`. */
  get state(): readonly tf.Variable[] {
    return [this.updates, ...this.averages];
  }

  /** Takes the variables as they are now into the average. Call it after each step of the optimizer. */
  update(): void {
    if (this.isIn) throw new Error('Ema: the averages are in the place of the weights; swap them back before a step.');
    tf.tidy(() => {
      const n = this.updates.add(1);
      this.updates.assign(n);
      const least = tf.scalar(1 - this.decay);
      const share = this.warmUp === 'ramp' ? tf.maximum(tf.div(9, n.add(10)), least) : least;
      const rows = this.averages.map((average, i) => ({ average, variable: this.variables[i] }));
      moveAverages(rows, share as tf.Scalar);
    });
  }

  /** Exchanges the weights and their averages; a second call exchanges them back. */
  swap(): void {
    this.isIn = !this.isIn;
    tf.tidy(() => {
      this.averages.forEach((average, i) => {
        const before = average.clone();
        average.assign(this.variables[i].clone());
        this.variables[i].assign(before);
      });
    });
  }

  /** Runs `compute` with the averages as weights and puts the weights back, whatever happens. */
  during<T>(compute: () => T): T {
    if (this.isIn) return compute();
    this.swap();
    const back = () => this.swap();
    try {
      const result = compute();
      if (result instanceof Promise) return result.finally(back) as T;
      back();
      return result;
    } catch (error) {
      back();
      throw error;
    }
  }

  /** Makes the average the same as the weights: after weights were loaded that are already averaged. */
  reset(): void {
    tf.tidy(() => {
      this.updates.assign(tf.scalar(0));
      this.averages.forEach((average, i) => average.assign(this.variables[i].clone()));
    });
  }

  dispose(): void {
    if (this.isIn) this.swap();
    tf.dispose([this.updates, ...this.averages]);
  }
}
