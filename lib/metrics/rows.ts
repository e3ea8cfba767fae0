import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';

/** Points, one after the other in one array: `values[i * size + k]` is number k of point i. */
export interface Rows {
  readonly values: ArrayLike<number>;
  /** How many points. */
  readonly count: number;
  /** Numbers a point has. */
  readonly size: number;
}

/** What the metrics take as points: a tensor [N,n], or rows that were read from one before. */
export type Points = tf.Tensor2D | Rows;

/** The numbers of a tensor of points. The tensor stays the caller's. [N,n] -> N rows of n */
export async function rowsOf(points: Points): Promise<Rows> {
  if (!(points instanceof tf.Tensor)) return points;
  if (points.shape.length !== 2) throw new UserError(`Points are a tensor [N, n], got [${String(points.shape)}].`);
  const [count, size] = points.shape;
  return { values: await points.data(), count, size };
}

/** Both, which must have as many numbers a point. */
export async function pairOf(where: string, a: Points, b: Points): Promise<[Rows, Rows]> {
  const [first, second] = [await rowsOf(a), await rowsOf(b)];
  if (first.size !== second.size) {
    throw new UserError(`${where}: points of ${first.size} and of ${second.size} numbers cannot be compared.`);
  }
  return [first, second];
}

/** Some of the points, in the order of `which`. */
export function pick({ values, size }: Rows, which: ArrayLike<number>): Rows {
  const picked = new Float32Array(which.length * size);
  for (let i = 0; i < which.length; i++) {
    for (let k = 0; k < size; k++) picked[i * size + k] = values[which[i] * size + k];
  }
  return { values: picked, count: which.length, size };
}

/** Gathers batches of rows whose number is not known beforehand. */
export class RowStore {
  private values = new Float32Array(0);
  private filled = 0;
  private size = 0;

  add(rows: Rows): void {
    if (this.filled === 0) this.size = rows.size;
    else if (rows.size !== this.size) throw new UserError(`Rows have ${this.size} numbers, got one of ${rows.size}.`);
    const needed = this.filled + rows.values.length;
    if (needed > this.values.length) {
      const larger = new Float32Array(Math.max(needed, 2 * this.values.length));
      larger.set(this.values.subarray(0, this.filled));
      this.values = larger;
    }
    this.values.set(rows.values, this.filled);
    this.filled = needed;
  }

  rows(): Rows {
    const { values, filled, size } = this;
    return { values: values.subarray(0, filled), count: size === 0 ? 0 : filled / size, size };
  }
}

/** @throws UserError unless n is a whole number of at least `least`. */
export function expectWhole(where: string, name: string, n: number, least = 1): void {
  if (Number.isInteger(n) && n >= least) return;
  throw new UserError(`${where}: ${name} is a whole number from ${least}, got ${n}.`);
}
