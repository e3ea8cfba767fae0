import path from 'node:path';
import { stateFolder } from '../../setup/common.js';
import { completeness, complete, inspectAt } from '../compiler/answers';
import type { CellResult, CommCommand, Json, MimeBundle } from '../protocol';
import { projectRoot } from '../node-host';
import { Session } from '../session';
import { toPoints, toUnits } from './cursor';
import { expressionsOf } from './expressions';
import { History } from './history';
import { HistoryFiles } from './history-files';
import { kernelInfo } from './info';
import { IoPub } from './iopub';
import { Publisher } from './publisher';
import type { Outbox, Sockets } from './sockets';
import { type Message, type Wire } from './wire';

type Reply = readonly [type: string, content: object];
type Handler = (message: Message) => Reply | undefined | Promise<Reply | undefined>;

interface ExecuteReply {
  readonly status: 'ok' | 'error';
  readonly [key: string]: unknown;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const ok = (content: object = {}): object => ({ status: 'ok', ...content });

/** `name?` asks what a name is, as in IPython. */
const question = /^\s*(?:\?+\s*([\w$.]+)|([\w$.]+)\s*\?+)\s*$/;

/** Answers the messages of Jupyter's protocol. */
export class Kernel {
  private readonly session: Session;
  private readonly iopub: IoPub;
  private readonly history = new History(new HistoryFiles(path.join(stateFolder, 'history')));
  private readonly publisher: Publisher;
  private readonly queue: Message[] = [];
  private count = 0;
  private current: Message | undefined;
  private working = false;
  /** The cell at hand has asked for a password: what it shows is not remembered. */
  private askedSecret = false;
  private lastInterrupt = 0;
  private lastWork = Date.now();
  private readonly warmUpParts: string[];

  constructor(
    private readonly wire: Wire,
    private readonly sockets: Sockets,
    private readonly options: { readonly cwd: string; readonly version: string; readonly exit: () => void },
  ) {
    this.iopub = new IoPub(wire, sockets.out.iopub);
    this.publisher = new Publisher(this.iopub);
    // Each part builds on the one before, so that a cell that comes meanwhile waits for one of them only.
    const inProject = options.cwd.startsWith(projectRoot);
    this.warmUpParts = inProject
      ? ["import '@tensorflow/tfjs-core';", "import '@tensorflow/tfjs';", "import 'genlab';"]
      : [];
    this.session = new Session(
      { cwd: options.cwd },
      {
        output: (event) => this.publisher.publish(event),
        input: ({ prompt, password }) => this.askInput(prompt, password),
        lost: (why) => this.tellLost(why),
      },
    );
  }

  /** Starts with what most first cells need. */
  warmUp(): void {
    this.session.warmUp('const first: number[] = [1]; console.log(first); await 0;');
  }

  /** Reads one more part of what a notebook of the project is likely to import. */
  warmUpPart(): boolean {
    const part = this.warmUpParts.shift();
    if (part) this.session.warmUp(part);
    return this.warmUpParts.length > 0;
  }

  /** Milliseconds since anything was asked of the kernel; 0 while a cell is at work. */
  get quietFor(): number {
    return this.working ? 0 : Date.now() - this.lastWork;
  }

  // Every message that comes in.

  handle(channel: 'shell' | 'control', message: Message): void {
    this.lastWork = Date.now();
    if (message.header.msg_type === 'execute_request') {
      this.queue.push(message);
      void this.work();
      return;
    }
    void this.answer(this.sockets.out[channel], message);
  }

  handleStdin(message: Message): void {
    if (message.header.msg_type === 'input_reply') this.session.executor.answer(text(message.content.value));
  }

  /** Someone has subscribed to what the kernel publishes. */
  welcome(topic: string): void {
    this.iopub.send('iopub_welcome', { subscription: topic });
  }

  private async answer(outbox: Outbox, message: Message): Promise<void> {
    const { msg_type } = message.header;
    const handler = Object.hasOwn(this.handlers, msg_type) ? this.handlers[msg_type] : undefined;
    if (!handler) return;
    this.iopub.status('busy', message.header);
    try {
      const reply = await handler(message);
      if (reply) outbox.send(this.wire.encode(reply[0], reply[1], message.header, message.identities));
    } catch (error) {
      const evalue = error instanceof Error ? error.message : String(error);
      const content = { status: 'error', ename: 'KernelError', evalue, traceback: [evalue] };
      const type = msg_type.replace(/_request$/, '_reply');
      outbox.send(this.wire.encode(type, content, message.header, message.identities));
    } finally {
      this.iopub.status('idle', message.header);
    }
    if (msg_type === 'shutdown_request') this.options.exit();
  }

  private readonly handlers: Readonly<Record<string, Handler | undefined>> = {
    kernel_info_request: () => ['kernel_info_reply', ok(kernelInfo(this.options.version))],
    complete_request: ({ content }) => ['complete_reply', ok(this.complete(content))],
    inspect_request: ({ content }) => ['inspect_reply', ok(this.inspect(content))],
    is_complete_request: ({ content }) => {
      const status = completeness(text(content.code));
      return ['is_complete_reply', status === 'incomplete' ? { status, indent: '' } : { status }];
    },
    history_request: ({ content }) => ['history_reply', ok({ history: this.history.answer(content) })],
    connect_request: () => ['connect_reply', ok()],
    comm_info_request: ({ content }) => [
      'comm_info_reply',
      ok({ comms: this.publisher.openComms(content.target_name) }),
    ],
    comm_open: (message) => this.forwardComm('open', message),
    comm_msg: (message) => this.forwardComm('msg', message),
    comm_close: (message) => this.forwardComm('close', message),
    interrupt_request: () => {
      this.interrupt();
      return ['interrupt_reply', ok()];
    },
    shutdown_request: async ({ content }) => {
      await this.session.dispose();
      return ['shutdown_reply', ok({ restart: content.restart === true })];
    },
  };

  private complete({ code, cursor_pos }: Record<string, unknown>): object {
    const source = text(code);
    const position = typeof cursor_pos === 'number' ? toUnits(source, cursor_pos) : source.length;
    const { start, end, items } = complete(this.session.compiler, source, position);
    const span = { start: toPoints(source, start), end: toPoints(source, end) };
    return {
      matches: items.map((item) => item.text),
      cursor_start: span.start,
      cursor_end: span.end,
      metadata: {
        _jupyter_types_experimental: items.slice(0, 500).map((item) => ({ text: item.text, type: item.kind, ...span })),
      },
    };
  }

  private inspect({ code, cursor_pos }: Record<string, unknown>): object {
    const source = text(code);
    const position = typeof cursor_pos === 'number' ? toUnits(source, cursor_pos) : source.length;
    const data = inspectAt(this.session.compiler, source, position);
    return { found: data !== undefined, data: data ?? {}, metadata: {} };
  }

  // Cells, one after another.

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (let message = this.queue.shift(); message; message = this.queue.shift()) {
      this.current = message;
      this.iopub.status('busy', message.header);
      const asked = Date.now();
      const reply = await this.execute(message);
      const failed = reply.status === 'error' && message.content.stop_on_error !== false;
      // An interrupt means the cell at hand and those that were waiting when it came.
      const waiting = failed || this.lastInterrupt > asked ? await this.takeWaiting() : [];
      this.sockets.out.shell.send(this.wire.encode('execute_reply', reply, message.header, message.identities));
      this.iopub.status('idle', message.header);
      this.current = undefined;
      for (const one of waiting) this.abort(one);
    }
    this.working = false;
    this.lastWork = Date.now();
  }

  /**
   * After an error, cells that were sent together with the failed one do not run. They are told apart before it is answered:
   * what comes later was sent by somebody who may have seen the answer.
   */
  private async takeWaiting(): Promise<Message[]> {
    await new Promise((resolve) => setImmediate(resolve)); // those that are here but not read yet
    return this.queue.splice(0);
  }

  private abort(message: Message): void {
    this.iopub.status('busy', message.header);
    const content = { status: 'aborted', execution_count: this.count };
    this.sockets.out.shell.send(this.wire.encode('execute_reply', content, message.header, message.identities));
    this.iopub.status('idle', message.header);
  }

  /** @returns what its sender is answered */
  private async execute(message: Message): Promise<ExecuteReply> {
    const { header, content } = message;
    const code = text(content.code);
    const silent = content.silent === true;
    const store = !silent && content.store_history !== false;
    this.askedSecret = false;
    if (store) this.history.add(++this.count, code);
    const count = this.count;
    if (!silent) this.iopub.send('execute_input', { code, execution_count: count }, header);
    this.publisher.remember(header);

    const asked = question.exec(code);
    const payload = asked ? this.page(asked[1] ?? asked[2]) : [];
    const result: CellResult = asked || !code.trim() ? { status: 'ok' } : await this.run(message, code, store, silent);
    this.iopub.flush();
    if (result.status === 'ok') {
      if (result.data && !silent) {
        const { data, metadata = {} } = result;
        this.iopub.send('execute_result', { execution_count: count, data, metadata }, header);
        if (store && !this.askedSecret) this.history.setOutput(count, String(data['text/plain'] ?? ''));
      }
      return { status: 'ok', execution_count: count, payload, user_expressions: result.expressions ?? {} };
    }
    const { ename, evalue, traceback } = result;
    if (!silent) this.iopub.send('error', { ename, evalue, traceback }, header);
    return { status: 'error', execution_count: count, ename, evalue, traceback };
  }

  private async run({ header, content }: Message, code: string, store: boolean, silent: boolean): Promise<CellResult> {
    try {
      return await this.session.execute(code, {
        id: header.msg_id,
        label: store ? `cell ${this.count}` : 'hidden cell',
        silent,
        allowInput: content.allow_stdin === true,
        expressions: expressionsOf(content.user_expressions),
      });
    } catch (error) {
      const evalue = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { status: 'error', ename: 'KernelError', evalue, traceback: evalue.split('\n') };
    }
  }

  private page(name: string): object[] {
    const data: MimeBundle = inspectAt(this.session.compiler, name, name.length) ?? {
      'text/plain': `${name} is not defined.`,
    };
    return [{ source: 'page', data, start: 0 }];
  }

  interrupt(): void {
    this.lastInterrupt = Date.now();
    this.session.interrupt();
  }

  // What comes out of the executor.

  private askInput(prompt: string, password: boolean): void {
    if (!this.current) return;
    if (password) this.askedSecret = true;
    const { header, identities } = this.current;
    this.iopub.flush();
    this.sockets.out.stdin.send(this.wire.encode('input_request', { prompt, password }, header, identities));
  }

  private tellLost(why: string): void {
    this.publisher.forgetComms();
    if (!this.working) this.iopub.stream(this.publisher.latest, 'stderr', `${why}\n`);
  }

  /** Busy until the executor has read it: a slider that moves fast sends its next value then. */
  private async forwardComm(action: CommCommand['action'], { content, buffers }: Message): Promise<undefined> {
    const comm_id = text(content.comm_id);
    this.publisher.noteComm(action, comm_id, text(content.target_name));
    await this.session.executor.comm({
      action,
      content: { comm_id, target_name: text(content.target_name), data: (content.data ?? {}) as Json },
      buffers: buffers.map((buffer) => buffer.toString('base64')),
    });
    return undefined;
  }

  async dispose(): Promise<void> {
    await this.session.dispose();
  }
}
