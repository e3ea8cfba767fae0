import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { decode } from 'fast-png';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { animation, curves, heatmap, imageGrid, panels, plotly, scatter2d, type Figure } from '../../lib/figures';
import { platform } from '../../lib/figures/platform/node';

const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = candidates.find((file) => file && existsSync(file));
if (!executablePath) console.warn('Figures are not tried in a browser: no Chromium found (set CHROMIUM to one).');

const line = (title: string) => curves({ title, x: 'step', y: 'loss', series: [{ name: 'a', y: [3, 2, 1.5] }] });
const points = [
  [0, 0],
  [1, 2],
  [2, 1],
];

/** Outputs in the order in which their cells ran: the first chart brings plotly. */
const outputs = [line('First'), line('Second')].map(html);
const heat = html(heatmap({ title: 'Heat', values: [[0, 1], [2, 3]], digits: 0 })); // prettier-ignore
const both = html(panels([scatter2d({ points, title: 'A' }), scatter2d({ points, title: 'B' })], { title: 'Both' }));
const polar = html(
  plotly([{ type: 'scatterpolar', r: [1, 2, 3], theta: [0, 120, 240] }], { title: { text: 'Polar' } }),
);
const moving = html(
  animation(
    [0, 1, 2].map((t) => ({ label: `t = ${t}`, figure: scatter2d({ points: points.map(([x, y]) => [x + t, y]) }) })),
  ),
);

function html(figure: Figure): string {
  return String(figure.bundle()['text/html']);
}

describe.skipIf(!executablePath)('in a browser, from a file, with no network', () => {
  let browser: Browser;
  let folder: string;
  const asked: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'genlab-page-'));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A page made of these outputs, as nbconvert writes them; `drawn` waits until so many are live. */
  async function open(
    parts: readonly string[],
    live: number,
    { head = '', ownClock = false } = {},
  ): Promise<{ page: Page; faults: string[] }> {
    const file = path.join(folder, `${Math.random()}.html`);
    writeFileSync(
      file,
      `<!doctype html><html lang="en"><meta charset="utf-8">${head}<body>${parts.join('<hr>')}</body></html>`,
    );
    const context = await browser.newContext({ offline: true, viewport: { width: 1000, height: 800 } });
    const page = await context.newPage();
    if (ownClock) await page.clock.install();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('request', (request) => /^https?:/.test(request.url()) && asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await page.waitForFunction((count) => document.querySelectorAll('[data-drawn="live"]').length === count, live, {
      timeout: 30_000,
    });
    return { page, faults };
  }

  it('two charts draw themselves with the plotly that the first one brought', async () => {
    const { page, faults } = await open(outputs, 2);
    expect(await page.locator('[data-genlab] svg .scatterlayer .trace path.js-line').count()).toBe(2);
    expect(await page.locator('[data-genlab] img').count()).toBe(0); // the still pictures have gone
    expect(await page.locator('.gtitle').allTextContents()).toEqual(['First', 'Second']);
    expect(faults).toEqual([]);
    expect(asked).toEqual([]);
    const shot = decode(await page.locator('[data-genlab]').first().screenshot());
    const blue = new Set<string>();
    for (let i = 0; i < shot.data.length; i += shot.channels) blue.add([...shot.data.slice(i, i + 3)].join());
    expect(blue).toContain('0,114,178'); // the line
    await page.close();
  });

  it('the order of the outputs does not matter', async () => {
    const { page, faults } = await open([outputs[1], outputs[0]], 2);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('a module loader in the page (as in a classic notebook) does not catch plotly', async () => {
    const loader = '<script>window.define = () => { throw new Error("caught"); }; window.define.amd = {};</script>';
    const { page, faults } = await open(outputs, 2, { head: loader });
    expect(faults).toEqual([]);
    await page.close();
  });

  it('panels, heat maps and pictures are right', async () => {
    const grid = html(imageGrid({ shape: [2, 4, 4, 1], dataSync: () => new Float32Array(32) }));
    const { page, faults } = await open([outputs[0], both, heat, grid], 3);
    expect(await page.locator('.subplot').count()).toBeGreaterThanOrEqual(4);
    expect(await page.locator('.heatmaplayer image').count()).toBe(1);
    expect(
      await page.locator('figure img').evaluate((image) => (image as HTMLImageElement).naturalWidth),
    ).toBeGreaterThan(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('what the small plotly cannot draw comes with the whole one', async () => {
    const { page, faults } = await open([outputs[0], polar], 2);
    expect(await page.locator('.polarlayer .trace').count()).toBe(1);
    expect(await page.locator('.gtitle').allTextContents()).toEqual(['First', 'Polar']);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('an animation can be scrubbed', async () => {
    const { page, faults } = await open([outputs[0], moving], 2);
    const firstPoint = page.locator('[data-genlab] .points path').first();
    const before = await firstPoint.getAttribute('transform');
    const rail = page.locator('.slider-rail-touch-rect');
    const width = Number(await rail.getAttribute('width'));
    await rail.click({ position: { x: width - 2, y: 5 }, force: true });
    await page.waitForFunction(
      (old) => document.querySelectorAll('[data-genlab] .points path')[0].getAttribute('transform') !== old,
      before,
    );
    expect(faults).toEqual([]);
    await page.close();
  });

  it('without plotly the still picture stays, and without scripts too', async () => {
    const { page } = await open([outputs[1]], 0, { ownClock: true });
    const still = page.locator('[data-genlab] img');
    expect(await still.getAttribute('alt')).toBe('Second');
    expect(await still.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1800);
    await page.clock.fastForward(11_000);
    expect(await page.locator('[data-genlab] p').textContent()).toMatch(/restart the kernel/);
    await page.close();
  });
});

it('plotly is small enough to travel in a notebook', () => {
  expect(platform.plotly('cartesian')?.length).toBeLessThan(800_000);
});
