import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode, encode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { withPalette } from '../../lib/cli/palette-png';
import { run } from '../../lib/setup/common.js';

const genlab = path.join(__dirname, '..', '..', 'lib', 'setup', 'genlab.js');
const folder = mkdtempSync(path.join(tmpdir(), 'genlab-faces-'));
const call = (...args: string[]) =>
  run(process.execPath, [genlab, 'faces', ...args], { timeout: 60_000, env: { GENLAB_ENGINE: 'cpu' } });

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('genlab faces', () => {
  it('writes a sheet as PNG and as a page, with captions in both languages', async () => {
    const { code, stdout } = await call('--count', '4', '--size', '32', '--out', folder, '--palette');
    expect(code).toBe(0);
    expect(stdout).toContain(path.join(folder, 'faces.png'));
    const { width, height } = decode(readFileSync(path.join(folder, 'faces.png')));
    expect(width).toBeGreaterThan(4 * 192);
    expect(height).toBeGreaterThan(192 + 24); // a row of faces, and words below it
    const page = readFileSync(path.join(folder, 'faces.html'), 'utf8');
    expect(page.match(/<img /g)).toHaveLength(4);
    expect(page).toMatch(/\p{Script=Han}/u);
    expect(page).toMatch(/<div[^>]*>[A-Za-z ,.<>-]*(?:girl|boy|man|lady|face|person|character|comic|sketch)/);
  });

  it('says what it does not understand', async () => {
    const [count, style] = await Promise.all([call('--count', 'many'), call('--style', 'oil')]);
    expect(count).toMatchObject({ code: 2 });
    expect(count.output).toContain('--count is a whole number from 1 to 1000, got many');
    expect(style).toMatchObject({ code: 2 });
    expect(style.output).toContain('--style is one of comic, sketch, watercolour; got oil');
  });
});

describe('withPalette', () => {
  const shown = (png: Uint8Array) => {
    const { data, palette, channels } = decode(png);
    if (palette) return Array.from(data, (place) => palette[place].slice(0, 3).join());
    return Array.from({ length: data.length / channels }, (_, i) => data.slice(i * channels, i * channels + 3).join());
  };

  it('changes nothing where 256 colours are enough', () => {
    const data = Uint8Array.from({ length: 20 * 30 * 3 }, (_, i) => (i % 3 === 0 ? (i / 3) % 200 : 7 * (i % 3)));
    const png = encode({ width: 20, height: 30, channels: 3, depth: 8, data });
    expect(shown(withPalette(png))).toEqual(shown(png));
  });

  it('stays close where they are not', () => {
    const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (Math.floor(i / 3) * [1, 3, 7][i % 3]) % 256);
    const png = encode({ width: 64, height: 64, channels: 3, depth: 8, data });
    const [before, after] = [shown(png), shown(withPalette(png))];
    expect(new Set(after).size).toBeLessThanOrEqual(256);
    const levels = (text: string) => text.split(',').map(Number);
    const worst = Math.max(
      ...before.map((colour, i) =>
        Math.max(...levels(colour).map((level, k) => Math.abs(level - levels(after[i])[k]))),
      ),
    );
    expect(worst).toBeLessThan(48);
  });
});
