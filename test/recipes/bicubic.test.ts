import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { ready } from '../../lib/engine';
import { bicubic } from '../../lib/recipes/faces/bicubic';

beforeAll(() => ready({ engine: 'cpu' }));

/** The picture below as a float image of Pillow 13.0.0, `.resize((8, 6), Image.BICUBIC)`. */
const pillows = [
  [0.039338, 0.167813, 0.44006, 0.470921, 0.241257, 0.292973, 0.604186, 0.75106],
  [0.101919, 0.23532, 0.518005, 0.55408, 0.323668, 0.309715, 0.498916, 0.588179],
  [0.234331, 0.37826, 0.683259, 0.730382, 0.498184, 0.345047, 0.275837, 0.243088],
  [0.398566, 0.477246, 0.643955, 0.691857, 0.609229, 0.45687, 0.24937, 0.151372],
  [0.573044, 0.519272, 0.405256, 0.443565, 0.642213, 0.630493, 0.422993, 0.325083],
  [0.655472, 0.539164, 0.292608, 0.32639, 0.657847, 0.712483, 0.504895, 0.406985],
];

test('bicubic enlargement is that of Pillow, in each channel and each picture', async () => {
  const small = Array.from({ length: 12 }, (_, i) => ((i * 7) % 12) / 16 + 0.1); // 3 rows of 4
  const one = tf.tensor4d(small, [1, 3, 4, 1]);
  const batch = tf.concat([tf.concat([one, tf.sub(1, one)], 3), tf.concat([tf.zerosLike(one), one], 3)], 0);
  const before = tf.memory().numTensors;
  const large = bicubic(batch as tf.Tensor4D, 2);
  expect(tf.memory().numTensors).toBe(before + 1);
  const found = (await large.array()) as number[][][][];
  for (const [y, row] of pillows.entries()) {
    for (const [x, value] of row.entries()) {
      expect(found[0][y][x][0]).toBeCloseTo(value, 4);
      expect(found[0][y][x][1]).toBeCloseTo(1 - value, 4);
      expect(found[1][y][x]).toEqual([0, expect.closeTo(value, 4)]);
    }
  }
});

test('what the kernel throws beyond black and white is cut off', async () => {
  const edge = tf.tensor4d([0, 0, 1, 1, 0, 0, 1, 1], [1, 2, 4, 1]);
  const values = await bicubic(edge, 4).data();
  expect(Math.min(...values)).toBe(0);
  expect(Math.max(...values)).toBe(1);
});
