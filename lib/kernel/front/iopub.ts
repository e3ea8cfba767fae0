import type { Header, Wire } from './wire';
import type { Outbox } from './sockets';

/** Milliseconds that text may wait for more of it. */
const PATIENCE = 15;
/** Characters after which it does not wait. */
const ENOUGH = 100_000;

/** What everybody who watches the kernel sees. Pieces of one stream that come close together go out as one message. */
export class IoPub {
  private pending: { parent: Partial<Header>; name: string; pieces: string[]; length: number } | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly wire: Wire,
    private readonly outbox: Outbox,
  ) {}

  stream(parent: Partial<Header>, name: string, text: string): void {
    if (this.pending && (this.pending.parent !== parent || this.pending.name !== name)) this.flush();
    this.pending ??= { parent, name, pieces: [], length: 0 };
    this.pending.pieces.push(text);
    this.pending.length += text.length;
    if (this.pending.length > ENOUGH) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), PATIENCE);
  }

  send(
    type: string,
    content: object,
    parent: Partial<Header> = {},
    buffers: readonly Uint8Array[] = [],
    metadata: object = {},
  ): void {
    this.flush();
    this.outbox.send(this.wire.encode(type, content, parent, [Buffer.from(type)], buffers, metadata));
  }

  status(state: 'starting' | 'busy' | 'idle', parent: Partial<Header> = {}): void {
    this.send('status', { execution_state: state }, parent);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const waiting = this.pending;
    if (!waiting) return;
    this.pending = undefined;
    this.send('stream', { name: waiting.name, text: waiting.pieces.join('') }, waiting.parent);
  }
}
