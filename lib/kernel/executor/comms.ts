import { randomUUID } from 'node:crypto';
import type { CommCommand, Json } from '../protocol';
import { output } from './events';
import { reportUncaught } from './errors';

export interface CommMessage {
  readonly data: Json;
  readonly buffers: readonly Uint8Array[];
}

/** One open line between a cell's code and a widget in the front end. */
export class Comm {
  onMessage?: (message: CommMessage) => void;
  onClose?: (message: CommMessage) => void;

  constructor(
    readonly target: string,
    readonly id: string = randomUUID(),
  ) {
    open.set(this.id, this);
  }

  send(data: Json, buffers: readonly Uint8Array[] = []): void {
    output('comm_msg', { comm_id: this.id, data }, buffers);
  }

  close(data: Json = {}): void {
    if (open.delete(this.id)) output('comm_close', { comm_id: this.id, data });
  }
}

const open = new Map<string, Comm>();
const targets = new Map<string, (comm: Comm, message: CommMessage) => void>();

/** A front end's message, handed to whoever holds the comm. */
export function takeComm({ action, content, buffers }: CommCommand): void {
  const message = { data: content.data ?? {}, buffers: buffers.map((buffer) => Buffer.from(buffer, 'base64')) };
  try {
    if (action === 'open') {
      const accept = targets.get(content.target_name ?? '');
      if (accept) accept(new Comm(content.target_name ?? '', content.comm_id), message);
      else output('comm_close', { comm_id: content.comm_id, data: {} }); // as the protocol asks: nobody knows that target
      return;
    }
    const comm = open.get(content.comm_id);
    if (action === 'msg') comm?.onMessage?.(message);
    if (action === 'close' && comm) {
      open.delete(comm.id);
      comm.onClose?.(message);
    }
  } catch (error) {
    reportUncaught(error, 'in a widget');
  }
}

/** `globalThis[Symbol.for('jupyter.comms')]`: what a widget library builds on. */
export function installComms(): void {
  const comms = {
    /** Opens a comm from here; the front end makes its half. */
    open(target: string, data: Json = {}, metadata: Json = {}, buffers: readonly Uint8Array[] = []): Comm {
      const comm = new Comm(target);
      output('comm_open', { comm_id: comm.id, target_name: target, data, metadata }, buffers);
      return comm;
    },
    /** Accepts comms that the front end opens. */
    register: (target: string, accept: (comm: Comm, message: CommMessage) => void): void =>
      void targets.set(target, accept),
  };
  Object.defineProperty(globalThis, Symbol.for('jupyter.comms'), { value: comms, configurable: true });
}
