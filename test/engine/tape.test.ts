import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ready } from '../../lib/engine';

beforeAll(() => ready({ engine: 'wasm' }));
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const second = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) =>
  tf
    .grad((x) =>
      tf
        .grad((x) => f(x).sum())(x)
        .sum(),
    )(x)
    .dataSync();

test("an operation of one's own that saves its output is differentiated twice", () => {
  const cubed = tf.customGrad((...call) => {
    const [x, save] = call as unknown as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    const y = x.pow(3);
    save([x, y]);
    return {
      value: y,
      // 3 y / x: from the saved output, which stock TensorFlow.js takes for a constant here.
      gradFunc: (dy: tf.Tensor, [x, y]: tf.Tensor[]) => dy.mul(y.mul(3).div(x)),
    };
  });
  const got = second((x) => cubed(x))(tf.tensor1d([1, 2, -3]));
  [6, 12, -18].forEach((value, i) => expect(got[i]).toBeCloseTo(value, 4));
});

test('what saves an intermediate result says so instead of answering wrongly', () => {
  const labels = tf.tensor2d([[1, 0]]);
  const loss = (x: tf.Tensor) => tf.losses.softmaxCrossEntropy(labels, x);
  const x = tf.tensor2d([[0.3, -0.2]]);
  expect(tf.grad(loss)(x).shape).toEqual([1, 2]); // once is fine
  expect(() => second(loss)(x)).toThrow(/cannot be differentiated twice.*Write it with plain operations/);
});

test('the third derivative', () => {
  const third = tf.grad((x) =>
    tf
      .grad((x) =>
        tf
          .grad((x) => x.tanh().sum())(x)
          .sum(),
      )(x)
      .sum(),
  );
  const t = Math.tanh(0.5);
  expect(third(tf.scalar(0.5)).dataSync()[0]).toBeCloseTo((1 - t * t) * (6 * t * t - 2), 5);
});

test('comparisons carry no gradient, and leave nothing in memory', () => {
  const before = tf.memory().numTensors;
  const slope = tf.tidy(() =>
    tf
      .grad((x) => tf.where(x.greaterEqual(0), x, x.mul(0.2)).sum())(tf.tensor1d([1, -1]))
      .dataSync(),
  );
  expect([...slope]).toEqual([1, expect.closeTo(0.2)]);
  expect(tf.memory().numTensors).toBe(before);
});

test('a gradient taken once leaves nothing in memory', () => {
  const x = tf.tensor1d([1, 2]);
  const before = tf.memory().numTensors;
  tf.tidy(() =>
    tf
      .grad((x) => x.tanh().sigmoid().exp().softmax().sum())(x)
      .dataSync(),
  );
  tf.tidy(() => second((x) => x.tanh().exp())(x));
  expect(tf.memory().numTensors).toBe(before);
});
