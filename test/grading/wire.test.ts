import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Refused, TensorValue } from '../../lib/grading';
import { fromWire, toLive, toWire } from '../../lib/grading/wire';
import { ready } from '../../lib/engine';

await ready({ engine: 'cpu' });

const cross = (value: unknown): unknown => fromWire(JSON.parse(JSON.stringify(toWire(value))));

describe('plain data crosses whole', () => {
  it.each([[1], [-2.5e-300], [NaN], [Infinity], [-Infinity], [-0], ['text'], [true], [null], [undefined]])(
    '%s',
    (value) => {
      expect(Object.is(cross(value), value)).toBe(true);
    },
  );

  it('objects and arrays', () => {
    expect(cross({ a: [1, { b: undefined }], c: null })).toEqual({ a: [1, { b: undefined }], c: null });
  });

  it('tensors, with shape and dtype', () => {
    for (const tensor of [
      tf.tensor2d([
        [1, 2.5],
        [3, -4],
      ]),
      tf.tensor1d([1, 2], 'int32'),
      tf.tensor1d([1, 0], 'bool'),
      tf.scalar(3),
    ]) {
      const got = cross(tensor);
      if (!TensorValue.is(got)) throw new Error('no tensor');
      expect(got.shape).toEqual(tensor.shape);
      expect(got.dtype).toBe(tensor.dtype);
      expect(Array.from(got.data)).toEqual(Array.from(tensor.dataSync()));
    }
  });

  it('typed arrays', () => {
    expect(cross(Float64Array.of(0.1, 2))).toEqual(Float64Array.of(0.1, 2));
  });

  it('and to the other side as live tensors', () => {
    const live = toLive(
      toWire({ x: tf.tensor1d([1, 2]) }),
      () => undefined,
      () => undefined,
    ) as { x: tf.Tensor };
    expect(live.x).toBeInstanceOf(tf.Tensor);
    expect(Array.from(live.x.dataSync())).toEqual([1, 2]);
  });
});

describe('what is no plain data is named', () => {
  class Lie {
    toJSON(): number {
      return 1;
    }
    valueOf(): number {
      return 1;
    }
  }
  const loop: { self?: unknown } = {};
  loop.self = loop;
  const gone = tf.scalar(1);
  gone.dispose();
  it.each<[string, unknown, string]>([
    ['a function', () => 1, 'function'],
    ['a class object with lying toJSON and valueOf', new Lie(), 'class'],
    ['a boxed number', Object(1), 'class'],
    ['a Promise', Promise.resolve(1), 'promise'],
    ['a thenable', { then: () => 1 }, 'promise'],
    ['a disposed tensor', gone, 'disposed'],
    ['strings in a tensor', tf.tensor1d(['a']), 'complex'],
    ['a symbol', Symbol('x'), 'symbol'],
    ['a bigint', 1n, 'bigint'],
    ['too many numbers', new Float32Array(5e6), 'large'],
  ])('%s', (_, value, what) => {
    expect(cross(value)).toEqual(new Refused(what as Refused['what']));
  });

  it('a loop, where it gets too deep', () => {
    expect(JSON.stringify(cross(loop))).toContain('"deep"');
  });
});

describe('a forged answer is refused, never trusted', () => {
  const bytes = (n: number): string => Buffer.from(new Float32Array(n).buffer).toString('base64');
  it.each<[string, unknown]>([
    ['an unknown tag', { t: 'Z' }],
    ['no tag', { value: 1 }],
    ['a tensor with too few numbers', { t: 'T', s: [2, 2], d: 'float32', b: bytes(3) }],
    ['a negative shape', { t: 'T', s: [-1], d: 'float32', b: '' }],
    ['a shape that is no number', { t: 'T', s: [{}], d: 'float32', b: '' }],
    ['an endless shape', { t: 'T', s: [1e9, 1e9], d: 'float32', b: '' }],
    ['another dtype', { t: 'T', s: [1], d: 'complex64', b: bytes(1) }],
    ['a number of its own', { t: 'n', v: 'constructor' }],
    ['an array type of its own', { t: 'A', k: 'constructor', b: '' }],
    ['half a number', { t: 'A', k: 'Float32Array', b: 'AAAA' }],
    ['keys without values', { t: 'O', k: ['a'], v: [] }],
    ['a kept thing', { t: 'K', id: 0 }],
    ['a fixture', { t: 'F', c: '() => 1', o: null }],
    ['a kind of refusal of its own', { t: 'X', w: '__proto__' }],
  ])('%s', (_, wire) => {
    expect(fromWire(wire)).toEqual(new Refused('broken'));
  });

  it('an object cannot reach a prototype', () => {
    const got = fromWire({ t: 'O', k: ['__proto__', 'constructor'], v: [{ t: 'O', k: ['polluted'], v: [true] }, 1] });
    expect(Object.getPrototypeOf(got)).toBe(null);
    expect('polluted' in {}).toBe(false);
  });
});
