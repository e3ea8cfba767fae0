import * as tf from '@tensorflow/tfjs';
import { Random } from '../lib/engine';
import { epochBatches } from './batches';
import type { BatchOptions, Bilingual } from './types';

/** Points as rows of numbers, and which part of the distribution each came from. */
export interface Points {
  readonly points: number[][]; // [N, dims]
  readonly labels: Int32Array; // [N]
}

/** A distribution on the line or in the plane that can be seen whole. */
export interface Toy {
  readonly name: string;
  readonly title: Bilingual<string>;
  readonly dims: 1 | 2;
  /** Number of parts: bumps, arms, squares. */
  readonly parts: number;
  /** Independent draws, the same for the same generator in the same state. Needs no engine. */
  draw(count: number, random: Random): Points;
  /** The same draws as a tensor [count, dims]. */
  sample(count: number, random: Random): tf.Tensor2D;
  /** A fixed set of draws with batches, to train on as on pictures. */
  split(size: number, seed: number): PointSplit;
  /** Where the bumps are, how wide, and the density at each point: for mixtures of Gaussians. */
  readonly mixture?: Mixture;
}

export interface Mixture {
  readonly centers: readonly (readonly number[])[];
  readonly std: number;
  density(points: readonly ArrayLike<number>[]): number[];
}

export interface PointSplit {
  readonly size: number;
  points(): tf.Tensor2D; // [size, dims]
  labels(): Int32Array;
  /** As `Split.batches`; the points are under `images`, so that what trains on pictures trains on points. */
  batches(options: BatchOptions): IterableIterator<{ images: tf.Tensor2D; labels: tf.Tensor1D; indices: Int32Array }>;
}

/** One draw: the part it comes from, and the point. */
type Draw = (random: Random) => readonly [part: number, point: number[]];

/** A standard normal number (Box and Muller, 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function toy(about: Pick<Toy, 'name' | 'title' | 'dims' | 'parts'>, drawOne: Draw): Toy {
  const draw = (count: number, random: Random): Points => {
    const drawn = Array.from({ length: count }, () => drawOne(random));
    return { points: drawn.map(([, point]) => point), labels: Int32Array.from(drawn, ([part]) => part) };
  };
  const tensor = (points: number[][]) => tf.tensor2d(points, [points.length, about.dims]);
  return {
    ...about,
    draw,
    sample: (count, random) => tensor(draw(count, random).points),
    split(size, seed) {
      const { points, labels } = draw(size, new Random(seed).fork(about.name));
      return {
        size,
        points: () => tensor(points),
        labels: () => labels.slice(),
        batches: (options) =>
          epochBatches(size, options, (indices) => ({
            images: tensor(Array.from(indices, (index) => points[index])),
            labels: Int32Array.from(indices, (index) => labels[index]),
          })),
      };
    },
  };
}

/** Equal bumps of one width around these centers. */
export function gaussians(
  centers: readonly (readonly number[])[],
  std: number,
  about: { name: string; title: Bilingual<string> } = {
    name: 'gaussians',
    title: { en: 'Gaussians', zh: '高斯混合' },
  },
): Toy & { readonly mixture: Mixture } {
  const dims = centers[0]?.length;
  if ((dims !== 1 && dims !== 2) || centers.some((center) => center.length !== dims)) {
    throw new TypeError('gaussians: centers must be points [x] or [x, y], all of one kind');
  }
  const peak = 1 / (centers.length * (Math.sqrt(2 * Math.PI) * std) ** dims);
  const density = (points: readonly ArrayLike<number>[]) =>
    points.map((point) =>
      centers.reduce((sum, center) => {
        const squared = center.reduce((total, middle, axis) => total + ((point[axis] - middle) / std) ** 2, 0);
        return sum + peak * Math.exp(-squared / 2);
      }, 0),
    );
  const mixture: Mixture = { centers, std, density };
  const drawn = toy({ ...about, dims, parts: centers.length }, (random) => {
    const part = random.int(centers.length);
    return [part, centers[part].map((middle) => middle + std * normal(random))];
  });
  return { ...drawn, mixture };
}

const ring = (count: number, radius: number) =>
  Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
const lattice = [-2, -1, 0, 1, 2].flatMap((y) => [-2, -1, 0, 1, 2].map((x) => [x, y]));

function turn([x, y]: number[], angle: number): number[] {
  return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
}

/** All of about the same size: most points lie within 2.5 of the origin. */
export const toys = {
  twoBumps: gaussians([[-1.5], [1.5]], 0.5, { name: 'two-bumps', title: { en: 'Two bumps', zh: '双峰' } }),
  eightGaussians: gaussians(ring(8, 2), 0.1, {
    name: 'eight-gaussians',
    title: { en: 'Eight Gaussians', zh: '八个高斯' },
  }),
  twentyFiveGaussians: gaussians(lattice, 0.08, {
    name: 'twenty-five-gaussians',
    title: { en: 'Twenty-five Gaussians', zh: '二十五个高斯' },
  }),
  twoMoons: toy({ name: 'two-moons', title: { en: 'Two moons', zh: '双月' }, dims: 2, parts: 2 }, (random) => {
    const part = random.int(2);
    const angle = Math.PI * random.next();
    const arc =
      part === 0 ? [Math.cos(angle) - 0.5, Math.sin(angle) - 0.25] : [0.5 - Math.cos(angle), 0.25 - Math.sin(angle)];
    return [part, arc.map((value) => 1.4 * value + 0.1 * normal(random))];
  }),
  swissRoll: toy({ name: 'swiss-roll', title: { en: 'Swiss roll', zh: '瑞士卷' }, dims: 2, parts: 1 }, (random) => {
    const angle = 1.5 * Math.PI * (1 + 2 * random.next());
    return [0, [Math.cos(angle), Math.sin(angle)].map((value) => (angle * value) / 6 + 0.06 * normal(random))];
  }),
  checkerboard: toy(
    { name: 'checkerboard', title: { en: 'Checkerboard', zh: '棋盘' }, dims: 2, parts: 8 },
    (random) => {
      const part = random.int(8); // eight of the sixteen unit squares
      const row = Math.floor(part / 2);
      const column = 2 * (part % 2) + (row % 2);
      return [part, [column - 2 + random.next(), row - 2 + random.next()]];
    },
  ),
  pinwheel: toy({ name: 'pinwheel', title: { en: 'Pinwheel', zh: '风车' }, dims: 2, parts: 5 }, (random) => {
    const part = random.int(5);
    const along = 1 + 0.3 * normal(random);
    const across = 0.1 * normal(random);
    return [part, turn([1.5 * along, 1.5 * across], (2 * Math.PI * part) / 5 + 0.25 * Math.exp(along))];
  }),
  spiral: toy({ name: 'spiral', title: { en: 'Two spirals', zh: '双螺旋' }, dims: 2, parts: 2 }, (random) => {
    const part = random.int(2);
    const angle = 3 * Math.PI * Math.sqrt(random.next()); // even along the arm
    const point = turn([angle / 4, 0], angle + part * Math.PI);
    return [part, point.map((value) => value + 0.06 * normal(random))];
  }),
} as const satisfies Readonly<Record<string, Toy>>;
