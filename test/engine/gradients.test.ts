import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { engines, ready, vocabulary, type EngineName } from '../../lib/engine';
import { cases } from './gradient-cases';
import file from '../golden/gradients.json';

interface Golden {
  inputs: { shape: number[]; values: number[] }[];
  output: { shape: number[]; values: number[] };
  first: number[][];
  second: number[][];
}
const golden: Record<string, Golden> = file.cases;

/** ‖got − expected‖ / ‖expected‖, with a floor for gradients that are zero. */
function relativeError(got: ArrayLike<number>, expected: number[]): number {
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
const toArrays = (tensors: tf.Tensor[]) => tensors.map((x) => x.dataSync());

function derivatives(name: string) {
  const inputs = golden[name].inputs.map(({ shape, values }) => tf.tensor(values, shape));
  const first = tf.grads((...x) => weightedSquares(cases[name](...x), 1));
  const penalty = (...x: tf.Tensor[]) => tf.addN(first(x).map((gradient) => weightedSquares(gradient, 2)));
  return {
    output: () => cases[name](...inputs),
    first: () => first(inputs),
    second: () => tf.grads(penalty)(inputs),
  };
}

test('every golden case has its operation, and the other way round', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(golden).sort());
});

test('the vocabulary is what is checked here', () => {
  const checked = new Set(Object.keys(golden).map((name) => name.split(' ')[0]));
  expect([...vocabulary].sort()).toEqual([...checked].filter((name) => name !== 'critic').sort());
});

const missing = new Map<EngineName, string | undefined>(engines().map((one) => [one.engine, one.missing]));

describe.each(['native', 'wasm', 'cpu'] as const)('derivatives against PyTorch in double precision: %s', (engine) => {
  const reason = missing.get(engine);
  if (reason) {
    test.skip(`not run: ${reason}`, () => {});
    return;
  }
  beforeAll(() => ready({ engine }));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  test.each(Object.keys(golden))('%s', (name) => {
    const { output, first, second } = derivatives(name);
    const y = output();
    expect(y.shape).toEqual(golden[name].output.shape);
    expect(relativeError(y.dataSync(), golden[name].output.values), 'forward').toBeLessThan(1e-5);
    toArrays(first()).forEach((gradient, i) => {
      expect(relativeError(gradient, golden[name].first[i]), `first derivative, input ${i}`).toBeLessThan(1e-4);
    });
    toArrays(second()).forEach((gradient, i) => {
      expect(relativeError(gradient, golden[name].second[i]), `second derivative, input ${i}`).toBeLessThan(1e-3);
    });
  });
});
