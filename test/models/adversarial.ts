/** What the tests of the adversarial families share. */
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { stateOf, variablesOf } from '../../lib/nn';

export type Numbers = number | readonly Numbers[];

export function tensor<X extends tf.Tensor>(values: Numbers): X {
  const plain: unknown = values;
  return tf.tensor(plain as number[]) as unknown as X;
}

/** Close to golden values: `tolerance` of the largest among them, or of 1. */
export function expectClose(actual: tf.Tensor, expected: Numbers, tolerance = 1e-5, what = ''): void {
  const flat = flattened(expected);
  expect(actual.size, `${what}: size`).toBe(flat.length);
  const room = tolerance * flat.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  actual.dataSync().forEach((value, i) => {
    expect(Math.abs(value - flat[i]), `${what} entry ${i}: ${value} for ${flat[i]}`).toBeLessThanOrEqual(room);
  });
}

function flattened(values: Numbers): number[] {
  return typeof values === 'number' ? [values] : values.flatMap(flattened);
}

export interface LossCase {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Numbers>>;
}

/** A loss of some tensors and its gradient by each of them, against a golden case that has both. */
export function expectLoss(golden: LossCase, loss: (inputs: Record<string, tf.Tensor1D>) => tf.Scalar): void {
  const names = Object.keys(golden.gradients);
  const given = names.map((name) => tensor((golden as unknown as Record<string, Numbers>)[name]));
  const named = (tensors: tf.Tensor[]) => Object.fromEntries(tensors.map((one, i) => [names[i], one as tf.Tensor1D]));
  expectClose(loss(named(given)), golden.loss, 1e-6, 'loss');
  const gradients = tf.grads((...tensors) => loss(named(tensors)))(given);
  names.forEach((name, i) => expectClose(gradients[i], golden.gradients[name], 1e-6, `gradient by ${name}`));
}

/** Gives a model's trainable variables these values, in the order of its layers or by the ends of their names. */
export function setVariables(
  model: tf.LayersModel,
  values: readonly Numbers[] | Readonly<Record<string, Numbers>>,
): void {
  variablesOf(model).forEach((variable, i) => variable.assign(tensor(valueOf(variable, values, i))));
}

/** Gradients of a loss by a model's variables, against golden ones. */
export function expectGradients(
  model: tf.LayersModel,
  loss: () => tf.Tensor,
  expected: readonly Numbers[] | Readonly<Record<string, Numbers>>,
  tolerance = 1e-5,
): void {
  const variables = variablesOf(model);
  const { grads } = tf.variableGrads(() => loss().asScalar(), variables);
  variables.forEach((variable, i) => {
    const gradient = grads[variable.name] ?? tf.zerosLike(variable);
    expectClose(gradient, valueOf(variable, expected, i), tolerance, variable.name);
  });
}

function valueOf({ name }: tf.Variable, values: readonly Numbers[] | Readonly<Record<string, Numbers>>, i: number) {
  if (Array.isArray(values)) return values[i] as Numbers;
  const key = Object.keys(values).find((key) => name.replace(/_\d+$/, '') === key);
  if (!key) throw new Error(`no golden value for ${name}`);
  return (values as Record<string, Numbers>)[key];
}

export { stateOf, variablesOf };
