import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../lib/engine';
import { buildTextEncoder, gelu, layerNorm, meanOfTokens, TransformerBlock } from '../../lib/nn';
import golden from '../golden/text.json';

beforeAll(() => ready({ engine: 'cpu' }));

function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.size).toBe(expected.length);
  actual.dataSync().forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `entry ${i}: ${value} for ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i])),
    );
  });
}

/** The golden block, with its weights put in. */
function goldenBlock() {
  const { heads, hidden, shape, weights } = golden.cases['transformer block with padding'];
  const block = new TransformerBlock({ name: 'block', heads, hidden, seed: 1 });
  const [, places, channels] = shape;
  block.build([
    [null, places, channels],
    [null, places],
  ]);
  block.setWeights(block.getWeights().map((weight, i) => tf.tensor(weights[i], weight.shape)));
  return block;
}

describe('against torch in double precision', () => {
  it('layerNorm', () => {
    const { shape, x, gamma, beta, y } = golden.cases['layer norm'];
    expectClose(layerNorm(tf.tensor(x, shape), tf.tensor1d(gamma), tf.tensor1d(beta)), y);
  });

  it('gelu', () => {
    const { x, y } = golden.cases.gelu;
    expectClose(gelu(tf.tensor1d(x)), y, 2e-6);
  });

  it('a block whose texts have padding: values, and gradients by x', () => {
    const { shape, x, tokens, y, outputWeights, xGradient } = golden.cases['transformer block with padding'];
    const block = goldenBlock();
    const ids = tf.tensor2d(tokens, undefined, 'int32');
    const run = (input: tf.Tensor) => block.apply([input, ids]) as tf.Tensor;
    expectClose(run(tf.tensor(x, shape)), y);
    const gradient = tf.grad((input) => run(input).mul(tf.tensor(outputWeights, shape)).sum())(tf.tensor(x, shape));
    expectClose(gradient, xGradient, 2e-5);
  });
});

describe('the text encoder', () => {
  const config = { vocabulary: 20, length: 6, dim: 8, blocks: 2, heads: 2, seed: 3 };

  it('gives the same for the same seed, and something else for another', () => {
    const tokens = tf.tensor2d([[2, 5, 9, 3, 0, 0]], undefined, 'int32');
    const [a, b, c] = [3, 3, 4].map((seed) => {
      const encoder = buildTextEncoder({ ...config, seed });
      return [...(encoder.apply(tokens) as tf.Tensor).dataSync()];
    });
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it('does not see how much padding there is', () => {
    const short = buildTextEncoder({ ...config, length: 4 });
    const long = buildTextEncoder(config);
    const places = long.getWeights()[1];
    long.setWeights(
      long.getWeights().map((weight, i) => (i === 1 ? tf.concat([short.getWeights()[1], places.slice(4)]) : weight)),
    );
    const embed = (encoder: tf.LayersModel, row: number[]) => {
      const tokens = tf.tensor2d([row], undefined, 'int32');
      return meanOfTokens(encoder.apply(tokens) as tf.Tensor3D, tokens);
    };
    expectClose(embed(long, [2, 7, 3, 0, 0, 0]), [...embed(short, [2, 7, 3, 0]).dataSync()]);
  });

  it('knows the order of the words', () => {
    const encoder = buildTextEncoder(config);
    const mean = (row: number[]) => {
      const tokens = tf.tensor2d([row], undefined, 'int32');
      return [...meanOfTokens(encoder.apply(tokens) as tf.Tensor3D, tokens).dataSync()];
    };
    const [a, b] = [mean([2, 7, 8, 3, 0, 0]), mean([2, 8, 7, 3, 0, 0])];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeGreaterThan(1e-3);
  });

  it('says what cannot be', () => {
    expect(() => buildTextEncoder({ length: 0 })).toThrow(/length is a whole number of at least 1, got 0/);
    expect(() => buildTextEncoder({ dim: 10, heads: 4 })).toThrow(/heads must divide dim evenly, got 4 and 10/);
  });

  it('leaves no tensors behind', () => {
    const encoder = buildTextEncoder(config);
    const tokens = tf.tensor2d([[2, 7, 8, 3, 0, 0]], undefined, 'int32');
    const before = tf.memory().numTensors;
    const sequence = encoder.apply(tokens) as tf.Tensor3D;
    const mean = meanOfTokens(sequence, tokens);
    const normed = layerNorm(mean, tf.ones([8]), tf.zeros([8]));
    gelu(normed).dispose();
    expect(tf.memory().numTensors).toBe(before + 5); // sequence, mean, normed, and the two made for it
  });
});
