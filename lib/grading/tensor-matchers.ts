import { compare, indexText, tensorFrom, type Expected } from './compare';
import { shapeText, short } from './describe';
import { Matchers, type Tolerance } from './number-matchers';
import { nextFalseFailRate } from './running';
import {
  boundedMeanBound,
  distributionBound,
  distributionDistance,
  meanBound,
  shareBounds,
  varianceBounds,
} from './statistics';
import type { Text } from './text';
import type { DType, TensorValue } from './values';

/** How the numbers of a sample come about. */
export interface Sample {
  /** How many independent numbers there are. */
  readonly sampleSize: number;
}

/**
 * What a check can ask of a tensor. Each answers with itself, so that questions can be chained. The statistical ones at the
 * end fail a right answer no more often than the check's `falseFailRate` states.
 */
export class TensorMatchers extends Matchers {
  constructor(
    readonly value: TensorValue,
    label?: string,
  ) {
    super(label);
  }

  toHaveShape(shape: readonly number[], why?: Text): this {
    const got = this.value.shape;
    if (got.length !== shape.length || shape.some((n, i) => n !== got[i])) {
      const [wanted, found] = [shapeText(shape), shapeText(got)];
      this.fail('shape', `Expected shape ${wanted}, got ${found}.`, `形状应为 ${wanted}，得到的是 ${found}。`, why);
    }
    return this;
  }

  toBeScalar(why?: Text): this {
    if (this.value.shape.length > 0) {
      const found = shapeText(this.value.shape);
      this.fail(
        'shape',
        `Expected a scalar (shape []), got shape ${found}.`,
        `应为标量（形状 []），得到的形状是 ${found}。`,
        why,
      );
    }
    return this;
  }

  toHaveDType(dtype: DType, why?: Text): this {
    const { dtype: got } = this.value;
    if (got !== dtype) {
      this.fail('dtype', `Expected dtype ${dtype}, got ${got}.`, `数据类型应为 ${dtype}，得到的是 ${got}。`, why);
    }
    return this;
  }

  toBeFinite(why?: Text): this {
    const at = this.value.data.findIndex((x: number) => !Number.isFinite(x));
    if (at >= 0) {
      const where = indexText(at, this.value.shape);
      const count = Array.from(this.value.data).filter((x) => !Number.isFinite(x)).length;
      const what = this.value.data[at];
      this.fail(
        'finite',
        `${count} of ${this.value.size} values are not finite: the one at ${where} is ${what}.`,
        `${this.value.size} 个值中有 ${count} 个不是有限数：位置 ${where} 上是 ${what}。`,
        why,
      );
    }
    return this;
  }

  toBeBetween(low: number, high: number, why?: Text): this {
    this.toBeFinite();
    const at = this.value.data.findIndex((x: number) => x < low || x > high);
    if (at >= 0) {
      const where = indexText(at, this.value.shape);
      const found = short(this.value.data[at]);
      this.fail(
        'range',
        `Values must lie between ${low} and ${high}: the one at ${where} is ${found}.`,
        `各值应在 ${low} 与 ${high} 之间：位置 ${where} 上是 ${found}。`,
        why,
      );
    }
    return this;
  }

  /** Same shape and, within the tolerance, the same numbers. */
  toBeCloseTo(expected: Expected, tolerance: Tolerance = {}, why?: Text): this {
    const wanted = tensorFrom(expected);
    this.toHaveShape(wanted.shape, why);
    this.toBeFinite(why);
    const found = compare(this.value, wanted, tolerance.absolute ?? 1e-5, tolerance.relative ?? 1e-4);
    if (found) this.fail('value', found.en, found.zh, why);
    return this;
  }

  /** Not the same numbers: for "the noise must matter", "two calls must differ". */
  toDifferFrom(other: Expected, tolerance: Tolerance = {}, why?: Text): this {
    const same = tensorFrom(other);
    this.toHaveShape(same.shape, why);
    if (!compare(this.value, same, tolerance.absolute ?? 1e-6, tolerance.relative ?? 0)) {
      this.fail('value', 'Expected different values, got the same ones.', '应得到不同的值，实际却完全相同。', why);
    }
    return this;
  }

  /**
   * The mean of a sample of independent numbers: normal ones of standard deviation `std` (1 unless given), or any that lie
   * in a `range`, which needs more of them.
   */
  toHaveMean(
    mean: number,
    { sampleSize, std, range }: Sample & { std?: number; range?: [number, number] },
    why?: Text,
  ): this {
    this.hold(sampleSize);
    const rate = nextFalseFailRate();
    const allowed = range
      ? boundedMeanBound(sampleSize, range[1] - range[0], rate)
      : meanBound(sampleSize, std ?? 1, rate);
    const got = average(this.value.data);
    if (!(Math.abs(got - mean) <= allowed)) {
      this.fail(
        'statistics',
        `The mean should be near ${short(mean)} (within ${short(allowed)}), it is ${short(got)}.`,
        `均值应接近 ${short(mean)}（误差不超过 ${short(allowed)}），实际为 ${short(got)}。`,
        why,
      );
    }
    return this;
  }

  /** The variance of a sample of independent normal numbers. */
  toHaveVariance(variance: number, { sampleSize }: Sample, why?: Text): this {
    this.hold(sampleSize);
    const [low, high] = varianceBounds(sampleSize, variance, nextFalseFailRate());
    const mean = average(this.value.data);
    const got = (average(Array.from(this.value.data, (x) => (x - mean) ** 2)) * sampleSize) / (sampleSize - 1);
    if (!(got >= low && got <= high)) {
      this.fail(
        'statistics',
        `The variance should be near ${short(variance)} (${short(low)} to ${short(high)}), it is ${short(got)}.`,
        `方差应接近 ${short(variance)}（在 ${short(low)} 与 ${short(high)} 之间），实际为 ${short(got)}。`,
        why,
      );
    }
    return this;
  }

  /** The share of values other than 0 in a sample of independent ones. */
  toHaveShare(share: number, { sampleSize }: Sample, why?: Text): this {
    this.hold(sampleSize);
    const [low, high] = shareBounds(sampleSize, share, nextFalseFailRate());
    const got = average(Array.from(this.value.data, (x) => (x === 0 ? 0 : 1)));
    if (!(got >= low && got <= high)) {
      this.fail(
        'statistics',
        `The share of values other than 0 should be near ${short(share)} (${short(low)} to ${short(high)}), it is ${short(got)}.`,
        `非零值所占比例应接近 ${short(share)}（在 ${short(low)} 与 ${short(high)} 之间），实际为 ${short(got)}。`,
        why,
      );
    }
    return this;
  }

  /**
   * The whole distribution of a sample of independent numbers.
   * @param cdf the chance that a number of the right distribution, which must be continuous, is below x
   */
  toFollow(cdf: (x: number) => number, { sampleSize }: Sample, why?: Text): this {
    this.hold(sampleSize);
    const allowed = distributionBound(sampleSize, nextFalseFailRate());
    const { distance, at } = distributionDistance(this.value.data, cdf);
    if (!(distance <= allowed)) {
      const [off, limit, where] = [distance, allowed, at].map(short);
      this.fail(
        'statistics',
        `The numbers are not distributed as they should be: near ${where} the distribution is off by ${off} (allowed: ${limit}).`,
        `数值的分布不对：在 ${where} 附近，分布函数相差 ${off}（允许 ${limit}）。`,
        why,
      );
    }
    return this;
  }

  /** A bound for n numbers says nothing about fewer of them, or about copies. */
  private hold(sampleSize: number): void {
    if (this.value.size !== sampleSize) {
      this.fail(
        'shape',
        `Expected ${sampleSize} numbers, got ${this.value.size}.`,
        `应有 ${sampleSize} 个数，得到 ${this.value.size} 个。`,
      );
    }
    this.toBeFinite();
  }
}

const average = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total / values.length;
};
