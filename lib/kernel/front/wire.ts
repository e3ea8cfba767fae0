import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import os from 'node:os';

export const PROTOCOL_VERSION = '5.4';

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

export interface Message {
  /** Routing prefix of a ROUTER socket. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  readonly parent: Partial<Header>;
  readonly content: Record<string, unknown>;
  readonly buffers: readonly Buffer[];
}

const DELIMITER = Buffer.from('<IDS|MSG>');

/** How many messages are remembered against messages that are sent again. */
const REMEMBERED = 65_536;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Jupyter's wire format: signed multipart messages of JSON. */
export class Wire {
  private readonly session = randomUUID();
  private readonly username = userName();
  private readonly seen = new Set<string>();

  /** @param key of the connection file; empty for messages without signature */
  constructor(private readonly key: string) {}

  private sign(parts: readonly Uint8Array[]): string {
    if (!this.key) return '';
    const hmac = createHmac('sha256', this.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }

  /** @returns undefined for what is no message to act upon: wrongly signed, sent before, cut off, no JSON */
  decode(frames: readonly Buffer[]): Message | undefined {
    const at = frames.findIndex((frame) => frame.equals(DELIMITER));
    if (at < 0 || frames.length < at + 6) return undefined;
    const [signature, ...rest] = frames.slice(at + 1);
    const parts = rest.slice(0, 4);
    if (!this.isGenuine(signature, parts)) return undefined;
    try {
      const [header, parent, metadata, content] = parts.map((part): unknown => JSON.parse(part.toString('utf8')));
      if (![header, parent, metadata, content].every(isObject)) return undefined;
      const { msg_id, msg_type } = header as Partial<Header>;
      if (typeof msg_id !== 'string' || typeof msg_type !== 'string') return undefined;
      return {
        identities: frames.slice(0, at),
        header: header as Header,
        parent: parent as Partial<Header>,
        content: content as Record<string, unknown>,
        buffers: rest.slice(4),
      };
    } catch {
      return undefined;
    }
  }

  private isGenuine(signature: Buffer, parts: readonly Buffer[]): boolean {
    if (!this.key) return true;
    const right = Buffer.from(this.sign(parts));
    if (signature.length !== right.length || !timingSafeEqual(signature, right)) return false;
    // Not by msg_id: a KernelManager of jupyter_client and its client number theirs alike. The header's date differs.
    const text = right.toString();
    if (this.seen.has(text)) return false;
    this.seen.add(text);
    if (this.seen.size > REMEMBERED) {
      for (const old of this.seen) {
        this.seen.delete(old);
        if (this.seen.size <= REMEMBERED / 2) break;
      }
    }
    return true;
  }

  encode(
    type: string,
    content: object,
    parent: Partial<Header> = {},
    identities: readonly Uint8Array[] = [],
    buffers: readonly Uint8Array[] = [],
    metadata: object = {},
  ): Uint8Array[] {
    const header: Header = {
      msg_id: randomUUID(),
      msg_type: type,
      session: this.session,
      username: this.username,
      date: new Date().toISOString(),
      version: PROTOCOL_VERSION,
    };
    const parts = [header, parent, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
    return [...identities, DELIMITER, Buffer.from(this.sign(parts)), ...parts, ...buffers];
  }
}

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'kernel'; // a user id without a name, as in some containers
  }
}
