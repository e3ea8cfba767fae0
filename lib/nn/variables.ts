import * as tf from '@tensorflow/tfjs';

/** The trainable variables of models, in the order of their layers, as `tf.variableGrads` wants them. */
export function variablesOf(...models: readonly tf.LayersModel[]): tf.Variable[] {
  return models.flatMap((model) => model.trainableWeights.map((weight) => weight.read() as tf.Variable));
}

/**
 * What changes in training without being learned, such as the moving statistics of batch normalization; `train` keeps it in
 * checkpoints when it is told of it: `state: stateOf(model)`.
 */
export function stateOf(...models: readonly tf.LayersModel[]): tf.Variable[] {
  return models.flatMap((model) => model.nonTrainableWeights.map((weight) => weight.read() as tf.Variable));
}

/** How many numbers a model learns. */
export function countParams(...models: readonly tf.LayersModel[]): number {
  return variablesOf(...models).reduce((sum, variable) => sum + variable.size, 0);
}
