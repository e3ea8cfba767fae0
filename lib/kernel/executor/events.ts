import fs from 'node:fs';
import { EVENTS_FD, type ExecutorEvent, type OutputType } from '../protocol';
import { currentCell, takerOf } from './cells';

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of it before returning, however slowly the other side reads. */
export function writeFully(fd: number, data: Uint8Array): void {
  for (let done = 0; done < data.length;) {
    try {
      done += fs.writeSync(fd, data, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

/** Sends an event to the parent: four bytes of length, then JSON. */
export function send(event: ExecutorEvent): void {
  const body = Buffer.from(JSON.stringify(event));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  try {
    writeFully(EVENTS_FD, body.length < 65_536 ? Buffer.concat([head, body]) : head);
    if (body.length >= 65_536) writeFully(EVENTS_FD, body);
  } catch {
    process.kill(process.pid, 'SIGKILL'); // the parent is gone: nobody is left to run for
  }
}

/** Kinds of output that go under the cell whoever else would take them. */
const always: ReadonlySet<OutputType> = new Set(['comm_open', 'comm_msg', 'comm_close']);

/** @param past nobody takes it: it goes under the cell */
export function output(
  kind: OutputType,
  content: Record<string, unknown>,
  buffers?: readonly Uint8Array[],
  past = always.has(kind),
): void {
  const cell = currentCell();
  if (cell?.stopped) return;
  const take = past ? undefined : takerOf(cell);
  if (take) return take(kind, content);
  const encoded = buffers?.map((buffer) => Buffer.from(buffer).toString('base64'));
  send({ type: 'output', cell: cell?.id ?? null, kind, content, ...(encoded?.length ? { buffers: encoded } : {}) });
}
