import type { OutputEvent } from '../protocol';
import type { IoPub } from './iopub';
import type { Header } from './wire';

/** How many cells' headers are kept for output that comes after the cell has ended. */
const REMEMBERED_CELLS = 1000;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Puts what the executor sends under the cell it belongs to, and keeps the list of open comms. */
export class Publisher {
  private readonly parents = new Map<string, Header>();
  private readonly comms = new Map<string, string>();
  /** Header of the cell that was run last. */
  latest: Partial<Header> = {};

  constructor(private readonly iopub: IoPub) {}

  remember(header: Header): void {
    this.latest = header;
    this.parents.set(header.msg_id, header);
    const [oldest] = this.parents.keys();
    if (this.parents.size > REMEMBERED_CELLS) this.parents.delete(oldest);
  }

  publish({ cell, kind, content, buffers = [] }: OutputEvent): void {
    const parent = (cell && this.parents.get(cell)) || this.latest;
    if (kind === 'stream') return this.iopub.stream(parent, text(content.name), text(content.text));
    if (!kind.startsWith('comm_')) return this.iopub.send(kind, content, parent);
    const { metadata, ...rest } = content;
    this.noteComm(kind.slice('comm_'.length), text(content.comm_id), text(content.target_name));
    const raw = buffers.map((buffer) => Buffer.from(buffer, 'base64'));
    this.iopub.send(kind, rest, parent, raw, typeof metadata === 'object' && metadata !== null ? metadata : {});
  }

  noteComm(action: string, id: string, target: string): void {
    if (action === 'open') this.comms.set(id, target);
    if (action === 'close') this.comms.delete(id);
  }

  openComms(target: unknown): Record<string, { target_name: string }> {
    const open = [...this.comms].filter(([, name]) => typeof target !== 'string' || !target || name === target);
    return Object.fromEntries(open.map(([id, target_name]) => [id, { target_name }]));
  }

  /** The process that held the kernel's ends is gone. */
  forgetComms(): void {
    this.comms.clear();
  }
}
