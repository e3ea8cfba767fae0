/** The blocks of diffusion networks, against PyTorch in double precision and diffusers. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import {
  attention,
  buildMlpDenoiser,
  buildUnet,
  groupNorm,
  groupsFor,
  LabelEmbedding,
  MultiHeadAttention,
  silu,
  TimeEmbedding,
  timestepEmbedding,
  variablesOf,
} from '../../lib/nn';
import file from '../golden/nn.json';

const golden = file.cases;

beforeAll(() => ready());
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

/** The numbers of make_nn.py's function of this name. */
const wave = (shape: number[], start: number) =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, k) => Math.cos(1.3 * k + start)),
    shape,
  );
const cosines = (size: number, from: number) => tf.tensor1d(Array.from({ length: size }, (_, k) => Math.cos(k + from)));
const weightedSquares = (y: tf.Tensor) =>
  cosines(y.size, 1)
    .mul(y.reshape([-1]).square())
    .sum();

/** 1e-5 of the largest number expected. */
function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-5): void {
  const values = [...actual.dataSync()];
  expect(values.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  values.forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `entry ${i}: ${value} for ${expected[i]}`).toBeLessThan(tolerance * scale);
  });
}

describe('group norm', () => {
  const inputs = () => [wave([2, 3, 4, 6], 0), wave([6], 1), wave([6], 2)];
  const norm = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => groupNorm(x, 3, gamma, beta);
  const first = tf.grads((...x) => weightedSquares(norm(x[0], x[1], x[2])));

  test('values, gradients, and gradients of gradients', () => {
    const [x, gamma, beta] = inputs();
    expectClose(norm(x, gamma, beta), golden['group norm'].y);
    first([x, gamma, beta]).forEach((gradient, i) => expectClose(gradient, golden['group norm'].first[i]));
    const penalty = (...all: tf.Tensor[]) => tf.addN(first(all).map(weightedSquares));
    tf.grads(penalty)([x, gamma, beta]).forEach((gradient, i) => {
      expectClose(gradient, golden['group norm'].second[i], 1e-4);
    });
  });

  test('with SiLU inside it is what SiLU behind it is: values, gradients, gradients of gradients', () => {
    const together = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => groupNorm(x, 3, gamma, beta, 1e-5, 'silu');
    const apart = (...args: Parameters<typeof together>) => silu(norm(...args));
    const all = inputs();
    const of = (f: typeof together) => {
      const first = tf.grads((...x) => weightedSquares(f(x[0], x[1], x[2])));
      const second = tf.grads((...x) => tf.addN(first(x).map(weightedSquares)));
      return [f(all[0], all[1], all[2]), ...first(all), ...second(all)];
    };
    const expected = of(apart);
    of(together).forEach((found, i) => expectClose(found, [...expected[i].dataSync()], 1e-4));
  });

  test('a large mean does not drown the variance', () => {
    const x = new Random(0).normal([1, 16, 16, 4]);
    const [one, zero] = [tf.ones([4]), tf.zeros([4])];
    const far = groupNorm(x.add(1000), 2, one, zero);
    expect(
      far
        .sub(groupNorm(x, 2, one, zero))
        .abs()
        .max()
        .dataSync()[0],
    ).toBeLessThan(1e-3);
  });

  test('says which number of groups does not divide', () => {
    const [x, gamma, beta] = inputs();
    expect(() => groupNorm(x, 4, gamma, beta)).toThrow('groupNorm: groups must divide the 6 channels evenly, got 4.');
    expect([groupsFor(6, 4), groupsFor(64, 8), groupsFor(2, 8), groupsFor(7, 4)]).toEqual([3, 8, 2, 1]);
  });
});

describe('attention', () => {
  const parts = ['query', 'key', 'value', 'output'];
  const build = (shapes: number[][]) => {
    const layer = new MultiHeadAttention({ name: 'mha', heads: 2, seed: 0 });
    layer.apply(shapes.map((shape) => tf.zeros(shape)));
    for (const weight of layer.weights) {
      const [part, kind] = weight.originalName.split('/')[1].split('_');
      weight.write(wave(weight.shape as number[], parts.indexOf(part) + (kind === 'bias' ? 10 : 0)));
    }
    return layer;
  };

  test('of a sequence to itself, as torch.nn.MultiheadAttention', () => {
    const layer = build([[2, 6, 8]]);
    const x = wave([2, 6, 8], 20);
    const y = (x: tf.Tensor) => layer.apply(x) as tf.Tensor;
    expectClose(y(x), golden['self-attention'].y);
    expectClose(tf.grad((x) => weightedSquares(y(x)))(x), golden['self-attention'].gradients[0]);
    // An image is the sequence of its pixels.
    const image = layer.apply(x.reshape([2, 2, 3, 8])) as tf.Tensor;
    expect(image.shape).toEqual([2, 2, 3, 8]);
    expectClose(image, golden['self-attention'].y);
  });

  test('to a context of another width', () => {
    const layer = build([
      [2, 6, 8],
      [2, 3, 5],
    ]);
    const inputs = [wave([2, 6, 8], 20), wave([2, 3, 5], 30)];
    const y = (...inputs: tf.Tensor[]) => layer.apply(inputs) as tf.Tensor;
    expectClose(y(...inputs), golden['cross-attention'].y);
    const gradients = tf.grads((...inputs) => weightedSquares(y(...inputs)))(inputs);
    gradients.forEach((gradient, i) => expectClose(gradient, golden['cross-attention'].gradients[i]));
  });

  test('the order of the context makes no difference, that of x only reorders the result', () => {
    const random = new Random(1);
    const [q, k, v] = [5, 3, 3].map((n) => random.normal<tf.Rank.R3>([1, n, 4]));
    const y = attention(q, k, v, 2);
    const turned = attention(q.reverse(1), k.reverse(1), v.reverse(1), 2).reverse(1);
    expectClose(turned, [...y.dataSync()]);
    expect(() => attention(q, k, v, 3)).toThrow('attention: heads must divide the 4 channels evenly, got 3.');
  });

  test('with its output at zero a residual block with it starts as the identity', () => {
    const layer = new MultiHeadAttention({ name: 'quiet', heads: 1, seed: 3, output: 'zero' });
    expect((layer.apply(tf.ones([1, 4, 4, 2])) as tf.Tensor).abs().max().dataSync()[0]).toBe(0);
  });
});

describe('embeddings', () => {
  const { t, embedding, scaled } = golden['time embedding'];

  test('of the time, as diffusers has them', () => {
    const rows = timestepEmbedding(tf.tensor1d(t), 16);
    expectClose(rows.slice([0, 0], [4, 16]), embedding.slice(0, 64), 2e-6);
    expectClose(rows, embedding, 1e-4); // an angle of 999 is known to 6e-5 in single precision
    const layer = new TimeEmbedding({ name: 'time', dim: 8, scale: 1000 });
    expectClose(layer.apply(tf.tensor1d(t).div(1000)) as tf.Tensor, scaled, 2e-4);
    expect(() => timestepEmbedding(tf.tensor1d(t), 5)).toThrow(/dim is an even number of at least 4, got 5/);
  });

  test('of labels: a row for each class and one for none, each with a gradient of its own', () => {
    const layer = new LabelEmbedding({ name: 'class', classes: 3, dim: 4, seed: 1 });
    const rows = layer.apply(tf.tensor1d([3, 0, 0])) as tf.Tensor2D;
    const table = layer.getWeights()[0];
    expect(table.shape).toEqual([4, 4]);
    expectClose(
      rows,
      [3, 0, 0].flatMap((i) => [...table.slice([i, 0], [1, 4]).dataSync()]),
    );
    const variable = layer.trainableWeights[0].read() as tf.Variable;
    const { grads } = tf.variableGrads(() => (layer.apply(tf.tensor1d([3, 0, 0])) as tf.Tensor).sum(), [variable]);
    expect([...grads[variable.name].sum(1).dataSync()]).toEqual([8, 0, 0, 4]);
  });
});

describe('U-Net', () => {
  const build = () => {
    const model = buildUnet({
      inputShape: [8, 4, 2],
      channels: 8,
      multipliers: [1, 2],
      groups: 4,
      heads: 2,
      classes: 3,
      contextDim: 5,
    });
    for (const weight of model.weights) weight.write(valuesFor(weight.originalName, weight.shape as number[]));
    return model;
  };
  const valuesFor = (name: string, shape: number[]) => {
    const start = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 97;
    const fanIn = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const size = shape.length > 1 ? 1 / Math.sqrt(fanIn) : 0.1;
    return tf.tidy(() =>
      wave(shape, start)
        .mul(size)
        .add(name.endsWith('gamma') ? 1 : 0),
    );
  };
  const others = () => ({ t: tf.tensor1d([3, 700]), label: tf.tensor1d([1, 3]) });

  test('is the network written in PyTorch: weights by name, output, and every gradient', () => {
    const model = build();
    expect(model.weights.map(({ originalName }) => originalName).sort()).toEqual(
      Object.keys(golden['U-Net'].weightGradients).sort(),
    );
    const { t, label } = others();
    const [x, context] = [wave([2, 8, 4, 2], 0), wave([2, 3, 5], 1)];
    const y = (x: tf.Tensor, context: tf.Tensor) => model.apply([x, t, label, context]) as tf.Tensor;
    expectClose(y(x, context), golden['U-Net'].y, 2e-5);
    const [byX, byContext] = tf.grads((x, c) => weightedSquares(y(x, c)))([x, context]);
    expectClose(byX, golden['U-Net'].xGradient, 1e-4);
    expectClose(byContext, golden['U-Net'].contextGradient, 1e-4);
    const { value, grads } = tf.variableGrads(() => weightedSquares(y(x, context)) as tf.Scalar, variablesOf(model));
    expect(Math.abs(value.dataSync()[0] / golden['U-Net'].loss - 1)).toBeLessThan(1e-4);
    const expected: Record<string, number> = golden['U-Net'].weightGradients;
    const scale = Math.max(...Object.values(expected).map(Math.abs));
    for (const weight of model.weights) {
      const gradient = grads[(weight.read() as tf.Variable).name];
      const projection = gradient.reshape([-1]).mul(cosines(gradient.size, 0)).sum().dataSync()[0];
      expect(Math.abs(projection - expected[weight.originalName]), weight.originalName).toBeLessThan(5e-5 * scale);
    }
  });

  test('starts at zero, has no leak, and one seed gives one network', () => {
    const model = buildUnet({ inputShape: [8, 8, 1], channels: 8, outChannels: 2 });
    const [x, t] = [new Random(0).normal([3, 8, 8, 1]), tf.tensor1d([1, 2, 3])];
    const before = tf.memory().numTensors;
    const y = model.apply([x, t]) as tf.Tensor;
    expect(tf.memory().numTensors - before).toBe(1);
    expect(y.shape).toEqual([3, 8, 8, 2]);
    expect(y.abs().max().dataSync()[0]).toBe(0);
    const weights = (seed: number) => [
      ...buildUnet({ inputShape: [8, 8, 1], channels: 8, seed })
        .getWeights()[0]
        .dataSync(),
    ];
    expect(weights(4)).toEqual(weights(4));
    expect(weights(4)).not.toEqual(weights(5));
  });

  test('the default has the parameters that its comment says', () => {
    expect(Math.round(buildUnet().countParams() / 1000)).toBe(701);
  });

  test('says what does not fit', () => {
    expect(() => buildUnet({ multipliers: [1, 2, 2, 2] })).toThrow(/28×28 cannot be divided by 8/);
    expect(() => buildUnet({ attention: [2] })).toThrow(/levels from 0 to 1, got \[2\]/);
    expect(() => buildUnet({ channels: 6 })).toThrow(/multiple of 4, got 6/);
    expect(() => buildUnet({ inputShape: [2] })).toThrow(/\[height, width, channels\]/);
    expect(() => buildUnet({ multipliers: [] })).toThrow(/multipliers/);
  });
});

describe('the network for points', () => {
  test('has the inputs of the U-Net, starts at zero, and is told time and label', () => {
    const model = buildMlpDenoiser({ dims: 3, width: 16, classes: 2 });
    expect(model.inputNames).toEqual(['x', 't', 'label']);
    const x = new Random(0).normal([1, 3]);
    const y = (t: number, label: number) => [
      ...(model.apply([x, tf.tensor1d([t]), tf.tensor1d([label])]) as tf.Tensor).dataSync(),
    ];
    expect(y(1, 0)).toEqual([0, 0, 0]);
    const last = model.getLayer('out');
    last.setWeights([tf.ones([16, 3]), tf.zeros([3])]);
    expect(y(1, 0)).not.toEqual(y(2, 0));
    expect(y(1, 0)).not.toEqual(y(1, 2));
    expect(() => buildMlpDenoiser({ width: 9 })).toThrow(/multiple of 8, got 9/);
  });
});
