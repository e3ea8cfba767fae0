import fs from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findBrowser } from '../../lib/setup/browser.js';
import { bundle, root, type Bundle } from './bundle';
import { learnGaussians, type Outcome } from './proof';

const executablePath = findBrowser();
if (!executablePath)
  console.warn('The library is not tried in a browser: no Chromium found (set GENLAB_BROWSER to one).');

let bundled: Bundle;
beforeAll(async () => {
  bundled = await bundle('test/browser/entry.ts');
});

test('every pure room goes into a bundle for browsers, and nothing of Node does', () => {
  expect(bundled.faults).toEqual([]);
  const rooms = ['engine', 'nn', 'models', 'training', 'metrics', 'figures'].map((room) => `lib/${room}/index.ts`);
  expect(bundled.files).toEqual(
    expect.arrayContaining([...rooms, 'datasets/toys.ts', 'lib/engine/platform/browser.ts']),
  );
  expect(bundled.files.filter((file) => /platform\/(node|native)|^lib\/(setup|cli|kernel|grading)/.test(file))).toEqual(
    [],
  );
  const ours = bundled.files.map((file) => fs.readFileSync(path.join(root, file), 'utf8'));
  for (const text of ours) expect(text).not.toMatch(/from '(node:|fs|path|os)|\brequire\(/);
});

describe.skipIf(!executablePath)('in Chromium', { timeout: 300_000 }, () => {
  let server: Server;
  let profile: string;
  let context: BrowserContext;
  let page: Page;
  const faults: string[] = [];
  const strangers: string[] = [];

  beforeAll(async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    server = serve(bundled);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    profile = fs.mkdtempSync(path.join(tmpdir(), 'genlab-chromium-'));
    context = await chromium.launchPersistentContext(profile, { executablePath, args: [...quiet, ...softwareGpu] });
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(address)) strangers.push(request.url());
    });
    await page.goto(address);
    await page.waitForFunction(() => 'genlab' in globalThis);
  });
  afterAll(async () => {
    await context?.close();
    server?.close();
    if (profile) fs.rmSync(profile, { recursive: true, force: true });
  });

  const inPage = (engine: 'wasm' | 'webgpu', epochs: number, samples: number): Promise<Outcome> =>
    page.evaluate((call) => (globalThis as unknown as { genlab: Page_ }).genlab.learnGaussians(...call), [
      engine,
      epochs,
      samples,
    ] as const);

  test('without a name the engine is wasm where the only GPU is a program', async () => {
    const report = await page.evaluate(() => (globalThis as unknown as { genlab: Page_ }).genlab.engine.ready());
    expect(report).toMatchObject({ engine: 'wasm', device: 'SIMD' });
    expect(report.why).toMatch(
      /^webgpu is not available: (the only GPU is a program|no GPU is found|this browser has no WebGPU)/,
    );
  });

  test('a diffusion model learns 8 Gaussians on wasm: all modes, and samples near them', async () => {
    const outcome = await inPage('wasm', 60, 1000);
    expect(outcome.engine).toMatch(/^Engine: wasm \(TensorFlow\.js 4\.22\.0, 1 thread, SIMD\)/);
    expect(outcome.modesCovered).toBe(8);
    expect(outcome.highQuality).toBeGreaterThan(0.3); // a standard normal has 0.05
    expect(outcome.left).toBe(0);
  });

  test('its first losses are those of Node', async () => {
    const there = await inPage('wasm', 2, 8);
    expect(there.losses).toHaveLength(16);
    expectClose(there, await learnGaussians('wasm', 2, 8));
  });

  test('and on webgpu too', async ({ skip }) => {
    const adapter = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) !== null);
    if (!adapter) return skip('this Chromium has no WebGPU adapter');
    const there = await inPage('webgpu', 2, 8);
    expect(there.engine).toMatch(/^Engine: webgpu/);
    expect(there.left).toBe(0);
    expectClose(there, await learnGaussians('wasm', 2, 8));
  });

  test('nothing failed aside, and nothing was asked of another host', () => {
    expect(faults).toEqual([]);
    expect(strangers).toEqual([]);
  });
});

/** What `entry.ts` puts into the page. */
type Page_ = typeof import('./entry').page;

function expectClose(there: Outcome, here: Outcome): void {
  here.losses.forEach((loss, i) => expect(Math.abs(there.losses[i] / loss - 1), `step ${i}`).toBeLessThan(1e-3));
}

/** No other host, no first-run pages; a container has no sandbox and no GPU. */
const quiet = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-default-apps'],
];
const softwareGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

const wasmFolder = path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm', '': 'text/html' };

/** The page, its scripts, and the .wasm files beside them. */
function serve({ scripts }: Bundle): Server {
  const html =
    '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="entry.js"></script>';
  return createServer((request, response) => {
    const name = path.basename(new URL(request.url ?? '/', 'http://localhost').pathname);
    const extension = path.extname(name);
    const body =
      name === ''
        ? html
        : (scripts.get(name) ?? (extension === '.wasm' && fs.readFileSync(path.join(wasmFolder, name))));
    response.writeHead(body ? 200 : 404, { 'content-type': types[extension] ?? 'text/plain' });
    response.end(body || 'not found');
  });
}
