import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { engines, ready, vocabulary, type EngineName } from '../../lib/engine';
import { derivatives, golden, relativeError } from './derivatives';
import { cases } from './gradient-cases';

const toArrays = (tensors: tf.Tensor[]) => tensors.map((x) => x.dataSync());

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
