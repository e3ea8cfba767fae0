import { randomUUID } from 'node:crypto';
import type { CommCommand, Json } from '../protocol';
import { type Cell, KeyboardInterrupt, currentCell, eventOf, runAs } from './cells';
import { type Opened, closeSince, opened } from './engine-state';
import { output, send } from './events';
import { reportUncaught } from './errors';
import { eventBegins, eventEnds } from './threads';

export interface CommMessage {
  readonly data: Json;
  readonly buffers: readonly Uint8Array[];
}

/** One open line between a cell's code and a widget in the front end. */
export class Comm {
  /** A promise that it returns may be interrupted, and its error is shown. */
  onMessage?: (message: CommMessage) => unknown;
  onClose?: (message: CommMessage) => unknown;
  /** Whose output it is that a message leads to. */
  readonly maker = currentCell();

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
const targets = new Map<string, (comm: Comm, message: CommMessage) => unknown>();

/** Callbacks at work. */
const events = new Set<Cell>();

let reading: number | undefined;
/** Of TensorFlow.js, when the callback at work began. */
let before: Opened | undefined;

function haveRead(): void {
  eventEnds();
  if (reading !== undefined) send({ type: 'comm-read', number: reading });
  reading = undefined;
  before = undefined;
}

/** A front end's message, handed to whoever holds the comm. When it has been read, the front end may send the next. */
export function takeComm(command: CommCommand): void {
  const { comm_id: id } = command.content;
  // In a microtask, as timers: V8 may be told to terminate it.
  void Promise.resolve().then(() => {
    reading = command.number;
    before = opened();
    eventBegins();
    try {
      const event = eventOf(open.get(id)?.maker);
      let work: unknown;
      runAs(event, () => (work = hand(command)));
      if (work instanceof Promise) void watch(event, work);
    } catch (error) {
      reportUncaught(error, 'in a widget');
    } finally {
      haveRead();
    }
  });
}

function hand({ action, content, buffers }: CommCommand): unknown {
  const message = { data: content.data ?? {}, buffers: buffers.map((buffer) => Buffer.from(buffer, 'base64')) };
  if (action === 'open') {
    const accept = targets.get(content.target_name ?? '');
    if (accept) return accept(new Comm(content.target_name ?? '', content.comm_id), message);
    output('comm_close', { comm_id: content.comm_id, data: {} }); // as the protocol asks: nobody knows that target
    return undefined;
  }
  const comm = open.get(content.comm_id);
  if (action === 'msg') return comm?.onMessage?.(message);
  open.delete(content.comm_id);
  return comm?.onClose?.(message);
}

async function watch(event: Cell, work: Promise<unknown>): Promise<void> {
  events.add(event);
  try {
    await work;
  } catch (error) {
    runAs(event, () => reportUncaught(error, 'in a widget'));
  } finally {
    events.delete(event);
  }
}

/** Of an interrupt: a callback that V8 had to terminate, and those that wait. */
export function interruptEvents(): void {
  if (before) closeSince(before);
  haveRead();
  for (const event of events) {
    event.interrupted = true;
    event.controller.abort(new KeyboardInterrupt());
  }
  events.clear();
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
    register: (target: string, accept: (comm: Comm, message: CommMessage) => unknown): void =>
      void targets.set(target, accept),
  };
  Object.defineProperty(globalThis, Symbol.for('jupyter.comms'), { value: comms, configurable: true });
}
