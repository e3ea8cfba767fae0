import * as tf from '@tensorflow/tfjs';

export interface AverageRow {
  readonly average: tf.Variable;
  readonly variable: tf.Variable;
}

/**
 * Moves each average towards its variable: average ← average + share · (variable − average). In one call where the engine
 * has the kernel `AverageInPlace`.
 */
export function moveAverages(rows: readonly AverageRow[], share: tf.Scalar): void {
  if (tf.getKernel('AverageInPlace', tf.getBackend())) {
    tf.engine().runKernel('AverageInPlace', { share }, { rows } as unknown as tf.NamedAttrMap);
    return;
  }
  for (const { average, variable } of rows) {
    const next = tf.tidy(() => average.add(variable.sub(average).mul(share)));
    average.assign(next);
    next.dispose();
  }
}
