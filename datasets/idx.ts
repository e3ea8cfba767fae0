import { UserError } from '../lib/errors';

/** What an idx file holds, the format of MNIST and its descendants. */
export interface Idx {
  readonly kind: 'images' | 'labels';
  readonly count: number;
  /** Height and width of each picture; empty for labels. */
  readonly size: readonly number[];
  readonly data: Uint8Array;
}

/** The first four bytes: two zeros, 8 for unsigned bytes, the number of dimensions. */
const kinds = new Map<number, Idx['kind']>([
  [0x00000801, 'labels'],
  [0x00000803, 'images'],
]);

/**
 * Reads an idx file of unsigned bytes. The data is a view, not a copy.
 * @param name of the file, for messages
 * @throws UserError if this is no such file or not all of it
 */
export function parseIdx(bytes: Uint8Array, name: string): Idx {
  if (bytes.length < 8) throw new UserError(`${name} is truncated: ${bytes.length} bytes are not even a header.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = kinds.get(view.getUint32(0));
  if (!kind) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new UserError(`${name} is not an idx file of images or labels: it starts with the bytes ${start}.`);
  }
  const headerBytes = kind === 'images' ? 16 : 8;
  if (bytes.length < headerBytes) throw new UserError(`${name} is truncated within its header.`);
  const count = view.getUint32(4);
  const size = kind === 'images' ? [view.getUint32(8), view.getUint32(12)] : [];
  const expected = headerBytes + size.reduce((product, n) => product * n, count);
  if (bytes.length !== expected) {
    const fault = bytes.length < expected ? 'is truncated' : 'has bytes behind its end';
    throw new UserError(`${name} ${fault}: its header promises ${expected} bytes, it has ${bytes.length}.`);
  }
  return { kind, count, size, data: bytes.subarray(headerBytes) };
}
