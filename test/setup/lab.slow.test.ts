import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJupyter } from '../../lib/setup/python.js';

const start = path.join(__dirname, '..', '..', 'lib', 'setup', 'start.js');
const jupyter = await findJupyter();

/** `npm start -- --no-open`, with a real server behind it. */
describe.skipIf(!jupyter.lab)('JupyterLab as npm start opens it', () => {
  let server: ChildProcess;
  let log = '';
  let address: URL;
  let exited: Promise<number | null>;

  beforeAll(async () => {
    const port = await freePort();
    server = spawn(process.execPath, [start, '04-vae', '--no-open', '--lang', 'en', '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    exited = new Promise((resolve) => server.on('close', resolve));
    const found = new Promise<string>((resolve, reject) => {
      for (const stream of [server.stdout, server.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          log += text;
          const url = /http:\/\/127\.0\.0\.1:\d+\S*token=\w+/.exec(log)?.[0];
          if (url) resolve(url);
        });
      }
      void exited.then((code) => reject(new Error(`it ended with ${code}:\n${log}`)));
    });
    address = new URL(await found);
  });

  afterAll(async () => {
    server.kill('SIGTERM');
    await exited;
  });

  const api = (name: string) => {
    const url = new URL(`/api/${name}`, address);
    url.searchParams.set('token', String(address.searchParams.get('token')));
    return url;
  };

  it('opens the lesson that was asked for', () => {
    expect(address.pathname).toBe('/lab/tree/en/04-vae.ipynb');
  });

  it('offers our kernel', async () => {
    const { kernelspecs } = (await (await fetch(api('kernelspecs'))).json()) as {
      kernelspecs: Record<string, { spec: { display_name: string; language: string } }>;
    };
    expect(kernelspecs.genlab.spec).toMatchObject({ display_name: 'TypeScript (genlab)', language: 'typescript' });
  });

  it("has the student's own copies for its root", async () => {
    const { content } = (await (await fetch(api('contents/en'))).json()) as { content: { name: string }[] };
    expect(content.map(({ name }) => name)).toContain('04-vae.ipynb');
  });

  it('lets nobody in without the token, and nobody in from another machine', async () => {
    expect((await fetch(new URL('/api/kernelspecs', address))).status).toBe(403);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((entry) => entry && !entry.internal && entry.family === 'IPv4');
    if (outside) await expect(fetch(`http://${outside.address}:${address.port}/api`)).rejects.toThrow();
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
