import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { CellError, MimeBundle, OutputEvent } from './protocol';
import { Session } from './session';

/** As much of nbformat 4 as running a notebook needs. */
export interface NotebookCell {
  readonly cell_type: string;
  readonly id?: string;
  readonly source: string | readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly outputs?: readonly unknown[];
  readonly execution_count?: number | null;
}
export interface NotebookLike {
  readonly cells: readonly NotebookCell[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export type NotebookOutput =
  | { output_type: 'stream'; name: string; text: string }
  | { output_type: 'display_data'; data: MimeBundle; metadata: Record<string, unknown> }
  | { output_type: 'execute_result'; data: MimeBundle; metadata: Record<string, unknown>; execution_count: number }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

export interface RunProgress {
  /** Index in the notebook, counted from 0, and the source of the cell. */
  readonly index: number;
  readonly count: number;
  readonly source: string;
}

export interface RunOptions {
  /** Folder in which the cells run: where relative imports and files are looked for. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** JavaScript is not type-checked. */
  readonly language?: 'typescript' | 'javascript';
  /** Check as loosely as tslab does, for a notebook that was written for it. */
  readonly lax?: boolean;
  /** Milliseconds for one cell; none by default. */
  readonly timeout?: number;
  /** Go on after a cell that failed. */
  readonly allowErrors?: boolean;
  /** Interrupts the running cell and ends the run. */
  readonly signal?: AbortSignal;
  readonly onCell?: (progress: RunProgress) => void;
  readonly onCellDone?: (progress: RunProgress & { readonly error?: CellError; readonly seconds: number }) => void;
  readonly onOutput?: (output: NotebookOutput, cell: RunProgress) => void;
  /** A display shows something new in its place: a progress bar, say. */
  readonly onUpdate?: (output: NotebookOutput, cell: RunProgress) => void;
}

export interface Failure extends CellError {
  /** Index in the notebook, counted from 0. */
  readonly index: number;
  /** Its number among the code cells: the `3` of `[3]`. */
  readonly count: number;
}

export interface RunReport<N extends NotebookLike> {
  /** The notebook with outputs. */
  readonly notebook: N;
  readonly failures: readonly Failure[];
}

/** What a cell put out, as nbformat keeps it. */
class Outputs {
  readonly list: NotebookOutput[] = [];
  private clearNext = false;

  add(output: NotebookOutput): void {
    if (this.clearNext) this.list.length = 0;
    this.clearNext = false;
    const last = this.list.at(-1);
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name) {
      last.text += output.text;
    } else {
      this.list.push(output);
    }
  }

  clear(wait: boolean): void {
    if (wait) this.clearNext = true;
    else this.list.length = 0;
  }
}

type DisplayContent = { data: MimeBundle; metadata: Record<string, unknown>; transient: { display_id?: string } };

/**
 * Executes a notebook with nothing but Node: every code cell in order, type-checked and run as the Jupyter kernel does, the
 * same outputs kept in the same format. Stops at the first cell that fails, unless told otherwise.
 */
export async function runNotebook<N extends NotebookLike>(notebook: N, options: RunOptions): Promise<RunReport<N>> {
  const outputs = new Map<string, { outputs: Outputs; progress: RunProgress }>();
  const displays = new Map<
    string,
    { output_type: 'display_data'; data: MimeBundle; metadata: Record<string, unknown> }[]
  >();
  const take = (event: OutputEvent): void => {
    const target = outputs.get(event.cell ?? '');
    if (!target) return;
    if (event.kind === 'stream') {
      const { name, text } = event.content as { name: string; text: string };
      target.outputs.add({ output_type: 'stream', name, text });
      options.onOutput?.({ output_type: 'stream', name, text }, target.progress);
    } else if (event.kind === 'clear_output') {
      target.outputs.clear(event.content.wait === true);
    } else if (event.kind === 'display_data' || event.kind === 'update_display_data') {
      const { data, metadata, transient } = event.content as DisplayContent;
      const known = displays.get(transient.display_id ?? '') ?? [];
      if (event.kind === 'update_display_data') {
        for (const one of known) Object.assign(one, { data, metadata });
        if (known.length) options.onUpdate?.(known[0], target.progress);
        return;
      }
      const output = { output_type: 'display_data' as const, data, metadata };
      if (transient.display_id !== undefined) displays.set(transient.display_id, [...known, output]);
      target.outputs.add(output);
      options.onOutput?.(output, target.progress);
    }
  };

  const session = new Session(
    { cwd: path.resolve(options.cwd), env: options.env, language: options.language, lax: options.lax },
    { output: take, input: () => session.executor.answer(null) },
  );
  const stop = (): void => session.interrupt();
  options.signal?.addEventListener('abort', stop);
  const failures: Failure[] = [];
  const results = new Map<number, { outputs: Outputs; count: number }>();
  let count = 0;
  try {
    for (const [index, cell] of notebook.cells.entries()) {
      if (options.signal?.aborted) break;
      const source = typeof cell.source === 'string' ? cell.source : cell.source.join('');
      if (cell.cell_type !== 'code' || !source.trim()) continue;
      const progress = { index, count: ++count, source };
      const id = randomUUID();
      const own = new Outputs();
      outputs.set(id, { outputs: own, progress });
      results.set(index, { outputs: own, count });
      options.onCell?.(progress);
      const began = Date.now();
      const timer = options.timeout === undefined ? undefined : setTimeout(stop, options.timeout);
      const result = await session.execute(source, { id, label: `cell ${count}` });
      clearTimeout(timer);
      const seconds = (Date.now() - began) / 1000;
      if (result.status === 'ok') {
        if (result.data) {
          const { data, metadata = {} } = result;
          const value: NotebookOutput = { output_type: 'execute_result', data, metadata, execution_count: count };
          own.add(value);
          options.onOutput?.(value, progress);
        }
        options.onCellDone?.({ ...progress, seconds });
        continue;
      }
      const { ename, evalue, traceback } = result;
      own.add({ output_type: 'error', ename, evalue, traceback });
      options.onOutput?.({ output_type: 'error', ename, evalue, traceback }, progress);
      options.onCellDone?.({ ...progress, seconds, error: result });
      failures.push({ ...result, index, count });
      if (!options.allowErrors) break;
    }
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await session.dispose();
  }
  const cells = notebook.cells.map((cell, index) => {
    if (cell.cell_type !== 'code') return cell;
    const result = results.get(index);
    return { ...cell, outputs: result?.outputs.list ?? [], execution_count: result?.count ?? null };
  });
  return { notebook: { ...notebook, cells }, failures };
}
