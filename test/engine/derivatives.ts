import * as tf from '@tensorflow/tfjs';
import { cases } from './gradient-cases';
import file from '../golden/gradients.json';

export interface Golden {
  inputs: { shape: number[]; values: number[] }[];
  output: { shape: number[]; values: number[] };
  first: number[][];
  second: number[][];
}
export const golden: Record<string, Golden> = file.cases;

/** ‖got − expected‖ / ‖expected‖, with a floor for gradients that are zero. */
export function relativeError(got: ArrayLike<number>, expected: number[]): number {
  if (got.length !== expected.length) return Infinity;
  let [difference, size] = [0, 0];
  expected.forEach((value, i) => {
    difference += (got[i] - value) ** 2;
    size += value ** 2;
  });
  return Math.sqrt(difference) / Math.max(Math.sqrt(size), 1e-3);
}

const weights = (x: tf.Tensor, start: number) => tf.cos(tf.range(start, start + x.size, 1)).reshape(x.shape);
const weightedSquares = (x: tf.Tensor, start: number) => weights(x, start).mul(x.square()).sum();

export function derivatives(name: string) {
  const inputs = golden[name].inputs.map(({ shape, values }) => tf.tensor(values, shape));
  const first = tf.grads((...x) => weightedSquares(cases[name](...x), 1));
  const penalty = (...x: tf.Tensor[]) => tf.addN(first(x).map((gradient) => weightedSquares(gradient, 2)));
  return {
    output: () => cases[name](...inputs),
    first: () => first(inputs),
    second: () => tf.grads(penalty)(inputs),
  };
}
