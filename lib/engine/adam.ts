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

/** What is learned, with its moments and the gradient of this step. */
export interface AdamRow extends Record<'variable' | 'm' | 'v', tf.Variable> {
  readonly gradient: tf.Tensor;
}

/**
 * One step of Adam: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², variable ← variable − rate·m/(√v + ε). An optimizer is no small
 * part of the work on a small network, so where an engine can do all of it at once (kernel `AdamInPlace`), it does.
 */
export function stepOfAdam(rows: readonly AdamRow[], factors: AdamFactors): void {
  if (tf.getKernel('AdamInPlace', tf.getBackend())) {
    tf.engine().runKernel('AdamInPlace', {}, { rows, ...factors } as unknown as tf.NamedAttrMap);
    return;
  }
  for (const { gradient, ...state } of rows) {
    const next = applyAdam(state, gradient, factors);
    for (const name of ['variable', 'm', 'v'] as const) {
      state[name].assign(next[name]);
      next[name].dispose();
    }
  }
}

/** The same for one variable, as new tensors; in one pass over the numbers where the engine has the kernel `ApplyAdam`. */
export function applyAdam({ variable, m, v }: AdamState, gradient: tf.Tensor, factors: AdamFactors): AdamState {
  if (tf.getKernel('ApplyAdam', tf.getBackend())) {
    const results: unknown = tf.engine().runKernel('ApplyAdam', { variable, m, v, gradient }, { ...factors });
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
