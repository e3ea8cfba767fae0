/** What the notebook's kernel offers to widgets; where there is none, widgets keep their values and show nothing. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Bundle = Readonly<Record<string, unknown>>;

/** The kernel's end of a line to the front end. */
export interface Comm {
  readonly id: string;
  onMessage?: (message: { readonly data: unknown }) => unknown;
  onClose?: () => unknown;
  send(data: Json): void;
  close(): void;
}

interface Comms {
  open(target: string, data: Json, metadata: Json): Comm;
  register(target: string, accept: (comm: Comm) => unknown): void;
}

/** Something that code printed or showed. */
export interface Captured {
  readonly kind: string;
  readonly content: Readonly<Record<string, unknown>>;
}

interface Capture {
  run<T>(take: (output: Captured) => void, work: () => T, options?: { controller?: AbortController }): T;
  /** @returns a function that runs code as part of what runs now */
  bind(): <T>(work: () => T) => T;
  /** Aborted when what runs now is interrupted. */
  signal(): AbortSignal | undefined;
  describe(thrown: unknown): { ename: string; evalue: string; traceback: string[] };
  bundle(value: unknown): Promise<Bundle | undefined>;
}

const found = <T>(name: string): T | undefined => Reflect.get(globalThis, Symbol.for(name)) as T | undefined;

export const comms = (): Comms | undefined => found('jupyter.comms');

/** Shows something under the cell at hand; without a kernel, its plain text. */
export function display(bundle: Bundle): void {
  const show = found<(data: Bundle) => void>('jupyter.display');
  if (show) show(bundle);
  else console.log(String(bundle['text/plain'] ?? ''));
}

const withoutKernel: Capture = {
  run: (_, work) => work(),
  bind: () => (work) => work(),
  signal: () => undefined,
  describe(thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { ename: error.name, evalue: error.message, traceback: [error.stack ?? error.message] };
  },
  bundle: (value) => Promise.resolve(value === undefined ? undefined : { 'text/plain': String(value) }),
};

export const capture = (): Capture => found('jupyter.capture') ?? withoutKernel;
