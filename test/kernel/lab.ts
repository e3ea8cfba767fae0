/** A JupyterLab of the tests' own, and a browser on one of its notebooks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type Browser, type Locator, type Page, chromium } from 'playwright-core';
import { findBrowser } from '../../lib/setup/browser.js';
import { jupyterEnv } from '../../lib/setup/kernelspec.js';

const notebook = {
  cells: [{ cell_type: 'code', id: 'first', source: '', metadata: {}, outputs: [], execution_count: null }],
  metadata: { kernelspec: { name: 'genlab', display_name: 'TypeScript (genlab)', language: 'typescript' } },
  nbformat: 4,
  nbformat_minor: 5,
};

/** Everything is awaited generously: other work may share the machine. */
export const PATIENCE = 90_000;

export class Lab {
  private constructor(
    readonly page: Page,
    readonly folder: string,
    /** Addresses outside this machine that the page has asked for. */
    readonly strangers: readonly string[],
    private readonly browser: Browser,
    private readonly server: ChildProcess,
  ) {}

  static async open(command: readonly string[]): Promise<Lab> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lab-'));
    fs.writeFileSync(path.join(folder, 'new.ipynb'), JSON.stringify(notebook));
    const token = randomBytes(16).toString('hex');
    const address = `http://127.0.0.1:${await freePort()}`;
    const [program, ...args] = command;
    const options = ['--no-browser', '--allow-root', '--ip=127.0.0.1', `--port=${new URL(address).port}`];
    const env = { ...process.env, ...jupyterEnv(), JUPYTER_CONFIG_DIR: path.join(folder, '.config') };
    const server = spawn(program, [...args, ...options, `--IdentityProvider.token=${token}`, folder], {
      env: { ...env, JUPYTER_DATA_DIR: path.join(folder, '.data') },
      stdio: 'ignore',
    });
    const browser = await chromium.launch({
      executablePath: findBrowser(),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
    const strangers: string[] = [];
    try {
      await until(async () => (await fetch(`${address}/api?token=${token}`)).ok);
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(PATIENCE);
      await page.route(/^https?:/, (route) => {
        const url = route.request().url();
        if (url.startsWith(address)) return route.continue();
        strangers.push(url);
        return route.abort();
      });
      await page.goto(`${address}/lab/tree/new.ipynb?token=${token}&reset`);
      await page.locator('.jp-Notebook .cm-content').first().waitFor();
      await page.getByText('TypeScript (genlab) | Idle').waitFor(); // before, a cell that is run stays as it is
      return new Lab(page, folder, strangers, browser, server);
    } catch (error) {
      await browser.close();
      server.kill();
      throw error;
    }
  }

  cell(index: number): Locator {
    return this.page.locator('.jp-Notebook .jp-CodeCell').nth(index);
  }

  output(index: number): Locator {
    return this.cell(index).locator('.jp-Cell-outputArea');
  }

  /** Types into a cell, as it stands: the editor closes no brackets on its own. */
  async type(index: number, code: string): Promise<void> {
    const editor = this.cell(index).locator('.cm-content');
    const [line] = code.split('\n');
    await until(async () => {
      await editor.click();
      await this.page.keyboard.press('Control+a');
      await this.page.keyboard.insertText(code);
      return (await editor.innerText()).includes(line); // a notebook that still opens throws away what was typed
    });
  }

  /** Shift+Enter, which goes to the next cell, and makes one at the end. */
  async run(index: number, code: string): Promise<void> {
    await this.type(index, code);
    await this.page.keyboard.press('Shift+Enter');
  }

  /** `In [3]:` */
  prompt(index: number): Locator {
    return this.cell(index).locator('.jp-InputPrompt');
  }

  async close(): Promise<void> {
    await this.browser.close();
    const ended = new Promise((resolve) => this.server.once('close', resolve));
    this.server.kill('SIGTERM');
    await ended;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function until(test: () => Promise<boolean>, milliseconds = PATIENCE): Promise<void> {
  for (const end = Date.now() + milliseconds; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    if (await test().catch(() => false)) return;
    if (Date.now() > end) throw new Error(`not within ${milliseconds / 1000} s: ${String(test)}`);
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
