import { Console } from 'node:console';
import { StringDecoder } from 'node:string_decoder';
import { Writable } from 'node:stream';
import { streamMark } from '../protocol';
import { output, writeFully } from './events';

/** A standard stream whose every write is at once an event. */
class CellStream extends Writable {
  readonly isTTY = false;
  readonly columns = 100;
  private readonly decoder = new StringDecoder('utf8');

  constructor(
    private readonly streamName: 'stdout' | 'stderr',
    readonly fd: 1 | 2,
  ) {
    super({ decodeStrings: true, highWaterMark: 1 << 30 }); // a write never waits, so never ask anyone to
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const text = this.decoder.write(chunk);
    if (text) output('stream', { name: this.streamName, text });
    done();
  }

  /** `process.stdout` cannot be ended in Node either. */
  override end(...args: unknown[]): this {
    const [chunk] = args;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.write(chunk);
    return this;
  }

  getColorDepth(): number {
    return 1;
  }

  hasColors(): boolean {
    return false;
  }
}

/** Replaces the standard streams. What native code writes goes past them, to the pipes that the parent reads. */
export function captureStreams(): void {
  const streams = { stdout: new CellStream('stdout', 1), stderr: new CellStream('stderr', 2) };
  for (const [name, value] of Object.entries(streams)) {
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => value });
  }
  // Node's own console also tells the inspector, which keeps the last thousand values that were printed: tensors and all.
  Object.assign(console, new Console(streams));
}

/** Marks the end of a cell in what native code wrote. */
export function markStreams(cell: string): void {
  const mark = Buffer.from(streamMark(cell));
  for (const fd of [1, 2]) {
    try {
      writeFully(fd, mark);
    } catch {
      // The cell closed its own standard stream: the parent stops waiting after a moment.
    }
  }
}
