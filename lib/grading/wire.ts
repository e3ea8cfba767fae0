/**
 * Values as JSON, between the process that judges (the parent) and the one that runs student code (the child).
 *
 * Only plain data exists in this language: nothing in it can be called, and nothing a child sends is ever given a prototype
 * or run in the parent. The parent checks every field it reads.
 */
import * as tf from '@tensorflow/tfjs';
import { dtypes, Refused, refusedKinds, TensorValue } from './values';
import type { DType, RefusedKind, TypedArray, Value } from './values';

export type Wire =
  | null
  | boolean
  | number
  | string
  | { readonly t: 'u' }
  | { readonly t: 'n'; readonly v: string }
  | { readonly t: 'T'; readonly s: readonly number[]; readonly d: string; readonly b: string }
  | { readonly t: 'A'; readonly k: string; readonly b: string }
  | { readonly t: 'L'; readonly v: readonly Wire[] }
  | { readonly t: 'O'; readonly k: readonly string[]; readonly v: readonly Wire[] }
  | { readonly t: 'X'; readonly w: RefusedKind }
  /** Parent to child only: a value that the child keeps, and a fixture that it builds. */
  | { readonly t: 'K'; readonly id: number }
  | { readonly t: 'F'; readonly c: string; readonly o: Wire };

export const limits = { depth: 12, numbers: 4_000_000, text: 100_000, entries: 100_000 } as const;

const arrayTypes = {
  Float32Array,
  Float64Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Int16Array,
  Uint16Array,
  Uint32Array,
};
const isArrayType = (name: string): name is keyof typeof arrayTypes => Object.hasOwn(arrayTypes, name);
const oddNumbers: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

const bytesOf = (data: ArrayBufferView): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

const numberToWire = (value: number): Wire =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : { t: 'n', v: Object.is(value, -0) ? '-0' : String(value) };

/** Any live value as JSON. What is no plain data is named, never followed: no `toJSON`, `valueOf` or `toString` is asked. */
export function toWire(value: unknown, special?: (value: object) => Wire | undefined): Wire {
  let entries: number = limits.entries;
  let numbers: number = limits.numbers;
  const refuse = (w: RefusedKind): Wire => ({ t: 'X', w });

  const tensor = (one: tf.Tensor): Wire => {
    if (one.isDisposed) return refuse('disposed');
    const d = dtypes.find((name) => name === one.dtype);
    if (!d) return refuse('complex');
    if ((numbers -= one.size) < 0) return refuse('large');
    const data = one.dataSync();
    const kept = d === 'int32' ? Int32Array.from(data) : d === 'bool' ? Uint8Array.from(data) : Float32Array.from(data);
    return { t: 'T', s: Array.from(one.shape), d, b: bytesOf(kept) };
  };

  const walk = (one: unknown, depth: number): Wire => {
    if (one === null || typeof one === 'boolean') return one;
    if (one === undefined) return { t: 'u' };
    if (typeof one === 'number') return numberToWire(one);
    if (typeof one === 'string') return one.length > limits.text ? refuse('large') : one;
    if (typeof one === 'bigint') return refuse('bigint');
    if (typeof one === 'symbol') return refuse('symbol');
    const found = special?.(one);
    if (found !== undefined) return found;
    if (typeof one === 'function') return refuse('function');
    if (one instanceof tf.Tensor) return tensor(one);
    if (TensorValue.is(one)) return { t: 'T', s: one.shape, d: one.dtype, b: bytesOf(one.data) };
    if (ArrayBuffer.isView(one)) {
      const k = Object.prototype.toString.call(one).slice(8, -1);
      if (!isArrayType(k)) return refuse('class');
      return (numbers -= one.byteLength) < 0 ? refuse('large') : { t: 'A', k, b: bytesOf(one) };
    }
    if (one instanceof Promise || typeof Reflect.get(one, 'then') === 'function') return refuse('promise');
    if (depth >= limits.depth) return refuse('deep');
    if (Array.isArray(one)) {
      if ((entries -= one.length) < 0) return refuse('large');
      return { t: 'L', v: Array.from(one, (item) => walk(item, depth + 1)) };
    }
    const prototype: unknown = Object.getPrototypeOf(one);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return refuse('class');
    const keys = Object.keys(one);
    if ((entries -= keys.length) < 0) return refuse('large');
    return { t: 'O', k: keys, v: keys.map((key) => walk(Reflect.get(one, key), depth + 1)) };
  };

  return walk(value, 0);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON from a child as plain data. Whatever does not fit the language, in any detail, becomes a `Refused`. */
export function fromWire(wire: unknown): Value {
  let entries: number = limits.entries;
  let numbers: number = limits.numbers;
  const broken = new Refused('broken');

  const tensor = (shape: unknown, dtype: unknown, base64: unknown): Value => {
    if (!Array.isArray(shape) || shape.length > 8 || typeof base64 !== 'string') return broken;
    if (!shape.every((n): n is number => Number.isInteger(n) && n >= 0 && n <= limits.numbers)) return broken;
    const d = dtypes.find((name) => name === dtype);
    const size = shape.reduce((all, n) => all * n, 1);
    if (!d || size > limits.numbers) return broken;
    if ((numbers -= size) < 0) return new Refused('large');
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length !== size * (d === 'bool' ? 1 : 4)) return broken;
    return new TensorValue([...shape], d, typed(d, bytes));
  };

  const walk = (one: unknown, depth: number): Value => {
    if (one === null || typeof one === 'boolean' || typeof one === 'number') return one;
    if (typeof one === 'string') return one.length > limits.text ? new Refused('large') : one;
    if (!isRecord(one) || depth > limits.depth) return broken;
    switch (one.t) {
      case 'u':
        return undefined;
      case 'n':
        return typeof one.v === 'string' && Object.hasOwn(oddNumbers, one.v) ? oddNumbers[one.v] : broken;
      case 'T':
        return tensor(one.s, one.d, one.b);
      case 'A': {
        if (typeof one.k !== 'string' || typeof one.b !== 'string' || !isArrayType(one.k)) return broken;
        const bytes = Buffer.from(one.b, 'base64');
        if ((numbers -= bytes.length) < 0) return new Refused('large');
        return arrayOf(one.k, bytes) ?? broken;
      }
      case 'L':
        if (!Array.isArray(one.v)) return broken;
        if ((entries -= one.v.length) < 0) return new Refused('large');
        return one.v.map((item) => walk(item, depth + 1));
      case 'O': {
        const { k, v } = one;
        if (!Array.isArray(k) || !Array.isArray(v) || k.length !== v.length) return broken;
        if (!k.every((key): key is string => typeof key === 'string')) return broken;
        if ((entries -= k.length) < 0) return new Refused('large');
        const made: Record<string, Value> = Object.create(null);
        k.forEach((key, i) => (made[key] = walk(v[i], depth + 1)));
        return made;
      }
      case 'X':
        return new Refused(
          typeof one.w === 'string' && Object.hasOwn(refusedKinds, one.w) ? (one.w as RefusedKind) : 'broken',
        );
      default:
        return broken;
    }
  };

  return walk(wire, 0);
}

/** A copy whose memory starts at 0, as typed arrays of 4 bytes need. */
const aligned = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;

function typed(dtype: DType, bytes: Buffer): TensorValue['data'] {
  if (dtype === 'bool') return new Uint8Array(aligned(bytes));
  return dtype === 'int32' ? new Int32Array(aligned(bytes)) : new Float32Array(aligned(bytes));
}

function arrayOf(kind: keyof typeof arrayTypes, bytes: Buffer): TypedArray | undefined {
  const type = arrayTypes[kind];
  return bytes.length % type.BYTES_PER_ELEMENT === 0 ? new type(aligned(bytes)) : undefined;
}

/** JSON from the parent as live values for student code: tensors become tensors, objects plain objects. */
export function toLive(
  wire: Wire,
  kept: (id: number) => unknown,
  build: (code: string, options: unknown) => unknown,
): unknown {
  if (wire === null || typeof wire !== 'object') return wire;
  switch (wire.t) {
    case 'u':
    case 'X':
      return undefined;
    case 'n':
      return oddNumbers[wire.v];
    case 'T': {
      const dtype = dtypes.find((name) => name === wire.d) ?? 'float32';
      return tf.tensor(typed(dtype, Buffer.from(wire.b, 'base64')), [...wire.s], dtype);
    }
    case 'A':
      return isArrayType(wire.k) ? arrayOf(wire.k, Buffer.from(wire.b, 'base64')) : undefined;
    case 'L':
      return wire.v.map((item) => toLive(item, kept, build));
    case 'O':
      return Object.fromEntries(wire.k.map((key, i) => [key, toLive(wire.v[i], kept, build)]));
    case 'K':
      return kept(wire.id);
    case 'F':
      return build(wire.c, toLive(wire.o, kept, build));
  }
}
