/**
 * The safetensors format: 8 bytes of header length, a JSON header, then the numbers. Readable by Python's `safetensors`.
 * A file is data alone, so reading one that a stranger made runs nothing. Ours also hold a SHA-256 of all they say.
 */
import { UserError } from '../errors';
import { fromHalf, toHalf } from './half';
import { sha256 } from './sha256';

export interface TensorData {
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** How each kind of number is read: bytes each, and the value at a place. What float32 cannot hold is rounded to it. */
const readers: Readonly<Record<string, { bytes: number; integer?: true; at: (view: DataView, i: number) => number }>> =
  {
    F64: { bytes: 8, at: (view, i) => view.getFloat64(i, true) },
    F32: { bytes: 4, at: (view, i) => view.getFloat32(i, true) },
    F16: { bytes: 2, at: (view, i) => fromHalf(view.getUint16(i, true)) },
    BF16: { bytes: 2, at: (view, i) => bfloat(view.getUint16(i, true)) },
    I32: { bytes: 4, integer: true, at: (view, i) => view.getInt32(i, true) },
    U8: { bytes: 1, integer: true, at: (view, i) => view.getUint8(i) },
  };

/** Marks files that have a checksum, so that one cannot lose it unnoticed. */
const writer = 'genlab';

/** The longest header that the format allows. */
const headerLimit = 100_000_000;

/**
 * A file's bytes.
 * @param options.half stores float32 tensors in half precision
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  options: { readonly half?: boolean; readonly metadata?: Readonly<Record<string, string>> } = {},
): Uint8Array {
  const header: Record<string, Entry | Record<string, string>> = {};
  let offset = 0;
  for (const [name, { dtype, shape, values }] of tensors) {
    const kind = dtype === 'int32' ? 'I32' : options.half ? 'F16' : 'F32';
    const end = offset + values.length * readers[kind].bytes;
    header[name] = { dtype: kind, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const numbers = new Uint8Array(offset);
  const view = new DataView(numbers.buffer);
  let at = 0;
  for (const { dtype, values } of tensors.values()) {
    for (const value of values) {
      if (dtype === 'int32') view.setInt32(at, value, true);
      else if (options.half) view.setUint16(at, toHalf(value), true);
      else view.setFloat32(at, value, true);
      at += dtype === 'float32' && options.half ? 2 : 4;
    }
  }
  const metadata = { ...options.metadata, writer };
  const checksum = checksumOf(header, metadata, numbers);
  const text = JSON.stringify({ __metadata__: { ...metadata, sha256: checksum }, ...header });
  const json = new TextEncoder().encode(text);
  const padded = json.length + ((8 - (json.length % 8)) % 8); // numbers start at a multiple of 8
  const file = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(json, 8);
  file.set(numbers, 8 + padded);
  return file;
}

/**
 * What a file holds.
 * @param where the file's name, for messages
 * @throws UserError when it is not whole: cut off, changed, or something else altogether.
 */
export function readSafetensors(file: Uint8Array, where: string): TensorFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 10) throw broken(where, `${file.length} bytes are too few for a header`);
  const length = Number(view.getBigUint64(0, true));
  if (length > headerLimit) throw broken(where, 'its first 8 bytes do not give the length of a header');
  if (8 + length > file.length) throw broken(where, 'it ends inside its header: was it cut off?');
  const { __metadata__: metadata = {}, ...entries } = parseHeader(file.subarray(8, 8 + length), where);
  if (!isStrings(metadata)) throw broken(where, 'its metadata are not texts');
  const numbers = file.subarray(8 + length);
  checkLayout(Object.entries(entries), numbers.length, where);

  const { sha256: expected, ...rest } = metadata;
  if (expected === undefined && rest.writer === writer) throw broken(where, 'its checksum is missing');
  if (expected !== undefined && checksumOf(entries as Record<string, Entry>, rest, numbers) !== expected) {
    throw broken(where, 'its checksum does not match what it holds: it was damaged or changed');
  }
  const tensors = new Map<string, TensorData>();
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>))
    tensors.set(name, decode(entry, numbers));
  const { writer: _writer, ...callers } = rest;
  return { tensors, metadata: callers };
}

function decode({ dtype, shape, data_offsets: [from, to] }: Entry, numbers: Uint8Array): TensorData {
  const { bytes, integer, at } = readers[dtype];
  const view = new DataView(numbers.buffer, numbers.byteOffset + from, to - from);
  const values = new (integer ? Int32Array : Float32Array)((to - from) / bytes);
  for (let i = 0; i < values.length; i++) values[i] = at(view, i * bytes);
  return { dtype: integer ? 'int32' : 'float32', shape, values };
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw broken(where, 'its header is not JSON');
  }
  if (!isRecord(header)) throw broken(where, 'its header is not a JSON object');
  return header;
}

/** Every byte belongs to exactly one tensor: nothing is missing, hidden or read twice. */
function checkLayout(entries: [string, unknown][], size: number, where: string): asserts entries is [string, Entry][] {
  for (const [name, entry] of entries) {
    if (!isEntry(entry)) throw broken(where, `the header's entry for ${name} is malformed`);
    if (!Object.hasOwn(readers, entry.dtype)) {
      throw new UserError(
        `${where}: ${name} holds ${entry.dtype}; this reader knows ${Object.keys(readers).join(', ')}.`,
      );
    }
    const [from, to] = entry.data_offsets;
    const count = entry.shape.reduce((a, b) => a * b, 1);
    if (to - from !== count * readers[entry.dtype].bytes) {
      throw broken(where, `${name} has the shape [${String(entry.shape)}] but ${to - from} bytes`);
    }
  }
  const ranges = (entries as [string, Entry][]).map(([name, entry]) => [name, ...entry.data_offsets] as const);
  let end = 0;
  for (const [name, from, to] of ranges.sort((a, b) => a[1] - b[1] || a[2] - b[2])) {
    if (from !== end) throw broken(where, `${name} does not begin where the tensor before it ends`);
    end = to;
  }
  if (end > size) throw broken(where, `${end - size} of its ${end} bytes of numbers are missing: was it cut off?`);
  if (end < size) throw broken(where, `${size - end} bytes at its end belong to no tensor`);
}

function checksumOf(header: Readonly<Record<string, unknown>>, metadata: Record<string, string>, numbers: Uint8Array) {
  return sha256([new TextEncoder().encode(JSON.stringify([metadata, header])), numbers]);
}

function bfloat(half: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, half);
  return view.getFloat32(0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value) || typeof value.dtype !== 'string') return false;
  const { shape, data_offsets: offsets } = value;
  const whole = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
  return (
    Array.isArray(shape) && shape.every(whole) && Array.isArray(offsets) && offsets.length === 2 && offsets.every(whole)
  );
}

function broken(where: string, how: string): UserError {
  return new UserError(`${where} is not a whole safetensors file: ${how}. Delete it and make or fetch it again.`);
}
