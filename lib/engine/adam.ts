import * as tf from '@tensorflow/tfjs';

export interface AdamState {
  readonly variable: tf.Tensor;
  /** Running mean of the gradient, and of its square. */
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

export interface AdamFactors {
  /** The step size with its bias corrections. */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * One step of Adam for one variable: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², variable ← variable − rate·m/(√v + ε). An
 * optimizer is no small part of the work on a small network, so where an engine can do all of it in one pass over the
 * numbers (kernel `ApplyAdam`), it does.
 *
 * @param overwrite the three tensors of `state` are given up: an engine may put the results into their memory. Only for a
 *   caller that puts the results in their place at once.
 */
export function applyAdam(
  { variable, m, v }: AdamState,
  gradient: tf.Tensor,
  factors: AdamFactors,
  { overwrite = false } = {},
): AdamState {
  if (tf.getKernel('ApplyAdam', tf.getBackend())) {
    const results: unknown = tf
      .engine()
      .runKernel('ApplyAdam', { variable, m, v, gradient }, { ...factors, overwrite });
    const [nextVariable, nextM, nextV] = results as tf.Tensor[];
    return { variable: nextVariable, m: nextM, v: nextV };
  }
  const { rate, beta1, beta2, epsilon } = factors;
  return tf.tidy(() => {
    const nextM = m.mul(beta1).add(gradient.mul(1 - beta1));
    const nextV = v.mul(beta2).add(gradient.square().mul(1 - beta2));
    const step = nextM.div(nextV.sqrt().add(epsilon)).mul(rate);
    return { variable: variable.sub(step), m: nextM, v: nextV };
  });
}
