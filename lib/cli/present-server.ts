import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../errors';
import { Session, type OutputEvent } from '../kernel';
import type { Lang } from '../lesson';
import { type SavedNotebook, textOf } from './page';
import { presentPage } from './present-page';

/** What the page is told: outputs of a cell, and how it goes. `cell` is the cell's place in the notebook. */
type News =
  | { readonly cell: number; readonly kind: 'waits' | 'starts' | 'ends' }
  | { readonly cell: number | null; readonly kind: string; readonly content: unknown };

/** Larger than any code that a person types, or any value that a widget sends. */
const LARGEST = 1 << 20;

/**
 * A notebook as slides on this machine, with a kernel behind them. Only who has the token, which is in the address, gets
 * the page and can run code.
 */
export class Presentation {
  private readonly token = randomBytes(24).toString('hex');
  private readonly server: Server;
  private readonly session: Session;
  private readonly listeners = new Set<ServerResponse>();
  /** For a page that is opened later or again. */
  private news: News[] = [];
  private readonly hasRun = new Set<number>();
  private queue: Promise<void> = Promise.resolve();
  private runs = 0;
  private stopped = 0;

  constructor(
    private readonly notebook: SavedNotebook,
    private readonly options: { readonly cwd: string; readonly title: string; readonly lang: Lang },
  ) {
    this.session = new Session(
      { cwd: options.cwd, env: { GENLAB_LANG: options.lang } },
      {
        output: (event) => this.output(event),
        input: () => this.session.executor.answer(null),
        lost: (why) => {
          this.hasRun.clear();
          this.tell({ cell: null, kind: 'lost', content: { why } });
        },
      },
    );
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** @returns the address, token included */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE' ? new UserError(`port ${port} is taken: choose another with --port`) : error,
        ),
      );
      this.server.listen(port, '127.0.0.1', resolve);
    });
    const { port: chosen } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${chosen}/?token=${this.token}`;
  }

  async close(): Promise<void> {
    await this.session.dispose();
    for (const listener of this.listeners) listener.end();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const given = Buffer.from(url.searchParams.get('token') ?? '');
    const wanted = Buffer.from(this.token);
    // A page elsewhere that guesses the port has neither the token nor our name in its Host line.
    const isOurs = given.length === wanted.length && timingSafeEqual(given, wanted);
    if (!isOurs || !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
      return void response.writeHead(403, { 'content-type': 'text/plain' }).end('The address lacks its token.\n');
    }
    if (request.method === 'GET' && url.pathname === '/') {
      const page = presentPage(this.notebook, this.options);
      return void response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
        .end(page);
    }
    if (request.method === 'GET' && url.pathname === '/news') return this.subscribe(response);
    if (request.method !== 'POST') return void response.writeHead(404).end();
    const asked = await bodyOf(request);
    if (asked === undefined) return void response.writeHead(400).end();
    if (url.pathname === '/run') this.run(asked.cell, asked.sources);
    else if (url.pathname === '/interrupt') this.interrupt();
    else if (url.pathname === '/widget') this.widget(asked);
    else return void response.writeHead(404).end();
    response.writeHead(204).end();
  }

  private subscribe(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    for (const one of this.news) response.write(`data: ${JSON.stringify(one)}\n\n`);
    this.listeners.add(response);
    response.on('close', () => this.listeners.delete(response));
  }

  private tell(news: News): void {
    this.news.push(news);
    for (const listener of this.listeners) listener.write(`data: ${JSON.stringify(news)}\n\n`);
  }

  private output({ cell, kind, content }: OutputEvent): void {
    const place = cell === null ? null : Number(cell.split('/')[0]);
    this.tell({ cell: Number.isInteger(place) ? place : null, kind, content });
  }

  /** A cell, and before it those that have not run. @param sources as they stand on the slides, by cell */
  private run(cell: unknown, sources: unknown): void {
    const { cells } = this.notebook;
    if (typeof cell !== 'number' || cells[cell]?.cell_type !== 'code') return;
    const edited = new Map(Object.entries((sources ?? {}) as Record<string, unknown>));
    const sourceOf = (i: number): string => String(edited.get(String(i)) ?? textOf(cells[i].source));
    const earlier = [...cells.keys()].filter((i) => i < cell && cells[i].cell_type === 'code' && !this.hasRun.has(i));
    const { stopped } = this;
    for (const one of [...earlier, cell]) {
      this.tell({ cell: one, kind: 'waits' });
      this.queue = this.queue.then(() => this.execute(one, sourceOf(one), stopped));
    }
  }

  private async execute(cell: number, source: string, stopped: number): Promise<void> {
    const wasRunBefore = this.hasRun.has(cell);
    if (stopped !== this.stopped) return this.tell({ cell, kind: 'ends' });
    this.news = this.news.filter((one) => one.cell !== cell || one.kind.startsWith('comm_'));
    this.tell({ cell, kind: 'starts' });
    const result = await this.session.execute(source, { id: `${cell}/${++this.runs}`, label: `cell ${cell + 1}` });
    if (result.status === 'ok') {
      this.hasRun.add(cell);
      if (result.data) this.tell({ cell, kind: 'execute_result', content: { data: result.data } });
    } else {
      if (!wasRunBefore) this.stopped++; // what waits builds on it
      this.tell({ cell, kind: 'error', content: result });
    }
    this.tell({ cell, kind: 'ends' });
  }

  private interrupt(): void {
    this.stopped++;
    this.session.interrupt();
  }

  private widget({ id, message }: Record<string, unknown>): void {
    if (typeof id !== 'string' || typeof message !== 'object') return;
    void this.session.executor.comm({ action: 'msg', content: { comm_id: id, data: message as never }, buffers: [] });
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > LARGEST) return undefined;
  }
  try {
    const body: unknown = JSON.parse(text || '{}');
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
