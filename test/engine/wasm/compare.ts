import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { Random, ready } from '../../../lib/engine';

type Inputs = Record<string, number[] | { shape: number[]; values: number[]; dtype?: tf.DataType }>;

/** Inputs by shape are filled with normal numbers from a seed. */
export function tensors(inputs: Inputs, seed = 1): Record<string, tf.Tensor> {
  const random = new Random(seed);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      Array.isArray(input) ? random.normal(input) : tf.tensor(input.values, input.shape, input.dtype ?? 'float32'),
    ]),
  );
}

/** Runs `compute` on the plain JavaScript backend and on wasm, and expects the same shapes, types and numbers. */
export async function expectSameAsCpu(
  inputs: Inputs,
  compute: (inputs: Record<string, tf.Tensor>) => tf.Tensor | tf.Tensor[],
  tolerance = 1e-5,
): Promise<void> {
  const results: { shape: number[]; dtype: string; values: number[] }[][] = [];
  for (const engine of ['cpu', 'wasm'] as const) {
    await ready({ engine });
    const before = tf.memory().numTensors;
    results.push(
      tf.tidy(() =>
        [compute(tensors(inputs))].flat().map((x) => ({ shape: x.shape, dtype: x.dtype, values: [...x.dataSync()] })),
      ),
    );
    expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  }
  const [expected, got] = results;
  expect(got.length).toBe(expected.length);
  got.forEach((result, i) => {
    expect(result.shape).toEqual(expected[i].shape);
    expect(result.dtype).toBe(expected[i].dtype);
    expectClose(result.values, expected[i].values, tolerance);
  });
}

/** Largest difference, relative to the largest expected number (or to 1 where all are small). */
export function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  const values = Array.from(expected);
  const scale = Math.max(1, ...values.filter(Number.isFinite).map(Math.abs));
  // One expectation for all: thousands of them would take longer than the kernels.
  const wrong = values.findIndex((value, i) =>
    Number.isFinite(value) ? !(Math.abs(got[i] - value) / scale < tolerance) : !Object.is(got[i], value),
  );
  expect(wrong, wrong < 0 ? '' : `element ${wrong} is ${got[wrong]}, expected ${values[wrong]}`).toBe(-1);
}
