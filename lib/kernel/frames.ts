import { StringDecoder } from 'node:string_decoder';

/** Puts length-prefixed JSON together again from the chunks of a pipe. */
export class FrameReader<T> {
  private chunks: Buffer[] = [];
  private size = 0;
  /** Bytes of the frame that is coming in, its head included; unknown before four bytes are here. */
  private wanted = 4;

  constructor(private readonly handle: (frame: T) => void) {}

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.size < this.wanted) return;
    let data = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
    let length: number;
    this.wanted = 4;
    while (data.length >= 4 && data.length >= (length = 4 + data.readUInt32LE(0))) {
      this.handle(JSON.parse(data.toString('utf8', 4, length)));
      data = data.subarray(length);
    }
    if (data.length >= 4) this.wanted = 4 + data.readUInt32LE(0);
    this.chunks = data.length ? [data] : [];
    this.size = data.length;
  }
}

const MARK_BEGINNING = '\0end of ';

/** Takes the marks out of a stream and tells when one has passed. */
export class MarkedStream {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private readonly seen = new Set<string>();
  private readonly waiting = new Map<string, () => void>();

  push(chunk: Buffer): string {
    const text = this.rest + this.decoder.write(chunk);
    this.rest = '';
    let clean = '';
    let at = 0;
    for (;;) {
      const start = text.indexOf('\0', at);
      if (start < 0) break;
      const beginning = text.slice(start, start + MARK_BEGINNING.length);
      if (beginning !== MARK_BEGINNING.slice(0, beginning.length)) {
        clean += text.slice(at, start + 1); // a zero byte of the cell's own
        at = start + 1;
        continue;
      }
      const end = text.indexOf('\0', start + 1);
      if (end < 0) {
        this.rest = text.slice(start); // the mark, or the first part of one
        return clean + text.slice(at, start);
      }
      clean += text.slice(at, start);
      this.pass(text.slice(start, end + 1));
      at = end + 1;
    }
    return clean + text.slice(at);
  }

  private pass(mark: string): void {
    this.seen.add(mark);
    this.waiting.get(mark)?.();
  }

  /** At most a moment: a cell may have closed its stream. */
  async passed(mark: string): Promise<void> {
    if (!this.seen.has(mark)) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.waiting.set(mark, () => {
          clearTimeout(timer);
          resolve();
        });
      });
      this.waiting.delete(mark);
    }
    this.seen.delete(mark);
  }
}
