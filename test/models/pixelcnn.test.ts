import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { pixelcnn } from '../../lib/models';
import { convMask, MaskedConv2D, maskedConv2d, type MaskShape, type MaskType, Seeds } from '../../lib/nn';
import { cases } from '../golden/pixelcnn.json';

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];
const small = { channels: 4, layers: 2, kernels: [3, 3], outputChannels: 8 } as const;

/** 1e-5 of the value, or 1e-5 near 0. */
function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.size).toBe(expected.length);
  numbers(actual).forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `entry ${i}: ${value} for ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i])),
    );
  });
}

/** Biases away from 0, so that nothing is the same everywhere by chance. */
function shaken(config: Partial<pixelcnn.PixelCnnConfig>): pixelcnn.PixelCnn {
  const model = pixelcnn.buildPixelCnn(config);
  const random = new Random(7);
  for (const variable of pixelcnn.variables(model)) {
    if (variable.rank === 1) variable.assign(random.normal(variable.shape, 0, 0.5));
  }
  return model;
}

/** Every grid of these sides and levels. -> [levels^(h·w), h, w] */
function allGrids([height, width]: readonly [number, number], levels: number): tf.Tensor3D {
  const count = levels ** (height * width);
  const values = Array.from({ length: count }, (_, n) =>
    Array.from({ length: height * width }, (_, place) => Math.floor(n / levels ** place) % levels),
  );
  return tf.tensor3d(values.flat(), [count, height, width], 'int32');
}

describe('against torch', () => {
  test('a masked convolution, masks A and B, and its gradients', () => {
    const golden = cases['masked convolution, masks A and B, and its gradients'];
    const x = tf.tensor4d(golden.x, [2, 4, 5, 2]);
    const kernel = tf.tensor4d(golden.kernel, [3, 3, 2, 3]);
    const target = tf.tensor4d(golden.target, [2, 4, 5, 3]);
    for (const type of ['A', 'B'] as const) {
      const mask = convMask(3, type);
      expectClose(maskedConv2d(x, kernel, mask), golden[`y${type}`]);
      const cost = (at: tf.Tensor, w: tf.Tensor) =>
        maskedConv2d(at as tf.Tensor4D, w as tf.Tensor4D, mask)
          .mul(target)
          .sum();
      const [byX, byKernel] = tf.grads(cost)([x, kernel]);
      expectClose(byX, golden[`xGradient${type}`]);
      expectClose(byKernel, golden[`kernelGradient${type}`]);
    }
  });

  test('the gated network with classes: logits, log p and the gradients of every weight', () => {
    const golden = cases['gated network with classes: logits, log p, gradients of every weight'];
    const model = pixelcnn.buildPixelCnn({
      ...{ size: [3, 4], levels: 3, channels: 2, layers: 2, kernels: [5, 3], outputChannels: 5, classes: 2 },
    });
    const saved = golden.weights as Record<string, { shape: number[]; values: number[]; gradient?: number[] }>;
    const weights = [...model.vertical.weights, ...model.horizontal.weights];
    expect(weights.map(({ originalName }) => originalName).sort()).toEqual(Object.keys(saved).sort());
    for (const weight of weights) {
      const { shape, values } = saved[weight.originalName];
      expect(weight.shape).toEqual(shape);
      weight.write(tf.tensor(values, shape));
    }
    const indices = tf.tensor3d(golden.indices, [3, 3, 4], 'int32');
    const labels = tf.tensor1d(golden.labels, 'int32');
    expectClose(pixelcnn.logits(model, indices, labels), golden.logits);
    expectClose(pixelcnn.logLikelihood(model, indices, labels), golden.logLikelihood);
    const { grads } = tf.variableGrads(
      () => pixelcnn.logLikelihood(model, indices, labels).sum(),
      pixelcnn.variables(model),
    );
    for (const weight of weights) {
      expectClose(grads[(weight.read() as tf.Variable).name], saved[weight.originalName].gradient as number[], 1e-4);
    }
  });
});

describe('masks', () => {
  test('look like fig. 4 of arXiv:1601.06759 and fig. 1 of arXiv:1606.05328', () => {
    expect(convMask(3, 'A')).toEqual([[1, 1, 1], [1, 0, 0], [0, 0, 0]]); // prettier-ignore
    expect(convMask(3, 'B')).toEqual([[1, 1, 1], [1, 1, 0], [0, 0, 0]]); // prettier-ignore
    expect(convMask(3, 'A', 'vertical')).toEqual([[1, 1, 1], [0, 0, 0], [0, 0, 0]]); // prettier-ignore
    expect(convMask(3, 'B', 'vertical')).toEqual([[1, 1, 1], [1, 1, 1], [0, 0, 0]]); // prettier-ignore
    expect(convMask(5, 'A', 'horizontal')).toEqual([[1, 1, 0, 0, 0]]);
    expect(convMask(5, 'B', 'horizontal')).toEqual([[1, 1, 1, 0, 0]]);
    expect(() => convMask(4, 'A')).toThrow(/odd whole number/);
    expect(() => maskedConv2d(tf.zeros([1, 4, 4, 1]), tf.zeros([3, 3, 1, 1]), convMask(5, 'A'))).toThrow(
      'as large as the kernel, 3×3, got 5×5',
    );
  });

  test.each(['raster', 'vertical', 'horizontal'] as MaskShape[])(
    '%s: the layer, which stores no zeros, is the masked convolution',
    (shape) => {
      for (const type of ['A', 'B'] as MaskType[]) {
        const mask = convMask(5, type, shape);
        const layer = new MaskedConv2D({ name: `${shape}${type}`, filters: 3, mask, seeds: new Seeds(1) });
        const x = new Random(2).normal<tf.Rank.R4>([2, 1, 6, 2]); // one row, as in sampling
        const taller = new Random(2).normal<tf.Rank.R4>([2, 7, 6, 2]);
        for (const input of [x, taller]) {
          const y = layer.apply(input) as tf.Tensor4D;
          const [kernel, bias] = layer.getWeights();
          const rows = mask.flatMap((row, i) => (row.includes(1) ? [i] : []));
          const columns = mask[0].flatMap((_, j) => (mask.some((row) => row[j]) ? [j] : []));
          expect(kernel.shape.slice(0, 2)).toEqual([rows.length, columns.length]);
          const whole = kernel.pad([
            [rows[0], mask.length - rows[0] - rows.length],
            [columns[0], mask[0].length - columns[0] - columns.length],
            [0, 0],
            [0, 0],
          ]);
          expectClose(y, numbers(maskedConv2d(input, whole as tf.Tensor4D, mask).add(bias)));
        }
      }
    },
  );
});

describe('what a number depends on', () => {
  /** |∂ logits at (row, column) / ∂ input|, summed over channels, at each place. */
  const dependence = (model: pixelcnn.PixelCnn, row: number, column: number) => {
    const x = new Random(3).normal<tf.Rank.R4>([1, ...model.config.size, 1]);
    const gradient = tf.grad((at) => {
      const messages = model.vertical.apply(at) as tf.Tensor[];
      const logits = model.horizontal.apply([at, ...messages]) as tf.Tensor4D;
      return logits.slice([0, row, column], [1, 1, 1]).square().sum();
    })(x);
    return gradient.reshape([...model.config.size]).arraySync() as number[][];
  };

  test('everything before it and nothing else: no blind spot, no look ahead', () => {
    const model = shaken({ ...small, size: [7, 7], layers: 6, channels: 6 });
    for (const [row, column] of [[3, 3], [5, 0], [2, 6], [0, 0]]) {
      dependence(model, row, column).forEach((line, i) =>
        line.forEach((value, j) => {
          const isBefore = i < row || (i === row && j < column);
          expect(value !== 0, `(${row}, ${column}) on (${i}, ${j})`).toBe(isBefore);
        }),
      );
    } // prettier-ignore
  });

  test('a plain stack of raster masks, without the second stack, has the blind spot', () => {
    const layers = (['A', 'B', 'B', 'B', 'B', 'B'] as MaskType[]).map(
      (type, i) => new MaskedConv2D({ name: `plain${i}`, filters: 1, mask: convMask(3, type), seeds: new Seeds(i) }),
    );
    const x = new Random(3).normal<tf.Rank.R4>([1, 7, 7, 1]);
    const gradient = tf.grad((at) => {
      const out = layers.reduce((h, layer) => layer.apply(h) as tf.Tensor, at);
      return out.slice([0, 3, 3], [1, 1, 1]).sum();
    })(x);
    const map = gradient.reshape([7, 7]).arraySync() as number[][];
    expect(map[2][4]).not.toBe(0);
    expect(map[2][5]).toBe(0); // before (3, 3), and hidden from it
  });

  test('as many rows as rowsSeen says', () => {
    const model = shaken({ ...small, size: [8, 5], kernels: [5, 3], layers: 2 });
    expect(pixelcnn.rowsSeen(model)).toBe(4);
    const map = dependence(model, 7, 2).map((line) => line.some((value) => value !== 0));
    expect(map).toEqual([false, false, false, true, true, true, true, true]);
  });
});

describe('probabilities', () => {
  test.each([
    ['2×2 of 3 levels', [2, 2], 3, 'grey'],
    ['3×3 black and white', [3, 3], 2, 'grey'],
    ['2×3 codes of 3 kinds', [2, 3], 3, 'one-hot'],
  ] as const)('%s: the probabilities of all grids add up to 1', (_, size, levels, input) => {
    for (const classes of [0, 2]) {
      const model = shaken({ ...small, size, levels, input, classes });
      const grids = allGrids(size, levels);
      const labels = classes ? tf.ones<tf.Rank.R1>([grids.shape[0]], 'int32') : undefined;
      const p = pixelcnn.logLikelihood(model, grids, labels).exp();
      expect(p.sum().dataSync()[0]).toBeCloseTo(1, 5);
      expect(p.max().dataSync()[0]).toBeGreaterThan(2 / grids.shape[0]); // far from uniform
    }
  });

  test('samples come as often as their probabilities say', async () => {
    const model = shaken({ ...small, size: [2, 2], levels: 3 });
    const p = numbers(pixelcnn.logLikelihood(model, allGrids([2, 2], 3)).exp());
    const n = 10_000;
    const grids = await pixelcnn.sample(model, n, new Random(1));
    const counts = p.map(() => 0);
    const data = grids.dataSync();
    for (let i = 0; i < n; i++)
      counts[data[4 * i] + 3 * data[4 * i + 1] + 9 * data[4 * i + 2] + 27 * data[4 * i + 3]]++;
    const chiSquared = p.reduce((sum, each, i) => sum + (counts[i] - n * each) ** 2 / (n * each), 0);
    expect(chiSquared).toBeLessThan(125); // 80 degrees of freedom: one in a thousand is above
  });

  test('the short way of sampling draws what the plain way draws', async () => {
    for (const config of [{}, { classes: 2 }, { input: 'one-hot' as const }]) {
      const model = shaken({ ...small, size: [6, 3], levels: 3, layers: 1, ...config });
      const labels = config.classes ? tf.tensor1d([0, 1, 1], 'int32') : undefined;
      expect(pixelcnn.rowsSeen(model)).toBeLessThan(5); // so that rows are left out
      const drawn = await pixelcnn.sample(model, 3, new Random(4), { labels });
      const random = new Random(4);
      const values = new Int32Array(3 * 18);
      for (let place = 0; place < 18; place++) {
        const all = pixelcnn.logits(model, tf.tensor3d(values, [3, 6, 3], 'int32'), labels).softmax();
        const p = all.reshape([3, 18, 3]).gather(place, 1).arraySync() as number[][];
        for (let i = 0; i < 3; i++) {
          const u = random.next();
          values[i * 18 + place] = u < p[i][0] ? 0 : u < p[i][0] + p[i][1] ? 1 : 2;
        }
      }
      expect(numbers(drawn)).toEqual([...values]);
    }
  });

  test('given rows are kept, whatever stands below them; onRow sees the grid grow', async () => {
    const model = shaken({ ...small, size: [4, 3], levels: 3 });
    const indices = tf.fill<tf.Rank.R3>([2, 4, 3], 2, 'int32');
    const rows: number[] = [];
    const drawn = await pixelcnn.sample(model, 2, new Random(1), {
      given: { indices, rows: 2 },
      onRow: ({ row, indices: sofar }) => {
        rows.push(row);
        if (row === 2) expect(numbers(sofar.slice([0, 3], [2, 1]))).toEqual([0, 0, 0, 0, 0, 0]);
      },
    });
    expect(rows).toEqual([2, 3]);
    expect(numbers(drawn.slice([0, 0], [2, 2]))).toEqual(Array(12).fill(2));
    await expect(pixelcnn.sample(model, 3, new Random(1), { given: { indices, rows: 2 } })).rejects.toThrow(
      'given.indices must be [3, 4, 3], got [2, 4, 3]',
    );
  });

  test('labels change the probabilities, and a conditional model asks for them', () => {
    const model = shaken({ ...small, size: [3, 3], classes: 2 });
    const grid = tf.zeros<tf.Rank.R3>([1, 3, 3], 'int32');
    const of = (label: number) => numbers(pixelcnn.logits(model, grid, tf.tensor1d([label], 'int32')));
    expect(of(0)).not.toEqual(of(1));
    expect(() => pixelcnn.logits(model, grid)).toThrow(/conditional: pass the labels/);
    expect(() => pixelcnn.logits(model, grid, tf.tensor1d([0, 1], 'int32'))).toThrow(
      'labels must have the shape [1], got [2]',
    );
  });
});

test('levels: equal parts of the 256, and back', () => {
  const bytes = [0, 63, 64, 127, 128, 191, 192, 255];
  const images = tf.tensor4d(bytes.map((byte) => byte / 255), [1, 2, 4, 1]); // prettier-ignore
  const levels = pixelcnn.toLevels(images, 4);
  expect(numbers(levels)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  expect(numbers(pixelcnn.toLevels(images, 256))).toEqual(bytes);
  expect(numbers(pixelcnn.toLevels(images, 2))).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  expectClose(
    pixelcnn.toImages(levels, 4),
    [0, 0, 1, 1, 2, 2, 3, 3].map((level) => level / 3),
  );
});

test('bits/dim: uniform logits cost log₂ K, in loss and in evaluate, of images and of grids', async () => {
  const model = pixelcnn.buildPixelCnn({ ...small, size: [4, 4], levels: 4 });
  for (const variable of pixelcnn.variables(model)) variable.assign(tf.zerosLike(variable));
  const images = new Random(1).uniform<tf.Rank.R4>([5, 4, 4, 1]);
  const grids = pixelcnn.toLevels(images, 4);
  expect(pixelcnn.loss(model, grids).dataSync()[0]).toBeCloseTo(2, 5);
  for (const data of [images, grids]) {
    const { bitsPerDim, nats } = await pixelcnn.evaluate(model, data, { batchSize: 2 });
    expect(bitsPerDim).toBeCloseTo(2, 5);
    expect(nats).toBeCloseTo(16 * Math.log(4), 3);
  }
});

test('one seed, one network', () => {
  const weights = (seed: number) => pixelcnn.variables(pixelcnn.buildPixelCnn({ ...small, seed })).flatMap(numbers);
  expect(weights(7)).toEqual(weights(7));
  expect(weights(7)).not.toEqual(weights(8));
});

test('says what does not fit', () => {
  expect(() => pixelcnn.buildPixelCnn({ levels: 1 })).toThrow(/levels is a whole number from 2, got 1/);
  expect(() => pixelcnn.buildPixelCnn({ kernels: [7, 2] })).toThrow(/odd numbers from 3, got \[7,2\]/);
  expect(() => pixelcnn.buildPixelCnn({ channels: 0 })).toThrow(/channels/);
  expect(() => pixelcnn.buildPixelCnn({ size: [0, 4] })).toThrow(/\[height, width\], got \[0,4\]/);
  const model = pixelcnn.buildPixelCnn({ ...small, size: [4, 4] });
  expect(() => pixelcnn.logits(model, tf.zeros([2, 4, 5], 'int32'))).toThrow('[B, 4, 4], got [2, 4, 5]');
});

test('no public function leaves a tensor behind', async () => {
  const model = pixelcnn.buildPixelCnn({ ...small, size: [4, 4], levels: 3 });
  const random = new Random(0);
  const images = random.uniform<tf.Rank.R4>([6, 4, 4, 1]);
  const grids = pixelcnn.toLevels(images, 3);
  const kernel = random.normal<tf.Rank.R4>([3, 3, 1, 1]);
  const weights = model.vertical.weights.length + model.horizontal.weights.length;
  const calls: Record<string, [made: number, call: () => unknown]> = {
    maskedConv2d: [1, () => maskedConv2d(images, kernel, convMask(3, 'A'))],
    toLevels: [1, () => pixelcnn.toLevels(images, 3)],
    toImages: [1, () => pixelcnn.toImages(grids, 3)],
    asInput: [1, () => pixelcnn.asInput(model, grids)],
    fromAbove: [3, () => pixelcnn.fromAbove(model, grids)],
    logits: [1, () => pixelcnn.logits(model, grids)],
    logLikelihood: [1, () => pixelcnn.logLikelihood(model, grids)],
    loss: [1, () => pixelcnn.loss(model, grids)],
    sample: [1, () => pixelcnn.sample(model, 2, random, { onRow: () => undefined })],
    evaluate: [0, () => pixelcnn.evaluate(model, images)],
    trainPixelCnn: [0, () => pixelcnn.trainPixelCnn(model, images, { epochs: 2, batchSize: 2 })],
    dispose: [-weights, () => pixelcnn.dispose(model)],
  };
  for (const [name, [made, call]] of Object.entries(calls)) {
    const before = tf.memory().numTensors;
    await call();
    expect(tf.memory().numTensors - before, name).toBe(made);
  }
});
