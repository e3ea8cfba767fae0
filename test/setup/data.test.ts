import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  cachedFolder,
  type DataSet,
  ensureData,
  faultOf,
  fetchData,
  findFolder,
  verify,
} from '../../lib/setup/data.js';
import { serve, type Served } from './server';

/** Two small files stand in for a data set. */
const contents = new Map([
  ['first', Buffer.from('the first file '.repeat(5000))],
  ['second', Buffer.from('and the second '.repeat(100))],
]);

const say = () => undefined;
let folder: string;
let servers: Served[];
let set: DataSet;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'genlab-data-'));
  servers = [];
  vi.stubEnv('GENLAB_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('GENLAB_DATA', '');
  set = {
    name: `test-set-${process.pid}`,
    title: 'Two files',
    files: [...contents].map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
    packed: 1000,
    mirrors: [],
    debianPackage: 'dataset-test-set',
  };
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
  rmSync(path.join(__dirname, '..', '..', '.genlab', 'stamps', `data-${set.name}`), { force: true });
});

/** A mirror that has the files, packed, with some replaced. */
async function mirror(replaced: Record<string, Buffer> = {}): Promise<string> {
  const bodies = new Map([...contents].map(([name, bytes]) => [`/${name}.gz`, replaced[name] ?? gzipSync(bytes)]));
  const server = await serve((url) => ({
    body: bodies.get(url) ?? Buffer.alloc(0),
    status: bodies.has(url) ? 0 : 404,
  }));
  servers.push(server);
  return new URL('/', server.url).href;
}

function place(where: string, files: Record<string, Buffer>): void {
  mkdirSync(where, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(where, name), bytes);
}

const packed = () => Object.fromEntries([...contents].map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));

describe('the check of a file', () => {
  const bytes = Buffer.from('the first file '.repeat(5000));

  it.each<[string, (good: Buffer) => Buffer, RegExp | undefined]>([
    ['packed', (good) => good, undefined],
    ['packed by another tool', () => gzipSync(bytes, { level: 1 }), undefined],
    ['unpacked', () => bytes, undefined],
    ['cut off', (good) => good.subarray(0, good.length - 20), /truncated/],
    [
      'damaged',
      (good) => Buffer.concat([good.subarray(0, 30), Buffer.from('xxxx'), good.subarray(34)]),
      /damaged|checksum/,
    ],
    ['of another content', () => gzipSync(Buffer.alloc(bytes.length)), /checksum/],
    ['too short inside', () => gzipSync(bytes.subarray(1)), /truncated: 74999 bytes unpacked instead of 75000/],
    ['a page that says sorry', () => Buffer.from('<html>404</html>'), /truncated/],
    ['empty', () => Buffer.alloc(0), /truncated/],
  ])('%s', async (_, change, expected) => {
    const file = path.join(folder, 'first.gz');
    writeFileSync(file, change(gzipSync(bytes)));
    const fault = await faultOf(file, set.files[0]);
    if (expected) expect(fault).toMatch(expected);
    else expect(fault).toBeUndefined();
  });
});

describe('fetching', () => {
  it('brings every file into the cache, and asks for nothing that is there', async () => {
    set = { ...set, mirrors: [await mirror()] };
    await fetchData(set, say, { debian: false });
    expect((await verify(set, cachedFolder(set))).map(({ state }) => state)).toEqual(['ok', 'ok']);
    const asked = servers[0].requests.length;
    expect(await fetchData(set, say, { debian: false })).toBe('the cache');
    expect(servers[0].requests).toHaveLength(asked);
  });

  it('replaces only the file that is wrong', async () => {
    set = { ...set, mirrors: [await mirror()] };
    place(cachedFolder(set), { ...packed(), 'second.gz': gzipSync(Buffer.from('something else')) });
    await fetchData(set, say, { debian: false });
    expect(servers[0].requests).toHaveLength(1);
    expect(gunzipSync(readFileSync(path.join(cachedFolder(set), 'second.gz')))).toEqual(contents.get('second'));
  });

  it('passes over a mirror with a wrong file', async () => {
    set = { ...set, mirrors: [await mirror({ first: gzipSync(Buffer.from('not this')) }), await mirror()] };
    const source = await fetchData(set, say, { debian: false });
    expect(set.mirrors[1]).toContain(source);
    expect((await verify(set, cachedFolder(set))).map(({ state }) => state)).toEqual(['ok', 'ok']);
  });

  it('names every way to get the data when no server has it', async () => {
    set = { ...set, mirrors: [await mirror({ first: Buffer.from('no') })] };
    const failing = fetchData(set, say, { debian: false });
    await expect(failing).rejects.toThrow(/genlab data fetch[^]*apt install dataset-test-set[^]*GENLAB_DATA=FOLDER/);
  });
});

describe('the set-up step', () => {
  it('uses GENLAB_DATA before the cache, packed or not', async () => {
    const own = path.join(folder, 'own');
    place(own, Object.fromEntries(contents));
    place(cachedFolder(set), packed());
    vi.stubEnv('GENLAB_DATA', own);
    expect(findFolder(set)).toBe(own);
    expect(await ensureData(set, say)).toEqual({ folder: own, fetched: undefined });
  });

  it('refuses a folder of the user whose files are wrong, and leaves it alone', async () => {
    const own = path.join(folder, 'own');
    place(path.join(own, set.name), { ...packed(), 'first.gz': packed()['second.gz'] });
    vi.stubEnv('GENLAB_DATA', own);
    await expect(ensureData(set, say)).rejects.toThrow(/first\.gz is truncated: 1500 bytes unpacked instead of 75000/);
    expect(readFileSync(path.join(own, set.name, 'first.gz'))).toEqual(packed()['second.gz']);
  });

  it('reads the files once, and again only after they changed', async () => {
    set = { ...set, mirrors: [await mirror()] };
    const told: string[] = [];
    expect((await ensureData(set, (text) => told.push(text))).fetched).toBeDefined();
    told.length = 0;
    expect((await ensureData(set, (text) => told.push(text))).fetched).toBeUndefined();
    expect(told).toEqual([]);
    place(cachedFolder(set), { 'second.gz': gzipSync(Buffer.from('changed')) });
    expect((await ensureData(set, (text) => told.push(text))).fetched).toBeDefined();
    expect(told).toContain('checking');
  });
});
