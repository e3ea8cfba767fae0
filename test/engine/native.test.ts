import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { applyAdam, engines, moveAverages, Random, ready, stepOfAdam } from '../../lib/engine';
import { groupNorm } from '../../lib/nn';

const reason = engines().find(({ engine }) => engine === 'native')?.missing;

/** The number of tensors that TensorFlow itself holds. */
const held = () => (tf.backend() as unknown as { binding: { getNumOfTensors(): number } }).binding.getNumOfTensors();

describe.skipIf(reason)('the native engine', () => {
  beforeAll(() => ready({ engine: 'native' }));

  test('small numbers are brought to TensorFlow once, and never mixed up', () => {
    const x = tf.tensor1d([1, 2, 3, 4]);
    const step = () => tf.tidy(() => x.mul(0.5).reshape([2, 2]).sum(0).add(2).dataSync().join());
    expect(step()).toBe('4,5');
    const before = held();
    for (let i = 0; i < 20; i++) expect(step()).toBe('4,5');
    expect(held()).toBe(before);

    const count = tf.memory().numTensors;
    tf.tidy(() => {
      // The same numbers as another type, in another shape, under another sign.
      expect(tf.scalar(1, 'int32').add(tf.scalar(1, 'int32')).dtype).toBe('int32');
      expect(tf.scalar(1).add(tf.scalar(1)).dtype).toBe('float32');
      expect(tf.tensor2d([[2]]).add(tf.scalar(2)).shape).toEqual([1, 1]);
      expect(tf.scalar(2).add(tf.scalar(2)).shape).toEqual([]);
      expect(tf.div(1, tf.scalar(0)).dataSync()[0]).toBe(Infinity);
      expect(tf.div(1, tf.scalar(-0)).dataSync()[0]).toBe(-Infinity);
      expect(x.mul(NaN).dataSync()[0]).toBeNaN();
    });
    expect(tf.memory().numTensors).toBe(count);
  });

  test('an array that is changed later does not change what was kept of it', () => {
    const axes = Int32Array.of(2, 2);
    const x = tf.range(0, 4);
    const { add } = tf;
    const ten = Float32Array.of(10);
    const sum = (values: Float32Array) => tf.tidy(() => add(x, tf.tensor1d(values)).dataSync().join());
    expect(sum(ten)).toBe('10,11,12,13');
    ten[0] = 20;
    expect(sum(ten)).toBe('20,21,22,23');
    expect(sum(Float32Array.of(10))).toBe('10,11,12,13');
    const product = (values: Int32Array) =>
      tf.tidy(() => tf.tensor1d(values, 'int32').mul(tf.scalar(1, 'int32')).dataSync().join());
    expect(product(axes)).toBe('2,2');
    axes[0] = 3;
    expect(product(axes)).toBe('3,2');
    expect(product(Int32Array.of(2, 2))).toBe('2,2');
    x.dispose();
  });

  test('numbers that differ each time do not pile up', () => {
    const x = tf.ones([3]);
    for (let i = 0; i < 2500; i++) x.mul(i + 0.25).dispose();
    const before = held();
    for (let i = 0; i < 6000; i++) x.mul(i + 0.75).dispose();
    expect(held() - before).toBeLessThan(1500);
    x.dispose();
  });

  test('the oldest numbers are never forgotten between two numbers of one operation', () => {
    const x = tf.range(0, 2600);
    for (let size = 1; size <= 2500; size++) {
      const part = x.slice([0], [size]); // from the same 0 each time, to another size
      if (size % 100 === 0) expect(part.dataSync()[size - 1]).toBe(size - 1);
      part.dispose();
    }
    x.dispose();
  });

  test.each([[[64, 32]], [[3, 5, 16]], [[2, 6, 5, 8]], [[4, 3]], [[0, 8]]])(
    'sums over all axes but the last of %j are exact to float32',
    (shape) => {
      const x = new Random('sums').normal(shape);
      const width = shape[shape.length - 1];
      const want = new Float64Array(width);
      x.dataSync().forEach((value, i) => (want[i % width] += value));
      const axes = shape.slice(1).map((_, i) => i);
      for (const keepDims of [false, true]) {
        const got = x.sum(axes, keepDims);
        expect(got.shape).toEqual([...(keepDims ? axes.map(() => 1) : []), width]);
        got.dataSync().forEach((value, i) => expect(value).toBeCloseTo(want[i], 4));
        got.dispose();
      }
      x.dispose();
    },
  );

  test('matrices are multiplied in every orientation', () => {
    const a = [[1, 2, 3], [4, 5, 6]]; // prettier-ignore
    const b = [[1, 0], [2, 1], [0, 3]]; // prettier-ignore
    tf.tidy(() => {
      const [A, B] = [tf.tensor2d(a), tf.tensor2d(b)];
      const [At, Bt] = [A.transpose(), B.transpose()];
      const want = '5,11,14,23';
      expect(tf.matMul(A, B).dataSync().join()).toBe(want);
      expect(tf.matMul(At, B, true).dataSync().join()).toBe(want);
      expect(tf.matMul(A, Bt, false, true).dataSync().join()).toBe(want);
      expect(tf.matMul(At, Bt, true, true).dataSync().join()).toBe(want);
    });
  });

  test('a cast to the same type shares the data, which outlives either', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const twice = x.mul(2);
    const same = twice.cast('float32');
    const again = same.cast('float32');
    expect(again.dataId).toBe(same.dataId);
    tf.dispose([twice, same]);
    expect([...again.dataSync()]).toEqual([2, 4, 6]);
    expect(tf.tidy(() => again.cast('int32').dtype)).toBe('int32');
    tf.dispose([x, again]);
  });

  test('a reshape to the same shape shares the data, another one does not disturb it', () => {
    const x = tf.tensor1d([1, 2, 3, 4, 5, 6]).mul(2).reshape([2, 3]);
    const same = x.reshape([2, 3]);
    expect(same.dataId).toBe(x.dataId);
    const other = same.reshape([3, -1]);
    expect(other.shape).toEqual([3, 2]);
    tf.dispose([x, other]);
    expect(same.arraySync()).toEqual([[2, 4, 6], [8, 10, 12]]); // prettier-ignore
    same.dispose();
    tf.tidy(() => {
      expect(
        tf
          .tensor2d([['a', 'b']])
          .reshape([2, 1])
          .arraySync(),
      ).toEqual([['a'], ['b']]);
      expect(tf.tensor1d([true, false], 'bool').reshape([2, 1]).transpose().arraySync()).toEqual([[1, 0]]);
    });
  });

  test('Adam and averages are written in place, and only where nobody else holds the memory', () => {
    const factors = { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const random = new Random('overwrite');
    const array = new Float32Array(64).fill(1); // so long that TensorFlow may use its memory as it is
    const gradient = random.normal([64]);
    const rowOf = (variable: tf.Tensor) => ({
      variable: tf.variable(variable),
      m: tf.variable(tf.zeros([64])),
      v: tf.variable(tf.zeros([64])),
      gradient,
    });
    const row = rowOf(tf.tensor1d(array));
    let want: Record<'variable' | 'm' | 'v', tf.Tensor> = {
      variable: tf.tensor1d(array.slice()),
      m: tf.zeros([64]),
      v: tf.zeros([64]),
    };
    const average = tf.tidy(() => tf.variable(row.variable.clone()));
    let wantAverage = [...average.dataSync()];
    for (let step = 0; step < 4; step++) {
      // The same data under another tensor; the same memory under another shape.
      const { variable } = row;
      const sharers =
        step % 2 ? [variable.clone(), variable.reshape([8, 8]), variable.reshape([64]), average.clone()] : [];
      const before = sharers.map((sharer) => [...sharer.dataSync()]);
      tf.tidy(() => stepOfAdam([row], factors)); // which ends the life of whatever is only made on the way
      want = applyAdam(want, gradient, factors);
      moveAverages([{ average, variable: row.variable }], tf.scalar(0.25));
      const now = row.variable.dataSync();
      wantAverage = wantAverage.map((old, i) => old + 0.25 * (now[i] - old));
      for (const name of ['variable', 'm', 'v'] as const) {
        want[name].dataSync().forEach((value, i) => expect(row[name].dataSync()[i]).toBeCloseTo(value, 5));
      }
      average.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wantAverage[i], 5));
      expect(sharers.map((sharer) => [...sharer.dataSync()])).toEqual(before);
      tf.dispose(sharers);
    }
    expect(array.every((value) => value === 1)).toBe(true);
  });

  test('one call updates variables of every size, and leaves nothing behind', () => {
    const random = new Random('sizes');
    const shapes = [[], [1], [7], [5, 3], [300, 400]];
    const zeros = (shape: number[]) => tf.variable(tf.zeros(shape));
    const rows = shapes.map((shape) => ({
      variable: tf.variable(random.normal(shape)),
      m: zeros(shape),
      v: zeros(shape),
      gradient: random.normal(shape),
    }));
    const factors = { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const want = rows.map((row) => applyAdam(row, row.gradient, factors));
    stepOfAdam(rows, factors);
    rows.forEach((row, i) => {
      const values = row.variable.dataSync();
      want[i].variable.dataSync().forEach((value, j) => {
        if (Math.abs(values[j] - value) > 1e-6) expect(values[j]).toBeCloseTo(value, 6);
      });
    });
    const [count, inTensorFlow] = [tf.memory().numTensors, held()];
    for (let i = 0; i < 10; i++) stepOfAdam(rows, factors);
    expect([tf.memory().numTensors, held()]).toEqual([count, inTensorFlow]);
    expect(() => stepOfAdam([{ ...rows[2], gradient: rows[3].gradient }], factors)).toThrow('differ in size');
    expect([tf.memory().numTensors, held()]).toEqual([count, inTensorFlow]);
  });

  test.each([
    [[2, 5, 5, 12], 3, 'silu'],
    [[3, 4, 6], 6, 'linear'],
    [[4, 17, 24], 1, 'silu'],
    [[32, 14, 14, 16], 8, 'silu'],
    [[0, 4, 8], 2, 'linear'],
  ] as const)(
    'group norm of %j in %i groups, %s, is one kernel, and so is its gradient',
    (shape, groups, activation) => {
      const random = new Random('norm');
      const channels = shape[shape.length - 1];
      const x = random.normal([...shape], 3, 2);
      const [gamma, beta, weight] = [random.normal([channels]), random.normal([channels]), random.normal([...shape])];
      const norm = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
        groupNorm(x, groups, gamma, beta, 1e-5, activation);
      const all = () =>
        tf.tidy(() => {
          const { value, grads } = tf.valueAndGrads((x, gamma, beta) => norm(x, gamma, beta).mul(weight).sum())([x, gamma, beta]); // prettier-ignore
          return [norm(x, gamma, beta), value, ...grads].map((tensor) => [...tensor.dataSync()]);
        });
      all();
      const count = [tf.memory().numTensors, held()];
      const got = all();
      expect([tf.memory().numTensors, held()]).toEqual(count);
      expect(all()).toEqual(got);
      const kernels = ['GroupNorm', 'GroupNormGrad'].map((name) => tf.getKernel(name, 'tensorflow'));
      kernels.forEach(({ kernelName }) => tf.unregisterKernel(kernelName, 'tensorflow'));
      try {
        all().forEach((values, which) => {
          const scale = Math.max(1, ...values.map(Math.abs));
          const furthest = Math.max(0, ...values.map((value, i) => Math.abs(value - got[which][i])));
          expect(furthest / scale, `result ${which}`).toBeLessThan(2e-5);
        });
      } finally {
        kernels.forEach((kernel) => tf.registerKernel(kernel));
      }
    },
  );

  test('softmax in one call is softmax: any width, masked places, what is no number', () => {
    // Widths below, at and beside the sixteen that are done at a time.
    for (const shape of [[7], [3, 1], [4, 16], [2, 3, 33], [2, 4, 196]]) {
      tf.tidy(() => {
        const [x, weights] = [new Random(1).normal(shape, 0, 5), new Random(2).normal(shape)];
        const exponentials = x.sub(x.max(-1, true)).exp();
        const plain = exponentials.div(exponentials.sum(-1, true));
        const slope = plain.mul(weights.sub(plain.mul(weights).sum(-1, true)));
        const far = (a: tf.Tensor, b: tf.Tensor) => a.sub(b).abs().max().dataSync()[0];
        expect(far(tf.softmax(x), plain)).toBeLessThan(1e-6);
        expect(far(tf.grad((x) => tf.softmax(x).mul(weights).sum())(x), slope)).toBeLessThan(5e-6);
      });
    }
    tf.tidy(() => {
      const [first, second, third, last] = tf.softmax(tf.tensor1d([0, -1e9, -Infinity, Math.log(3)])).dataSync();
      expect([second, third]).toEqual([0, 0]);
      expect([first, last]).toEqual([expect.closeTo(0.25, 6), expect.closeTo(0.75, 6)]);
      expect([...tf.softmax(tf.tensor1d([NaN, 1])).dataSync()]).toEqual([NaN, NaN]);
      expect(tf.softmax(tf.zeros([0, 3])).shape).toEqual([0, 3]);
    });
  });
});
