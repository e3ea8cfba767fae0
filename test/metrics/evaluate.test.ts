import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import * as metrics from '../../lib/metrics';

const { classifier: room } = metrics;

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

/** Pictures of 8 × 8 with one bright quarter, which is the label, and noise. */
class Quarters {
  constructor(
    readonly size: number,
    private readonly seed: number,
  ) {}

  *batches({ batchSize }: { batchSize: number }) {
    const random = new Random(this.seed);
    for (let from = 0; from < this.size; from += batchSize) {
      const count = Math.min(batchSize, this.size - from);
      const labels = Int32Array.from({ length: count }, () => random.int(4));
      yield { images: pictures(labels, random), labels: tf.tensor1d(labels, 'int32') };
    }
  }
}

function pictures(labels: ArrayLike<number>, random: Random): tf.Tensor4D {
  return tf.tidy(() => {
    const bright = tf.buffer([labels.length, 8, 8, 1]);
    for (let n = 0; n < labels.length; n++) {
      for (let i = 0; i < 16; i++) {
        bright.set(0.7, n, 4 * (labels[n] >> 1) + (i >> 2), 4 * (labels[n] & 1) + (i & 3), 0);
      }
    }
    return bright.toTensor().add(random.uniform([labels.length, 8, 8, 1], 0, 0.3)) as tf.Tensor4D;
  });
}

const small = { inputShape: [8, 8, 1], classes: 4, channels: [4, 8, 12] } as const;
const data = { train: new Quarters(384, 1), test: new Quarters(160, 2) };

describe('the classifier', () => {
  test('has the default size, and outputs of the right shapes', () => {
    const net = room.buildClassifier();
    const x = new Random(0).uniform<tf.Rank.R4>([3, 28, 28, 1]);
    expect(room.features(net, x).shape).toEqual([3, 128]);
    const p = room.probabilities(net, x);
    expect(p.shape).toEqual([3, 10]);
    for (const sum of p.sum(1).dataSync()) expect(sum).toBeCloseTo(1, 5);
    expect(() => room.read(net, tf.zeros([3, 8, 8, 1]))).toThrow('images of shape [B, 28, 28, 1], got [3,8,8,1]');
    room.dispose(net);
  });

  test('learns, and one that is not trained does not know', async () => {
    const net = room.buildClassifier(small);
    expect(await room.accuracy(net, data.test)).toBeLessThan(0.6);
    const options = { epochs: 4, batchSize: 32, shift: 0, learningRate: 1e-2 };
    await room.trainClassifier(net, new Halves(384, 1), options);
    expect(await room.accuracy(net, new Halves(160, 2))).toBeGreaterThan(0.97);
    room.dispose(net);
  });
});

/** Two classes that mirroring does not mix up: bright above, bright below. */
class Halves extends Quarters {
  override *batches(options: { batchSize: number }) {
    for (const { images, labels } of super.batches(options)) {
      const halves = tf.tidy(() => labels.div(tf.scalar(2, 'int32')).toInt() as tf.Tensor1D);
      labels.dispose();
      yield { images, labels: halves };
    }
  }
}

describe('augment', () => {
  test('moves and mirrors whole pictures, and brings in zeros', async () => {
    const picture = tf.range(1, 10).reshape<tf.Tensor4D>([1, 3, 3, 1]);
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const moved = await room.augment(picture, new Random(seed), 1);
      seen.add([...moved.dataSync()].join());
      moved.dispose();
    }
    expect(seen.size).toBe(18); // 3 × 3 shifts, mirrored or not
    expect(seen).toContain('1,2,3,4,5,6,7,8,9');
    expect(seen).toContain('3,2,1,6,5,4,9,8,7');
    expect(seen).toContain('0,0,0,0,1,2,0,4,5'); // down and to the right
    expect(seen).toContain('5,4,0,8,7,0,0,0,0'); // mirrored, then up and to the left
  });
});

describe('evaluateSamples', () => {
  const setting = async () => {
    const net = room.buildClassifier({ ...small, seed: 3 });
    await room.trainClassifier(net, data.train, { epochs: 3, batchSize: 32, shift: 0, learningRate: 1e-2 });
    return { net, reference: await metrics.referenceOf(data, net) };
  };
  const fakes = (make: (random: Random) => tf.Tensor4D) =>
    async function* () {
      const random = new Random(9);
      for (let i = 0; i < 4; i++) yield make(random);
    };
  const good = fakes((random) =>
    pictures(
      Int32Array.from({ length: 40 }, () => random.int(4)),
      random,
    ),
  );
  const collapsed = fakes((random) => pictures(new Int32Array(40), random));
  const noise = fakes((random) => random.uniform([40, 8, 8, 1]));

  test('tells good samples, a collapsed generator and noise apart', async () => {
    const { net, reference } = await setting();
    const before = tf.memory().numTensors;
    expect(reference.classifierAccuracy).toBeCloseTo(await room.accuracy(net, data.test), 9);
    const report = await metrics.evaluateSamples(good(), reference, net, { model: 'good' });
    const narrow = await metrics.evaluateSamples(collapsed(), reference, net);
    const wild = await metrics.evaluateSamples(noise(), reference, net);
    expect(tf.memory().numTensors).toBe(before); // batches are disposed of, too
    expect(report).toMatchObject({ model: 'good', n: 160, isTestSet: reference.isTestSet });
    expect(Object.keys(report).sort()).toEqual(
      [
        ...['model', 'n', 'fid', 'fidFloor', 'fidInfinity', 'is', 'isTestSet', 'precision', 'recall'],
        ...['imagesPerSecond', 'classifierAccuracy'],
      ].sort(),
    );
    expect(report.fid).toBeLessThan(5 * report.fidFloor);
    expect(narrow.fid).toBeGreaterThan(10 * report.fid);
    expect(wild.fid).toBeGreaterThan(10 * report.fid);
    expect(report.recall).toBeGreaterThan(0.7);
    expect(narrow.recall).toBeLessThan(0.5);
    expect(wild.precision).toBeLessThan(0.2);
    expect(report.precision).toBeGreaterThan(0.7);
    expect(report.imagesPerSecond).toBeGreaterThan(0);
    room.dispose(net);
  });

  test('needs enough images', async () => {
    const net = room.buildClassifier(small);
    const reference = await metrics.referenceOf({ train: new Quarters(60, 1), test: new Quarters(60, 2) }, net);
    const few = [tf.zeros<tf.Rank.R4>([20, 8, 8, 1])];
    await expect(metrics.evaluateSamples(few, reference, net)).rejects.toThrow('at least 50 images, got 20');
    expect(few[0].isDisposed).toBe(true);
    room.dispose(net);
  });
});

test('imagesPerSecond counts what was made after the warm-up', async () => {
  let calls = 0;
  const speed = await metrics.imagesPerSecond(async () => {
    calls++;
    await new Promise((done) => setTimeout(done, calls === 1 ? 300 : 20));
    return tf.zeros([10, 2, 2, 1]);
  }, 2);
  expect(calls).toBe(3);
  expect(speed).toBeGreaterThan(30); // with the warm-up it would be below 88
  expect(speed).toBeLessThan(510);
});
