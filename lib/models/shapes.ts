import type * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';

/**
 * Tensors that belong together must have one shape. TensorFlow.js would stretch [B,1] to [B,k] without a word, and the loss
 * would be wrong and look fine.
 */
export function expectSameShape(where: string, tensors: Readonly<Record<string, tf.Tensor>>): void {
  const [[firstName, first], ...others] = Object.entries(tensors);
  for (const [name, { shape }] of others) {
    if (String(shape) === String(first.shape)) continue;
    throw new UserError(`${where}: ${name} must have the shape of ${firstName}, [${first.shape}], got [${shape}].`);
  }
}

/** @param expected `B` stands for any number. */
export function expectShape(
  where: string,
  name: string,
  { shape }: tf.Tensor,
  expected: readonly (number | 'B')[],
): void {
  const fits = shape.length === expected.length && expected.every((size, i) => size === 'B' || size === shape[i]);
  if (!fits)
    throw new UserError(`${where}: ${name} must have the shape [${expected.join(', ')}], got [${shape.join(', ')}].`);
}
