import type { Captured, Json } from './kernel';

/** One output as a notebook keeps it. */
export type SavedOutput = { [name: string]: Json };

/** What code put out, in a notebook's format: pieces of a stream joined, named displays replaced. */
export class Outputs {
  private list: SavedOutput[] = [];
  private named = new Map<string, SavedOutput>();
  private clearNext = false;

  get all(): SavedOutput[] {
    return this.list;
  }

  clear(): void {
    this.list = [];
    this.named.clear();
    this.clearNext = false;
  }

  /** The next output takes the place of all that are here. */
  expectOthers(): void {
    this.clearNext = true;
  }

  /** None came. */
  settle(): void {
    if (this.clearNext) this.clear();
  }

  take({ kind, content }: Captured): void {
    if (kind === 'clear_output') {
      if (content.wait === true) this.expectOthers();
      else this.clear();
    } else if (kind === 'stream') {
      this.stream(String(content.name), String(content.text));
    } else {
      const { display_id: id } = (content.transient ?? {}) as { display_id?: string };
      const shown = { data: content.data as Json, metadata: content.metadata as Json };
      const before = id === undefined || this.clearNext ? undefined : this.named.get(id);
      if (before) return void Object.assign(before, shown);
      if (kind === 'update_display_data') return;
      const output = { output_type: 'display_data', ...shown };
      this.add(output);
      if (id !== undefined) this.named.set(id, output);
    }
  }

  add(output: SavedOutput): void {
    this.settle();
    this.list.push(output);
  }

  private stream(name: string, text: string): void {
    this.settle();
    const last = this.list.at(-1);
    if (last?.output_type === 'stream' && last.name === name) last.text = `${last.text as string}${text}`;
    else this.list.push({ output_type: 'stream', name, text });
  }
}
