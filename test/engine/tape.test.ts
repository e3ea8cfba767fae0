import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
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

/** x³ by an operation of one's own, which saves what `keep` names and differentiates from it. */
function cube(keep: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor, slope: (x: tf.Tensor, kept: tf.Tensor) => tf.Tensor) {
  return tf.customGrad((...call) => {
    const [x, save] = call as unknown as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    const y = x.pow(3);
    save([x, keep(x, y)]);
    return { value: y, gradFunc: (dy: tf.Tensor, [x, kept]: tf.Tensor[]) => dy.mul(slope(x, kept)) };
  });
}

const x = () => tf.tensor1d([1, 2, -3]);
const fromOutput = () =>
  cube(
    (_, y) => y,
    (x, y) => y.mul(3).div(x), // stock TensorFlow.js takes y for a constant in the next derivative
  );

function warnings(work: () => void): string[] {
  const said: string[] = [];
  const spy = vi.spyOn(console, 'warn').mockImplementation((text: string) => void said.push(text));
  work();
  spy.mockRestore();
  return said;
}

describe("an operation of one's own", () => {
  test('that saves its output is differentiated twice, with one warning', () => {
    const twice = () => {
      const got = second((x) => fromOutput()(x))(x());
      [6, 12, -18].forEach((value, i) => expect(got[i]).toBeCloseTo(value, 4));
    };
    const said = warnings(() => (twice(), twice()));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /not in genlab's vocabulary.*uses its own saved output.*Compare .* with finite differences/,
    );
  });

  test('that saves its input, or is differentiated once, says nothing', () => {
    const fromInput = cube(
      (x) => x,
      (_, x) => x.square().mul(3),
    );
    const said = warnings(() => {
      const got = second((x) => fromInput(x))(x());
      [6, 12, -18].forEach((value, i) => expect(got[i]).toBeCloseTo(value, 4));
      tf.grad((x) => fromOutput()(x).sum())(x());
    });
    expect(said).toEqual([]);
  });

  test('that saves an intermediate result throws instead of answering wrongly', () => {
    const viaSquare = () => {
      return cube(
        (x) => x.square(),
        (_, square) => square.mul(3),
      );
    };
    expect(
      tf
        .grad((x) => viaSquare()(x).sum())(x())
        .dataSync(),
    ).toEqual(Float32Array.of(3, 12, 27)); // once is fine
    expect(() => second((x) => viaSquare()(x))(x())).toThrow(
      /cannot be differentiated twice.*Write it with plain operations/,
    );
  });
});

test("the vocabulary's operations save outputs without a warning", () => {
  const said = warnings(() => second((x) => x.tanh().sigmoid().exp().softmax().add(x.logSoftmax()).elu().sqrt())(x()));
  expect(said).toEqual([]);
});

test('what has no derivative throws and names another way', () => {
  expect(() => tf.grad((x) => x.stridedSlice([2], [0], [-1]))(x())).toThrow(/negative stride.*use tf\.reverse/);
  const larger = (x: tf.Tensor) => tf.image.resizeBilinear(x as tf.Tensor4D, [4, 4], false, true);
  expect(() => tf.grad((x) => larger(x).sum())(tf.ones([1, 2, 2, 1]))).toThrow(/halfPixelCenters has no gradient/);
  expect(() => tf.einsum('ii->i', tf.eye(2))).toThrow(/names an axis twice.*tf\.eye/);
});

test('a gradient of a gradient through what was computed before the inner one began', () => {
  // y = x tanh x with the tanh outside, so that dy/dx = t + x (1 − t²) and its derivative 2 (1 − t²)(1 − x t).
  const slope = (x: tf.Tensor) => {
    const t = x.tanh();
    return tf.grad((x) => x.mul(t).sum())(x);
  };
  const t = Math.tanh(0.5);
  const second = tf
    .grad((x) => slope(x).sum())(tf.scalar(0.5))
    .dataSync()[0];
  expect(second).toBeCloseTo(2 * (1 - t * t) * (1 - 0.5 * t), 5);
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

test('sums and reshapes keep nothing for their gradients, products what they need', () => {
  const kept = () => {
    const { state } = tf.engine() as unknown as { state: { activeTape: { saved: tf.Tensor[] }[] } };
    return state.activeTape.flatMap(({ saved }) => saved).length;
  };
  const counts: number[] = [];
  const slope = tf.grad((x) => {
    const y = x.add(1).sub(2).reshape([3, 1]).mean(1).sum();
    counts.push(kept());
    const z = y.mul(x.sum());
    counts.push(kept());
    return z;
  })(x());
  expect(counts).toEqual([0, 2]);
  // z = (Σx − 3) Σx
  expect([...slope.dataSync()]).toEqual([-3, -3, -3]);
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

test('what was saved is let go of as the walk back passes', () => {
  const x = tf.tensor1d([1, 1]);
  const tensorsAtTheEnd = (squares: number): number => {
    let count = 0;
    const first = tf.customGrad((...call) => {
      const gradFunc = (dy: tf.Tensor) => ((count = tf.memory().numTensors), dy.clone());
      return { value: (call[0] as tf.Tensor).clone(), gradFunc };
    });
    const power = (x: tf.Tensor) => Array.from({ length: squares }).reduce<tf.Tensor>((y) => y.square(), first(x));
    tf.tidy(() =>
      tf
        .grad((x) => power(x).sum())(x)
        .dataSync(),
    );
    return count;
  };
  // A slope stays for each square, and no longer the number that was squared.
  expect(tensorsAtTheEnd(20) - tensorsAtTheEnd(10)).toBe(10);
});

test('what was saved is let go of where the function throws, and the next gradient is right', () => {
  const x = tf.tensor1d([1, 2]);
  const before = tf.memory().numTensors;
  const fails = (x: tf.Tensor): tf.Tensor => {
    const y = x.tanh().exp();
    throw new Error(`out of memory after ${y.shape}`);
  };
  expect(() => tf.tidy(() => tf.grad(fails)(x))).toThrow('out of memory');
  expect(() => tf.tidy(() => tf.grad((x) => tf.grad(fails)(x))(x))).toThrow('out of memory');
  expect(tf.memory().numTensors).toBe(before);
  expect([
    ...tf
      .grad((x) => x.square().sum())(x)
      .dataSync(),
  ]).toEqual([2, 4]);
});

test('of a result that is not computed from x there is no gradient, and that is said', () => {
  const constant = tf.scalar(3);
  expect(() => tf.grad(() => constant)(x())).toThrow(/^Cannot compute gradient of y=f\(x\)/); // graders know these words
});
