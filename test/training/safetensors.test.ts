import { describe, expect, test } from 'vitest';
import { UserError } from '../../lib/errors';
import { readSafetensors, type TensorData, writeSafetensors } from '../../lib/training';
import { fromHalf, toHalf } from '../../lib/training/half';
import { sha256 } from '../../lib/training/sha256';
import golden from '../golden/safetensors.json';

const float = (shape: number[], ...values: number[]): TensorData => ({
  dtype: 'float32',
  shape,
  values: Float32Array.from(values),
});
const sample = () =>
  new Map<string, TensorData>([
    ['层/kernel', float([2, 3], 1, -2.5, 0, 3e-8, 1e30, -0)],
    ['scalar', float([], 7)],
    ['empty', float([0, 3])],
    ['step', { dtype: 'int32', shape: [2], values: Int32Array.of(-1, 2 ** 31 - 1) }],
  ]);

/** A file from a header (text or object) and numbers, as anybody might make one. */
function file(header: unknown, numbers: number[] = []): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.from(numbers)]);
}

describe('safetensors', () => {
  test('reads what Python wrote', () => {
    const { tensors, metadata } = readSafetensors(Buffer.from(golden.file, 'base64'), 'golden');
    expect(metadata).toEqual({ 'made by': 'Python', ε: '重参数化' });
    expect(new Set(tensors.keys())).toEqual(new Set(Object.keys(golden.tensors)));
    for (const [name, { shape, values }] of Object.entries(golden.tensors)) {
      expect(tensors.get(name)?.shape, name).toEqual(shape);
      expect([...(tensors.get(name)?.values ?? [])], name).toEqual(
        tensors.get(name)?.dtype === 'int32' ? values : values.map(Math.fround),
      );
    }
    expect(tensors.get('steps')?.dtype).toBe('int32');
  });

  test('gives back what was written, at any place in memory', () => {
    const bytes = writeSafetensors(sample(), { metadata: { epoch: '3' } });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    for (const place of [bytes, shifted.subarray(3)]) {
      const { tensors, metadata } = readSafetensors(place, 'file');
      expect([...tensors]).toEqual([...sample()]);
      expect(metadata).toEqual({ epoch: '3' });
    }
  });

  test('half precision halves the file and keeps three digits; whole numbers stay whole', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 10 ** ((i % 7) - 4));
    const tensors = new Map<string, TensorData>([['w', { dtype: 'float32', shape: [1000], values }], ['step', sample().get('step') as TensorData]]); // prettier-ignore
    const [whole, half] = [writeSafetensors(tensors), writeSafetensors(tensors, { half: true })];
    expect(whole.length - half.length).toBeGreaterThan(1990);
    const read = readSafetensors(half, 'half').tensors;
    read
      .get('w')
      ?.values.forEach((value, i) =>
        expect(Math.abs(value - values[i])).toBeLessThan(Math.abs(values[i]) / 2000 + 1e-7),
      );
    expect(read.get('step')).toEqual(tensors.get('step'));
  });

  test('a file cut off anywhere is refused', () => {
    const bytes = writeSafetensors(sample());
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.slice(0, length), 'cut.safetensors'), `${length} bytes`).toThrow(UserError);
    }
    expect(() => readSafetensors(Buffer.concat([bytes, Buffer.from([0])]), 'long')).toThrow(/belong to no tensor/);
  });

  test('a file with any one bit changed is refused, or says the same', () => {
    const bytes = writeSafetensors(sample(), { metadata: { note: 'a' } });
    const expected = readSafetensors(bytes, 'file');
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [1, 32]) {
        const changed = bytes.slice();
        changed[at] ^= bit;
        let read: unknown;
        try {
          read = readSafetensors(changed, 'changed.safetensors');
        } catch (error) {
          expect(error, `byte ${at}, bit ${bit}`).toBeInstanceOf(UserError);
          continue;
        }
        expect(read, `byte ${at}, bit ${bit}`).toEqual(expected); // a space of the padding that became a tab
      }
    }
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['a web page', Buffer.from('<!DOCTYPE html><html><body>404 Not Found</body></html>'), /length of a header/],
    ['no JSON', file('{"a":'), /not JSON/],
    ['a list', file('[]'), /not a JSON object/],
    ['no UTF-8', Buffer.concat([file('{"').subarray(0, 8), Buffer.from([0xff, 0x7d])]), /not JSON/],
    ['an unknown kind of number', file({ a: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, [0]), /F8_E4M3/],
    ['a kind from the prototype', file({ a: { dtype: 'toString', shape: [], data_offsets: [0, 0] } }), /toString/],
    [
      'a shape that does not fit',
      file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, [0, 0, 0, 0]),
      /shape/,
    ],
    [
      'a negative size',
      file({ a: { dtype: 'F32', shape: [-1, -1], data_offsets: [0, 4] } }, [0, 0, 0, 0]),
      /malformed/,
    ],
    [
      'two tensors on the same bytes',
      file(
        { a: { dtype: 'U8', shape: [2], data_offsets: [0, 2] }, b: { dtype: 'U8', shape: [2], data_offsets: [1, 3] } },
        [0, 0, 0],
      ),
      /begin where/,
    ],
    ['a hole', file({ a: { dtype: 'U8', shape: [1], data_offsets: [1, 2] } }, [0, 0]), /begin where/],
    ['offsets beyond the end', file({ a: { dtype: 'U8', shape: [9], data_offsets: [0, 9] } }, [0]), /missing/],
    ['metadata that are numbers', file({ __metadata__: { epoch: 3 } }), /metadata/],
    ['an entry that is null', file({ a: null }), /malformed/],
  ])('%s is refused with a reason', (_, bytes, reason) => {
    expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(reason);
    expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(UserError);
    expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(/^x\.safetensors/);
  });

  test('a tensor may be called __proto__', () => {
    const { tensors } = readSafetensors(
      file('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [5]),
      'x',
    );
    expect(tensors.get('__proto__')?.values).toEqual(Int32Array.of(5));
  });
});

describe('half precision', () => {
  test('rounds as numpy does, ties to even, subnormals and infinity too', () => {
    expect(golden.half.values.map(toHalf)).toEqual(golden.half.bits);
  });

  test('every half comes back as itself', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true);
      else expect(toHalf(value)).toBe(bits);
    }
  });
});

test('SHA-256 of the examples in FIPS 180-4, in any number of parts', () => {
  const hash = (...texts: string[]) => sha256(texts.map((text) => new TextEncoder().encode(text)));
  expect(hash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(hash('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  const long = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq';
  expect(hash(long.slice(0, 30), long.slice(30))).toBe(
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  );
});
