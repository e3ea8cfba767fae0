import * as tf from '@tensorflow/tfjs';
import { fail } from './failure';
import { compare, indexText, tensorFrom, type Expected } from './compare';
import { normalQuantile } from './statistics';
import { say, type Text } from './text';
import { Refused, refusedKinds, TensorValue, type DType, type PlainObject, type Value } from './values';

export interface Tolerance {
  /** Largest difference allowed whatever the size of the numbers; 1e-5 unless said. */
  readonly absolute?: number;
  /** Largest difference allowed as a part of what is expected; 1e-4 unless said. */
  readonly relative?: number;
}

/** The chance that a right answer fails a statistical check, as the running check states it. */
let falseFailRate = 1e-7;
export function setFalseFailRate(rate: number): void {
  falseFailRate = rate;
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** What came back, in words, for a reason. */
export function describeValue(value: Value): Text {
  if (value === undefined)
    return { en: 'nothing (undefined; is a return missing?)', zh: '什么也没有（undefined；是不是漏了 return？）' };
  if (value === null) return 'null';
  if (value instanceof Refused) return refusedKinds[value.what];
  if (TensorValue.is(value)) {
    const shape = shapeText(value.shape);
    return { en: `a tensor of shape ${shape}`, zh: `形状为 ${shape} 的张量` };
  }
  if (typeof value === 'number') return { en: `the number ${value}`, zh: `数值 ${value}` };
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return { en: 'a string', zh: '一个字符串' };
  if (Array.isArray(value)) return { en: `an array of ${value.length}`, zh: `长度为 ${value.length} 的数组` };
  if (ArrayBuffer.isView(value)) return { en: 'a typed array', zh: '一个类型化数组' };
  const keys = Object.keys(value).slice(0, 6).join(', ');
  return { en: `an object { ${keys} }`, zh: `对象 { ${keys} }` };
}

function unexpected(wanted: { en: string; zh: string }, value: Value, label?: string): never {
  const got = describeValue(value);
  const [en, zh] = label ? [`\`${label}\`: `, `\`${label}\`：`] : ['', ''];
  return fail({
    en: `${en}expected ${wanted.en}, got ${say(got, 'en')}.`,
    zh: `${zh}应为${wanted.zh}，得到的是${say(got, 'zh')}。`,
  });
}

/** A tensor that came back, or a failed check that says what came back instead. `label` names it where there are several. */
export function tensorOf(value: Value | tf.Tensor, label?: string): TensorMatchers {
  const plain = value instanceof tf.Tensor ? tensorFrom(value) : value;
  if (!TensorValue.is(plain)) unexpected({ en: 'a tensor', zh: '张量' }, plain, label);
  return new TensorMatchers(plain, label);
}

/** One number that came back: a JavaScript number or a scalar tensor. */
export function numberOf(value: Value, label?: string): NumberMatchers {
  if (TensorValue.is(value) && value.shape.length === 0) return new NumberMatchers(value.data[0], label);
  if (typeof value !== 'number') unexpected({ en: 'a number', zh: '数值' }, value, label);
  return new NumberMatchers(value, label);
}

/** The named parts of an object that came back: `const { mean, logVar } = partsOf(value, 'mean', 'logVar')`. */
export function partsOf<const K extends string>(value: Value, ...names: K[]): { [key in K]: Value } {
  const shown = `{ ${names.join(', ')} }`;
  if (!isPlainObject(value) || names.some((name) => !(name in value))) {
    unexpected({ en: `an object ${shown}`, zh: `对象 ${shown}` }, value);
  }
  return Object.fromEntries(names.map((name) => [name, value[name]])) as { [key in K]: Value };
}

/** The entries of an array of exactly `count`, or of any length. */
export function itemsOf(value: Value, count?: number): readonly Value[] {
  const items = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  if (!Array.isArray(items) || (count !== undefined && items.length !== count)) {
    unexpected(
      {
        en: `an array${count === undefined ? '' : ` of ${count}`}`,
        zh: `${count === undefined ? '' : `长度为 ${count} 的`}数组`,
      },
      value,
    );
  }
  return items;
}

/** The values of a boolean, a string, …: exactly this one. */
export function expectValue(value: Value, expected: boolean | string | null | undefined, why?: Text): void {
  if (Object.is(value, expected)) return;
  const got = describeValue(value);
  const wanted = JSON.stringify(expected) ?? 'undefined';
  fail(
    { en: `Expected ${wanted}, got ${say(got, 'en')}.`, zh: `应为 ${wanted}，得到的是${say(got, 'zh')}。` },
    ...(why ? [{ en: ` ${say(why, 'en')}.`, zh: `${say(why, 'zh')}。` }] : []),
  );
}

const isPlainObject = (value: Value): value is PlainObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  !TensorValue.is(value) &&
  !(value instanceof Refused);

class Matchers {
  constructor(protected readonly label?: string) {}

  /** Ends the check; the label says which of several values is meant. */
  protected fail(en: string, zh: string, why?: Text): never {
    const [before, vor] = this.label ? [`\`${this.label}\`: `, `\`${this.label}\`：`] : ['', ''];
    const more = why ? { en: ` ${sentence(say(why, 'en'))}`, zh: sentence(say(why, 'zh'), '。') } : '';
    return fail({ en: `${before}${en}${say(more, 'en')}`, zh: `${vor}${zh}${say(more, 'zh')}` });
  }
}

const sentence = (words: string, stop = '.'): string => {
  const text = words.replace(/^[a-z](?=[a-z ])/, (letter) => letter.toUpperCase()); // not a formula's μ
  return /[.!?。！？]$/.test(text) ? text : text + stop;
};

/** What a check can ask of a tensor. Each answers with itself, so that questions can be chained. */
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
      this.fail(`Expected shape ${wanted}, got ${found}.`, `形状应为 ${wanted}，得到的是 ${found}。`, why);
    }
    return this;
  }

  toBeScalar(why?: Text): this {
    if (this.value.shape.length > 0) {
      const found = shapeText(this.value.shape);
      this.fail(
        `Expected a scalar (shape []), got shape ${found}.`,
        `应为标量（形状 []），得到的形状是 ${found}。`,
        why,
      );
    }
    return this;
  }

  toHaveDType(dtype: DType, why?: Text): this {
    if (this.value.dtype !== dtype) {
      this.fail(
        `Expected dtype ${dtype}, got ${this.value.dtype}.`,
        `数据类型应为 ${dtype}，得到的是 ${this.value.dtype}。`,
        why,
      );
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
    if (found) this.fail(found.en, found.zh, why);
    return this;
  }

  /** Not the same numbers: for "the noise must matter", "two calls must differ". */
  toDifferFrom(other: Expected, tolerance: Tolerance = {}, why?: Text): this {
    const same = tensorFrom(other);
    this.toHaveShape(same.shape, why);
    if (!compare(this.value, same, tolerance.absolute ?? 1e-6, tolerance.relative ?? 0)) {
      this.fail('Expected different values, got the same ones.', '应得到不同的值，实际却完全相同。', why);
    }
    return this;
  }

  /** The mean of a sample of `sampleSize` independent numbers of standard deviation `std`. */
  toHaveMean(mean: number, { sampleSize, std = 1 }: { sampleSize: number; std?: number }, why?: Text): this {
    this.toBeFinite(why);
    const got = average(this.value.data);
    const allowed = (std / Math.sqrt(sampleSize)) * normalQuantile(1 - falseFailRate / 2);
    if (!(Math.abs(got - mean) <= allowed)) {
      this.fail(
        `The mean should be near ${short(mean)} (within ${short(allowed)}), it is ${short(got)}.`,
        `均值应接近 ${short(mean)}（误差不超过 ${short(allowed)}），实际为 ${short(got)}。`,
        why,
      );
    }
    return this;
  }

  /** The variance of a sample of `sampleSize` independent normal numbers. */
  toHaveVariance(variance: number, { sampleSize }: { sampleSize: number }, why?: Text): this {
    this.toBeFinite(why);
    const mean = average(this.value.data);
    const got = average(Array.from(this.value.data, (x) => (x - mean) ** 2));
    const allowed = variance * Math.sqrt(2 / (sampleSize - 1)) * normalQuantile(1 - falseFailRate / 2) * 1.1;
    if (!(Math.abs(got - variance) <= allowed)) {
      this.fail(
        `The variance should be near ${short(variance)} (within ${short(allowed)}), it is ${short(got)}.`,
        `方差应接近 ${short(variance)}（误差不超过 ${short(allowed)}），实际为 ${short(got)}。`,
        why,
      );
    }
    return this;
  }
}

/** What a check can ask of a number. */
export class NumberMatchers extends Matchers {
  constructor(
    readonly value: number,
    label?: string,
  ) {
    super(label);
  }

  toBeFinite(why?: Text): this {
    if (!Number.isFinite(this.value)) {
      this.fail(`Expected a finite number, got ${this.value}.`, `应为有限数，得到的是 ${this.value}。`, why);
    }
    return this;
  }

  toBeBetween(low: number, high: number, why?: Text): this {
    if (!(this.value >= low && this.value <= high)) {
      const found = short(this.value);
      this.fail(
        `Expected a number between ${low} and ${high}, got ${found}.`,
        `应为 ${low} 与 ${high} 之间的数，得到的是 ${found}。`,
        why,
      );
    }
    return this;
  }

  toBeCloseTo(expected: number, { absolute = 1e-5, relative = 1e-4 }: Tolerance = {}, why?: Text): this {
    this.toBeFinite(why);
    if (!(Math.abs(this.value - expected) <= absolute + relative * Math.abs(expected))) {
      const [found, by] = [short(this.value), short(Math.abs(this.value - expected))];
      this.fail(`${found} is off by ${by}.`, `${found} 与正确值相差 ${by}。`, why);
    }
    return this;
  }
}

const average = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total / values.length;
};

/** Four digits are enough to see what is wrong. */
export const short = (value: number): string => String(Number(value.toPrecision(4)));
