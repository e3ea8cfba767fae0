import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ready } from '../../lib/engine';
import { Adam } from '../../lib/training';
import golden from '../golden/adam.json';

beforeAll(() => ready());

/** The golden file's cost, Σ c (w − t)⁴. */
const cost = (w: tf.Tensor) => () =>
  w.sub(golden.target).square().square().mul(tf.tensor1d(golden.scale)).sum().asScalar();

describe('Adam', () => {
  test.each(golden.cases)('follows torch.optim.Adam in double precision: $options', ({ options, path }) => {
    const { lr, betas, eps } = options;
    const adam = new Adam({ learningRate: lr, beta1: betas[0], beta2: betas[1], epsilon: eps });
    const w = tf.variable(tf.tensor1d(golden.start));
    for (const expected of path) {
      adam.minimize(cost(w), false, [w]);
      w.dataSync().forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-5));
    }
    adam.dispose();
  });

  test('goes on from saved weights with the same bits, whatever the variable is called then', async () => {
    const [adam, w] = [new Adam({ learningRate: 0.05 }), tf.variable(tf.tensor1d(golden.start))];
    for (let i = 0; i < 7; i++) adam.minimize(cost(w), false, [w]);
    const saved = await adam.getWeights();
    const [copy, v] = [new Adam({ learningRate: 0.05 }), tf.variable(w)];
    await copy.setWeights(saved.map(({ name, tensor }) => ({ name: name.replace(w.name, v.name), tensor })));
    for (let i = 0; i < 7; i++) {
      adam.minimize(cost(w), false, [w]);
      copy.minimize(cost(v), false, [v]);
    }
    expect([...v.dataSync()]).toEqual([...w.dataSync()]);
    expect(copy.iterations).toBe(14);
  });

  test('gives its memory back', () => {
    const w = tf.variable(tf.tensor1d(golden.start));
    const before = tf.memory().numTensors;
    const adam = new Adam();
    adam.minimize(cost(w), false, [w]);
    expect(tf.memory().numTensors).toBe(before + 2);
    adam.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
