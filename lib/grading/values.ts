import * as tf from '@tensorflow/tfjs';

export type DType = 'float32' | 'int32' | 'bool';
export const dtypes: readonly DType[] = ['float32', 'int32', 'bool'];

const mark = Symbol.for('genlab.grading.tensor');

/** A tensor as plain data: what crosses between the process that runs student code and the one that judges it. */
export class TensorValue {
  readonly [mark] = true;

  constructor(
    readonly shape: readonly number[],
    readonly dtype: DType,
    readonly data: Float32Array | Int32Array | Uint8Array,
  ) {}

  static is(value: unknown): value is TensorValue {
    return typeof value === 'object' && value !== null && mark in value;
  }

  get size(): number {
    return this.data.length;
  }

  /** The same numbers as a TensorFlow.js tensor of this process. */
  toTensor(): tf.Tensor {
    return tf.tensor(this.data, [...this.shape], this.dtype);
  }
}

/** Something that came back and is no plain data. `what` is the grader's own description, never the student's text. */
export class Refused {
  constructor(readonly what: RefusedKind) {}
}

export const refusedKinds = {
  function: { en: 'a function', zh: '一个函数' },
  class: { en: 'an object of a class', zh: '某个类的对象' },
  promise: {
    en: 'a Promise (is the function async, or is an await missing?)',
    zh: '一个 Promise（函数是否写成了 async，或漏了 await？）',
  },
  disposed: { en: 'a tensor that was disposed of already', zh: '一个已经释放的张量' },
  complex: { en: 'a tensor of strings or complex numbers', zh: '字符串或复数张量' },
  symbol: { en: 'a symbol', zh: '一个 symbol' },
  bigint: { en: 'a bigint', zh: '一个 bigint' },
  deep: { en: 'an object that is nested too deeply or contains itself', zh: '嵌套过深或引用了自身的对象' },
  large: { en: 'far more data than was asked for', zh: '远远超出所需的数据量' },
  broken: { en: 'something that cannot be read', zh: '无法读取的内容' },
} as const;
export type RefusedKind = keyof typeof refusedKinds;

export interface PlainObject {
  readonly [key: string]: Value;
}

export type TypedArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array;

/** What a call of student code gives to a check. */
export type Value =
  undefined | null | boolean | number | string | TensorValue | TypedArray | Refused | readonly Value[] | PlainObject;
