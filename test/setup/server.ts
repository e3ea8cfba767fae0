import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one server does with a file: all of it, ranges or not, cuts, wrong bytes. */
export interface Behaviour {
  readonly body: Buffer;
  readonly ranges?: boolean;
  /** Closes the connection after so many bytes of each answer, until it was done this often. */
  readonly cutAfter?: number;
  readonly cuts?: number;
  readonly status?: number;
  /** Sends one byte and then nothing, without closing. */
  readonly silent?: boolean;
}

export interface Served {
  readonly url: string;
  /** The Range header of each request, or 'none'. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** A server on this machine: one file at every path, or what a function of the path says. */
export async function serve(behaviour: Behaviour | ((path: string) => Behaviour)): Promise<Served> {
  const requests: string[] = [];
  let cutsDone = 0;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request.headers.range ?? 'none');
    const {
      body,
      ranges = true,
      status,
      silent,
      cutAfter = Infinity,
      cuts = 0,
    } = typeof behaviour === 'function' ? behaviour(request.url ?? '') : behaviour;
    if (status) {
      response.writeHead(status).end();
      return;
    }
    const start = ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    if (start >= body.length) {
      response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
      return;
    }
    const rest = body.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': rest.length,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
    });
    if (silent) {
      response.write(rest.subarray(0, 1));
    } else if (cutsDone < cuts && cutAfter < rest.length) {
      cutsDone++;
      // Cut only after the other side had time to keep what it was sent: what is in flight at a reset is lost.
      response.write(rest.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 300));
    } else {
      response.end(rest);
    }
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/file.bin`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
