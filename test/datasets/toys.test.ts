import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gaussians, preview, toys } from '../../datasets';
import { Random, ready } from '../../lib/engine';

beforeAll(async () => {
  await ready({ engine: 'wasm' });
});

describe.each(Object.values(toys))('$name', (toy) => {
  it('draws the same points for the same seed, other points for another', () => {
    const draw = (seed: number) => toy.draw(50, new Random(seed));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('stays near the origin and uses all its parts', () => {
    const { points, labels } = toy.draw(4000, new Random(1));
    expect(points.every((point) => point.length === toy.dims && point.every((value) => Math.abs(value) < 5))).toBe(
      true,
    );
    const spread = Math.sqrt(points.flat().reduce((sum, value) => sum + value * value, 0) / points.flat().length);
    expect(spread).toBeGreaterThan(0.8);
    expect(spread).toBeLessThan(1.7);
    expect(new Set(labels).size).toBe(toy.parts);
  });

  it('can be trained on in batches and leaves nothing behind', () => {
    const before = tf.memory().numTensors;
    const split = toy.split(100, 5);
    const shapes = [...split.batches({ batchSize: 32, seed: 1 })].map(({ images }) => images.shape);
    expect(shapes).toEqual([...Array(3).fill([32, toy.dims]), [4, toy.dims]]);
    expect(tf.memory().numTensors).toBe(before);
    const points = split.points();
    expect(points.shape).toEqual([100, toy.dims]);
    points.dispose();
  });

  it('has a preview in both languages', () => {
    expect(preview(toy, { count: 100 }).title).toBe(`${toy.title.en}: 100 points`);
    expect(preview(toy, { count: 100, lang: 'zh' }).title).toBe(`${toy.title.zh}：100 个点`);
  });
});

describe('mixtures', () => {
  it('know their density: it integrates to 1', () => {
    const step = 0.02;
    const line = Array.from({ length: 400 }, (_, i) => -4 + (i + 0.5) * step);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(toys.twoBumps.mixture?.density(line.map((x) => [x])) ?? []) * step).toBeCloseTo(1, 3);
    const plane = line.flatMap((x) => line.map((y) => [x, y]));
    expect(sum(toys.eightGaussians.mixture?.density(plane) ?? []) * step ** 2).toBeCloseTo(1, 3);
  });

  it('have the mean and the width that they say', () => {
    const { points } = gaussians([[2, -1]], 0.3).draw(20000, new Random(3));
    const mean = points[0].map((_, axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
    const std = Math.sqrt(points.reduce((sum, [x]) => sum + (x - mean[0]) ** 2, 0) / points.length);
    expect(mean[0]).toBeCloseTo(2, 1.5);
    expect(mean[1]).toBeCloseTo(-1, 1.5);
    expect(std).toBeCloseTo(0.3, 2);
  });

  it('refuse centers of several kinds', () => {
    expect(() => gaussians([[1], [1, 2]], 1)).toThrow(/centers must be points/);
    expect(() => gaussians([], 1)).toThrow(/centers must be points/);
  });
});

it('checkerboard fills half of the square', () => {
  const { points } = toys.checkerboard.draw(5000, new Random(1));
  expect(points.every(([x, y]) => (Math.floor(x) + Math.floor(y)) % 2 === 0)).toBe(true);
});
