import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ready } from '../../lib/engine';
import { countParams, dense, denseStack, parameterTable, Seeds, variablesOf } from '../../lib/nn';

beforeAll(() => ready());

describe('Seeds', () => {
  test('give each layer its own numbers, the same in every run', () => {
    const draw = (seed: number) => {
      const seeds = new Seeds(seed);
      return [seeds.glorot(), seeds.glorot(), seeds.he()].map((init) => [...init.apply([5, 4]).dataSync()]);
    };
    expect(draw(1)).toEqual(draw(1));
    const [a, b] = draw(1);
    expect(a).not.toEqual(b);
    expect(a).not.toEqual(draw(2)[0]);
  });

  test('have the spread that their papers give', () => {
    const seeds = new Seeds(3);
    const variance = (tensor: tf.Tensor) => tf.moments(tensor).variance.dataSync()[0];
    expect(variance(seeds.glorot().apply([300, 100])) / (2 / 400)).toBeCloseTo(1, 1);
    expect(variance(seeds.he().apply([300, 100])) / (2 / 300)).toBeCloseTo(1, 1);
  });
});

describe('a stack of dense layers', () => {
  const build = () => {
    const x = tf.input({ shape: [5], name: 'x' });
    const y = dense(denseStack(x, [7, 3], new Seeds(0), 'tanh'), 2, new Seeds(1), { name: 'out' });
    return tf.model({ inputs: x, outputs: y });
  };

  test('computes what its formula says', () => {
    const model = build();
    const [w1, b1, w2, b2, w3, b3] = model.getWeights();
    const x = tf.tensor2d([[1, -2, 0.5, 3, 0]]);
    const byHand = x.matMul(w1).add(b1).tanh().matMul(w2).add(b2).tanh().matMul(w3).add(b3);
    const byModel = model.apply(x) as tf.Tensor;
    byHand.dataSync().forEach((value, i) => expect(byModel.dataSync()[i]).toBeCloseTo(value, 5));
  });

  test('its variables are those a gradient can be taken of, in the order of the layers', () => {
    const model = build();
    const variables = variablesOf(model);
    expect(variables.map(({ shape }) => shape)).toEqual([[5, 7], [7], [7, 3], [3], [3, 2], [2]]);
    const { grads } = tf.variableGrads(() => (model.apply(tf.ones([1, 5])) as tf.Tensor).sum().asScalar(), variables);
    expect(Object.keys(grads)).toEqual(variables.map(({ name }) => name));
    expect(countParams(model)).toBe(5 * 7 + 7 + 7 * 3 + 3 + 3 * 2 + 2);
    expect(countParams(model)).toBe(model.countParams());
  });

  test('its table lists each layer and the sum', () => {
    const table = parameterTable({ net: build() });
    expect(table.text.split('\n').map((line) => line.split(/ +/).at(-1))).toEqual(['42', '24', '8', '74']);
    expect(table.text).toContain('[B, 7]');
    expect(table[Symbol.for('Jupyter.display') as keyof typeof table]).toBeTypeOf('function');
    expect(table.bundle()['text/html']).toContain('<td');
  });
});
