/** A kernel's end of the lines to the front end, which notes what is said. */
import type { Captured, Comm } from '../../lib/widgets/kernel';

type Message = { method: string; state: Record<string, unknown>; states: Record<string, unknown> };

export interface Line extends Comm {
  readonly target: string;
  /** The state it was opened with. */
  readonly state: Record<string, unknown>;
  readonly metadata: unknown;
  readonly sent: Message[];
  closed: boolean;
}

export class FakeKernel {
  readonly lines: Line[] = [];
  readonly shown: unknown[] = [];
  readonly targets = new Map<string, (comm: Comm) => unknown>();
  private takes: ((output: Captured) => void)[] = [];

  install(): void {
    const define = (name: string, value: unknown): void =>
      void Object.defineProperty(globalThis, Symbol.for(name), { value, configurable: true });
    define('jupyter.comms', {
      open: (target: string, data: { state: Record<string, unknown> }, metadata: unknown) =>
        this.line(target, structuredClone(data.state), metadata),
      register: (target: string, accept: (comm: Comm) => unknown) => this.targets.set(target, accept),
    });
    define('jupyter.display', (data: unknown) => this.put('display_data', { data, metadata: {} }));
    define('jupyter.capture', {
      run: <T>(take: (output: Captured) => void, work: () => T): T => {
        this.takes.push(take);
        const result = work();
        const end = (): void => void this.takes.splice(this.takes.indexOf(take), 1);
        if (!(result instanceof Promise)) end();
        else void result.then(end, end);
        return result;
      },
      bind: () => (work: () => unknown) => work(),
      signal: () => undefined,
      describe: (error: Error) => ({ ename: error.name, evalue: error.message, traceback: [] }),
      bundle: async (value: unknown) => (value === undefined ? undefined : { 'text/plain': String(value) }),
    });
  }

  remove(): void {
    for (const name of ['comms', 'display', 'capture'])
      Reflect.deleteProperty(globalThis, Symbol.for(`jupyter.${name}`));
  }

  private line(target: string, state: Record<string, unknown>, metadata: unknown): Line {
    const line: Line = {
      ...{ id: `${this.lines.length}`, target, state, metadata, sent: [], closed: false },
      send: (data) => void line.sent.push(structuredClone(data) as unknown as Message),
      close: () => (line.closed = true),
    };
    this.lines.push(line);
    return line;
  }

  print(text: string): void {
    this.put('stream', { name: 'stdout', text });
  }

  put(kind: string, content: Record<string, unknown>): void {
    const take = this.takes.at(-1);
    if (take) take({ kind, content });
    else this.shown.push(content.data);
  }

  /** The line of a model: `FloatSlider`. */
  of(name: string): Line {
    const line = this.lines.findLast(({ state }) => state._model_name === `${name}Model`);
    if (!line) throw new Error(`there is no ${name}`);
    return line;
  }

  /** What the front end sees of a model now. */
  seen(name: string): Record<string, unknown> {
    const { state, sent } = this.of(name);
    return Object.assign({}, state, ...sent.map((message) => message.state));
  }

  /** The person moves something. */
  move(name: string, state: Record<string, unknown>): unknown {
    return this.of(name).onMessage?.({ data: { method: 'update', state, buffer_paths: [] } });
  }

  click(): unknown {
    return this.of('Button').onMessage?.({ data: { method: 'custom', content: { event: 'click' } } });
  }
}
