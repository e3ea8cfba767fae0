import fs from 'node:fs';
import { Reply, Router, XPublisher } from 'zeromq';

export interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly shell_port: number;
  readonly control_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: string;
}

export function readConnection(file: string): Connection {
  const connection: Connection = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (connection.key && connection.signature_scheme !== 'hmac-sha256') {
    throw new Error(`signature scheme ${connection.signature_scheme}: this kernel knows hmac-sha256`);
  }
  return connection;
}

/** Hands on what comes in. Whatever a stranger sends, the next message is waited for. */
export async function listen(
  socket: Router | Reply | XPublisher,
  take: (frames: Buffer[]) => void | Promise<void>,
): Promise<void> {
  while (!socket.closed) {
    try {
      for await (const frames of socket) await take(frames);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

interface Sender {
  send(frames: Uint8Array[]): Promise<void>;
}

/**
 * Sends one message after another. A socket of zeromq.js refuses a message while an earlier one is still on its way, which
 * happens after a few hundred in one turn of the event loop; here it waits its turn.
 */
export class Outbox {
  private readonly queue: Uint8Array[][] = [];
  private draining: Promise<void> | undefined;

  constructor(private readonly socket: Sender) {}

  send(frames: Uint8Array[]): void {
    this.queue.push(frames);
    this.draining ??= this.drain();
  }

  private async drain(): Promise<void> {
    for (let frames = this.queue.shift(); frames; frames = this.queue.shift()) {
      try {
        await this.socket.send(frames);
      } catch (error) {
        process.stderr.write(`genlab kernel: a message could not be sent: ${String(error)}\n`);
      }
    }
    this.draining = undefined;
  }

  /** Resolves when nothing waits any more. */
  async empty(): Promise<void> {
    await this.draining;
  }
}

/** Bytes of one frame; whoever sends a longer one is cut off. Pictures and files that widgets upload stay far below. */
const LONGEST = 2 ** 29;

/** The five sockets of a kernel. */
export class Sockets {
  // No high-water mark: a message is kept until it is sent, never dropped.
  private readonly unbounded = { sendHighWaterMark: 0, receiveHighWaterMark: 0, maxMessageSize: LONGEST };
  readonly iopub = new XPublisher({ ...this.unbounded, sendTimeout: 0 });
  readonly shell = new Router(this.unbounded);
  readonly control = new Router(this.unbounded);
  readonly stdin = new Router(this.unbounded);
  private readonly heartbeat = new Reply({ maxMessageSize: LONGEST });
  readonly out = {
    iopub: new Outbox(this.iopub),
    shell: new Outbox(this.shell),
    control: new Outbox(this.control),
    stdin: new Outbox(this.stdin),
  };

  async bind(connection: Connection): Promise<void> {
    const { transport, ip } = connection;
    const address = (port: number): string => `${transport}://${ip}${transport === 'ipc' ? '-' : ':'}${port}`;
    await Promise.all([
      this.iopub.bind(address(connection.iopub_port)),
      this.shell.bind(address(connection.shell_port)),
      this.control.bind(address(connection.control_port)),
      this.stdin.bind(address(connection.stdin_port)),
      this.heartbeat.bind(address(connection.hb_port)),
    ]);
    void listen(this.heartbeat, (frames) => this.heartbeat.send(frames));
  }

  async flush(): Promise<void> {
    await Promise.all(Object.values(this.out).map((box) => box.empty()));
  }

  close(): void {
    for (const socket of [this.iopub, this.shell, this.control, this.stdin, this.heartbeat]) socket.close();
  }
}
