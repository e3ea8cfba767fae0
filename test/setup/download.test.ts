import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { download } from '../../lib/setup/download.js';
import { proxyFor } from '../../lib/setup/http.js';
import { serve, type Behaviour, type Served } from './server';

const body = randomBytes(300_000);
const sha256 = createHash('sha256').update(body).digest('hex');

let folder: string;
let to: string;
let servers: Served[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'genlab-download-'));
  to = path.join(folder, 'deep', 'file.bin');
  servers = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(behaviour: Behaviour): Promise<Served> {
  const server = await serve(behaviour);
  servers.push(server);
  return server;
}

describe('download', () => {
  it('fetches a file and reports progress up to its end', async () => {
    const server = await start({ body });
    const seen: (number | undefined)[][] = [];
    const from = await download({ urls: [server.url], to, sha256, onProgress: (...numbers) => seen.push(numbers) });
    expect(from).toBe(server.url);
    expect(readFileSync(to).equals(body)).toBe(true);
    expect(seen.at(-1)).toEqual([body.length, body.length]);
    expect(existsSync(`${to}.part`)).toBe(false);
  });

  it('goes on where a connection was cut', async () => {
    const server = await start({ body, cutAfter: 100_000, cuts: 2 });
    await download({ urls: [server.url], to, sha256 });
    expect(readFileSync(to).equals(body)).toBe(true);
    expect(server.requests[0]).toBe('none');
    expect(server.requests).toHaveLength(3);
    for (const range of server.requests.slice(1)) expect(range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('goes on where an earlier run was stopped', async () => {
    const server = await start({ body });
    await download({ urls: [(await start({ body })).url], to, sha256 }); // makes the folder
    rmSync(to);
    writeFileSync(`${to}.part`, body.subarray(0, 123_456));
    await download({ urls: [server.url], to, sha256 });
    expect(server.requests).toEqual(['bytes=123456-']);
    expect(readFileSync(to).equals(body)).toBe(true);
  });

  it('takes a part that was already whole', async () => {
    const server = await start({ body });
    await download({ urls: [server.url], to, sha256 });
    rmSync(to);
    writeFileSync(`${to}.part`, body);
    await download({ urls: [server.url], to, sha256 });
    expect(readFileSync(to).equals(body)).toBe(true);
  });

  it('starts again when the part belongs to another file', async () => {
    const server = await start({ body });
    await download({ urls: [server.url], to, sha256 });
    writeFileSync(`${to}.part`, randomBytes(1000));
    await download({ urls: [server.url], to, sha256 });
    expect(readFileSync(to).equals(body)).toBe(true);
  });

  it('starts again on a server that knows no ranges', async () => {
    const server = await start({ body, ranges: false, cutAfter: 100_000, cuts: 1 });
    await download({ urls: [server.url], to, sha256 });
    expect(readFileSync(to).equals(body)).toBe(true);
  });

  it('passes on to the next mirror when one has the wrong bytes, no file, or does not answer', async () => {
    const wrong = await start({ body: randomBytes(300_000) });
    const missing = await start({ body, status: 404 });
    const gone = await start({ body });
    await gone.close();
    const good = await start({ body });
    const from = await download({ urls: [wrong, missing, gone, good].map((s) => s.url), to, sha256, attempts: 2 });
    expect(from).toBe(good.url);
    expect(readFileSync(to).equals(body)).toBe(true);
    expect(wrong.requests).toHaveLength(2);
    expect(missing.requests).toHaveLength(1); // asking again for what is not there only costs time
  });

  it('gives up a connection on which nothing comes', async () => {
    const silent = await start({ body, silent: true });
    const good = await start({ body });
    const from = await download({ urls: [silent.url, good.url], to, sha256, attempts: 1, stall: 200 });
    expect(from).toBe(good.url);
    expect(readFileSync(to).equals(body)).toBe(true);
  });

  it('says what happened on each server, and leaves no file, when all fail', async () => {
    const wrong = await start({ body: randomBytes(1000) });
    const broken = await start({ body, status: 503 });
    const failing = download({ urls: [wrong.url, broken.url], to, sha256, attempts: 1 });
    await expect(failing).rejects.toThrow(/file\.bin could not be downloaded:\n.*wrong checksum\n.*answered 503/);
    await expect(failing).rejects.toHaveProperty('exitCode', 3);
    expect(existsSync(to)).toBe(false);
  });
});

describe('proxies', () => {
  it('uses the proxy variables, and not for hosts that are excepted', () => {
    vi.stubEnv('https_proxy', 'http://proxy.example:3128');
    vi.stubEnv('no_proxy', 'localhost,.inside.example,exact.example:8443');
    expect(proxyFor(new URL('https://data.example/x'))?.host).toBe('proxy.example:3128');
    expect(proxyFor(new URL('https://a.inside.example/x'))).toBeUndefined();
    expect(proxyFor(new URL('https://localhost/x'))).toBeUndefined();
    expect(proxyFor(new URL('https://exact.example:8443/x'))).toBeUndefined();
    expect(proxyFor(new URL('https://exact.example/x'))?.host).toBe('proxy.example:3128');
  });

  it('downloads through a proxy', async () => {
    const server = await start({ body });
    const asked: string[] = [];
    // A plain-HTTP proxy is given the whole address; this one passes the bytes on to where it points.
    const proxy = createServer((client) => {
      client.once('data', (head) => {
        const target = new URL(String(head).split(' ')[1]);
        asked.push(target.href);
        const upstream = connect(Number(target.port), target.hostname, () => upstream.write(head));
        upstream.pipe(client).on('error', () => upstream.destroy());
        upstream.on('error', () => client.destroy());
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('no_proxy', '');
    vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    await download({ urls: [server.url], to, sha256 });
    proxy.close();
    expect(asked).toEqual([server.url]);
    expect(readFileSync(to).equals(body)).toBe(true);
  });
});
