import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { applyAdam, engines, Random, ready, type EngineName } from '../../lib/engine';

const factors = { rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6 };

describe.each<EngineName>(['native', 'wasm', 'cpu'])('applyAdam on %s', (engine) => {
  let isThere = false;
  beforeAll(async () => {
    isThere = engines().some((one) => one.engine === engine && !one.missing);
    if (isThere) await ready({ engine });
  });

  test('is the formula, changes nothing it was given, and leaves nothing behind', ({ skip }) => {
    if (!isThere) skip();
    for (const shape of [[], [7], [5, 3], [2, 3, 4], [5, 3]]) {
      const random = new Random(shape.length);
      const state = () => ({ variable: random.normal(shape), m: random.normal(shape), v: random.uniform(shape) });
      // Two of one shape, turn by turn: an engine that works in place must not mix them up.
      let [a, b] = [state(), state()];
      for (let turn = 0; turn < 3; turn++) {
        const gradient = random.normal(shape);
        const before = Object.values(a).map((tensor) => [...tensor.dataSync()]);
        const count = tf.memory().numTensors;
        const next = applyAdam(a, gradient, factors);
        expect(tf.memory().numTensors).toBe(count + 3);
        expect(Object.values(a).map((tensor) => [...tensor.dataSync()])).toEqual(before);
        const [variable, m, v] = before;
        gradient.dataSync().forEach((g, i) => {
          const [wantM, wantV] = [0.9 * m[i] + 0.1 * g, 0.99 * v[i] + 0.01 * g * g];
          expect(next.m.dataSync()[i]).toBeCloseTo(wantM, 5);
          expect(next.v.dataSync()[i]).toBeCloseTo(wantV, 5);
          expect(next.variable.dataSync()[i]).toBeCloseTo(variable[i] - (0.02 * wantM) / (Math.sqrt(wantV) + 1e-6), 5);
        });
        expect(next.variable.shape).toEqual(shape);
        [a, b] = [b, next];
      }
    }
  });
});
