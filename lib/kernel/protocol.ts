/**
 * What the parent (front or `runNotebook`) and the executor say to each other. Commands go down one pipe as lines of JSON;
 * events come back on another as length-prefixed JSON, written synchronously so that nothing is lost when the process dies.
 */

/** File descriptors of the executor. */
export const EVENTS_FD = 3;
export const COMMANDS_FD = 4;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type MimeBundle = Record<string, unknown>;

/** One cell to run. */
export interface RunCommand {
  readonly type: 'run';
  readonly cell: string;
  /** Name of the script in stack traces: `cell_3.ts`. */
  readonly file: string;
  /** How a person calls it: `cell 3`. */
  readonly label: string;
  readonly source: string;
  /** Characters that were put in front of the source before it was compiled. */
  readonly shift: number;
  readonly js: string;
  readonly map: string;
  /** No value is wanted. */
  readonly silent: boolean;
  readonly allowInput: boolean;
  /** Expressions as JavaScript, evaluated after the cell. */
  readonly expressions: Readonly<Record<string, string>>;
}

/** First of all: where modules are looked for. */
export interface ConfigureCommand {
  readonly type: 'configure';
  /** Folder of the notebook. */
  readonly cwd: string;
  /** Folder of the project that the kernel belongs to. */
  readonly root: string;
  /** The tsconfig's `paths`: pattern with at most one `*`, and absolute targets. */
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[];
  /** The tsconfig's options that change the JavaScript of a file. */
  readonly emit?: Readonly<Record<string, unknown>>;
}

export interface CommCommand {
  readonly type: 'comm';
  /** Comes back when it has been read. */
  readonly number: number;
  readonly action: 'open' | 'msg' | 'close';
  readonly content: { readonly comm_id: string; readonly target_name?: string; readonly data?: Json };
  /** Base64. */
  readonly buffers: readonly string[];
}

export type Command =
  | ConfigureCommand
  | RunCommand
  | CommCommand
  | { readonly type: 'interrupt' }
  | { readonly type: 'input'; readonly value: string | null };

export interface CellError {
  readonly status: 'error';
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: string[];
  /** Line of the cell, counted from 1, where known. */
  readonly line?: number;
}
export interface CellOk {
  readonly status: 'ok';
  /** The value of the last expression, if there is one to show. */
  readonly data?: MimeBundle;
  readonly metadata?: Record<string, unknown>;
  readonly expressions?: Record<string, unknown>;
}
export type CellResult = CellOk | CellError;

export type OutputType =
  'stream' | 'display_data' | 'update_display_data' | 'clear_output' | 'comm_open' | 'comm_msg' | 'comm_close';

export interface OutputEvent {
  readonly type: 'output';
  /** The cell that it belongs to, also long after that cell ended; null before the first cell. */
  readonly cell: string | null;
  readonly kind: OutputType;
  readonly content: Record<string, unknown>;
  /** Base64. */
  readonly buffers?: readonly string[];
}

export type ExecutorEvent =
  /** Cells can run. `heapLimit`: bytes that their JavaScript may use. */
  | { readonly type: 'ready'; readonly heapLimit: number }
  | { readonly type: 'comm-read'; readonly number: number }
  | OutputEvent
  | { readonly type: 'done'; readonly cell: string; readonly result: CellResult }
  | { readonly type: 'input'; readonly cell: string | null; readonly prompt: string; readonly password: boolean };

/** Written to the standard streams after each cell: what came before it, native libraries' output included, is the cell's. */
export const streamMark = (cell: string): string => `\0end of ${cell}\0`;
