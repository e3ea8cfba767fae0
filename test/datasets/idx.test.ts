import { createHash } from 'node:crypto';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DataFile, dataFolders, findFolder, readDataFile } from '../../datasets/files';
import { parseIdx } from '../../datasets/idx';
import { UserError } from '../../lib/errors';

/** An idx file of `count` pictures of 2×3 pixels, or of as many labels. */
function idx(kind: 'images' | 'labels', count: number): Uint8Array {
  const header =
    kind === 'images' ? [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 3] : [0, 0, 8, 1, 0, 0, 0, count];
  const body = Array.from({ length: kind === 'images' ? count * 6 : count }, (_, i) => i % 10);
  return Uint8Array.from([...header, ...body]);
}

function manifestOf(name: string, kind: 'images' | 'labels', bytes: Uint8Array): DataFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name, kind, count: bytes[7], bytes: bytes.length, sha256 };
}

describe('parseIdx', () => {
  it('reads pictures and labels without a copy', () => {
    const bytes = idx('images', 4);
    const images = parseIdx(bytes, 'x');
    expect(images).toMatchObject({ kind: 'images', count: 4, size: [2, 3] });
    expect(images.data.length).toBe(24);
    expect(images.data.buffer).toBe(bytes.buffer);
    expect([...parseIdx(idx('labels', 5), 'x').data]).toEqual([0, 1, 2, 3, 4]);
  });

  it('reads a view that does not start at the beginning of its buffer', () => {
    const bytes = idx('labels', 3);
    const shifted = new Uint8Array(bytes.length + 5);
    shifted.set(bytes, 5);
    expect([...parseIdx(shifted.subarray(5), 'x').data]).toEqual([0, 1, 2]);
  });

  it.each([
    ['an empty file', new Uint8Array(), /truncated/],
    ['a header cut short', idx('images', 4).subarray(0, 12), /truncated within its header/],
    ['a body cut short', idx('images', 4).subarray(0, 39), /truncated: its header promises 40 bytes, it has 39/],
    ['something behind the end', Uint8Array.from([...idx('labels', 2), 7]), /bytes behind its end/],
    ['another format', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]), /not an idx file.*89 50 4e 47/],
  ])('says what is wrong with %s', (_what, bytes, message) => {
    expect(() => parseIdx(bytes, 'file-name')).toThrow(UserError);
    expect(() => parseIdx(bytes, 'file-name')).toThrow(message);
    expect(() => parseIdx(bytes, 'file-name')).toThrow(/^file-name/);
  });
});

describe('data files', () => {
  let folder: string;
  const good = idx('images', 4);
  const expected = manifestOf('pictures', 'images', good);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'genlab-data-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('are read packed and plain', async () => {
    writeFileSync(path.join(folder, 'pictures'), good);
    expect((await readDataFile(folder, 'some-set', expected)).count).toBe(4);
    rmSync(path.join(folder, 'pictures'));
    writeFileSync(path.join(folder, 'pictures.gz'), gzipSync(good));
    expect((await readDataFile(folder, 'some-set', expected)).data).toEqual(Buffer.from(good.subarray(16)));
  });

  const changed = Uint8Array.from(good, (byte, i) => (i === 20 ? byte + 1 : byte));
  const broken = gzipSync(good);
  broken[broken.length - 10] ^= 255;
  it.each([
    ['missing', undefined, /pictures\.gz is missing/],
    ['cut off while it was fetched', gzipSync(good).subarray(0, 20), /is truncated \(it has 20 bytes\)/],
    ['damaged while packed', broken, /is damaged/],
    ['not packed at all', Buffer.from('<html>404 not found</html>'), /damaged or not a gzip file/],
    ['damaged before it was packed', gzipSync(changed), /damaged: its checksum is wrong/],
    ['labels instead of pictures', gzipSync(idx('labels', 4)), /holds labels, not images\. Were two files swapped\?/],
    ['of the other split', gzipSync(idx('images', 3)), /holds 3 images, not 4\. Were training and test set swapped\?/],
  ])('that are %s are named, with the ways to get them', async (_what, content, message) => {
    if (content) writeFileSync(path.join(folder, 'pictures.gz'), content);
    const reading = readDataFile(folder, 'some-set', expected);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(/genlab data fetch[^]*apt install dataset-some-set[^]*GENLAB_DATA/);
    await expect(reading).rejects.toMatchObject({ name: 'UserError', exitCode: 3 });
  });

  it('are looked for in GENLAB_DATA, then in the system, then in the cache', () => {
    vi.stubEnv('GENLAB_DATA', '/own');
    vi.stubEnv('GENLAB_CACHE', '/cache');
    expect(dataFolders('some-set')).toEqual([
      '/own',
      '/own/some-set',
      '/own/usr/share/datasets/some-set',
      '/usr/share/datasets/some-set',
      '/cache/data/some-set',
    ]);
    vi.stubEnv('GENLAB_DATA', '');
    vi.stubEnv('GENLAB_CACHE', '');
    vi.stubEnv('XDG_CACHE_HOME', '/xdg');
    expect(dataFolders('some-set')).toEqual(['/usr/share/datasets/some-set', '/xdg/genlab/data/some-set']);
  });

  it('are found where one of them lies, so that another missing one is named', () => {
    vi.stubEnv('GENLAB_DATA', folder);
    vi.stubEnv('GENLAB_CACHE', folder);
    expect(() => findFolder('some-set', [expected])).toThrow(/is not on this machine. Looked in:[^]*genlab data fetch/);
    const cached = path.join(folder, 'data', 'some-set');
    mkdirSync(cached, { recursive: true });
    writeFileSync(path.join(cached, 'pictures.gz'), '');
    expect(findFolder('some-set', [expected])).toBe(cached);
    writeFileSync(path.join(folder, 'pictures'), '');
    expect(findFolder('some-set', [expected])).toBe(folder);
  });
});
