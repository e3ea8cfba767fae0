import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Presentation } from '../../lib/cli/present-server';
import { findBrowser } from '../../lib/setup/browser.js';

const root = path.resolve(import.meta.dirname, '../..');
const executablePath = findBrowser();
const PATIENCE = 120_000;

const markdown = (source: string, type = 'slide') => ({
  cell_type: 'markdown',
  metadata: { slideshow: { slide_type: type } },
  source,
});
const code = (source: string) => ({ cell_type: 'code', metadata: {}, source, outputs: [] as object[] });
const notebook = {
  cells: [
    markdown('# Slopes\n\nA line $y = kx$.'),
    code('const base: number = 40;'),
    markdown('Say it slowly.', 'notes'),
    markdown('## A sum'),
    code("console.log('sum:', base + 2);\nbase * 2"),
    markdown('## A figure'),
    code(
      "import { figures } from 'genlab';\nimport { interact } from 'genlab/widgets';\n" +
        "interact(({ k }) => figures.curves({ title: `slope ${k}`, series: [{ name: 'y', x: [0, 1], y: [0, k] }] }), { k: [1, 9] })",
    ),
    markdown('## Endless'),
    code(
      `for (;;);\n${'// a line that is much longer than a slide is wide, and goes on and on and on and on and on and on\n'.repeat(40)}`,
    ),
  ],
};

describe.skipIf(!executablePath)(
  executablePath ? 'genlab present' : 'genlab present: skipped, there is no Chromium',
  () => {
    let presentation: Presentation;
    let browser: Browser;
    let page: Page;
    let address: string;
    const strangers: string[] = [];

    beforeAll(async () => {
      presentation = new Presentation(notebook, {
        cwd: path.join(root, 'notebooks', 'en'),
        title: 'slopes',
        lang: 'en',
      });
      address = await presentation.listen(0);
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
      page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
      page.setDefaultTimeout(PATIENCE);
      page.on('request', (request) => {
        if (!request.url().startsWith(new URL(address).origin) && !request.url().startsWith('data:'))
          strangers.push(request.url());
      });
      await page.goto(address);
      await page.waitForFunction('window.genlabReady');
    }, PATIENCE);
    afterAll(async () => {
      await browser?.close();
      await presentation?.close();
    });

    const go = (slide: number): Promise<unknown> => page.evaluate(`Reveal.slide(${slide})`);
    const shown = (cell: number) => page.locator(`[data-cell="${cell}"] .shown`);
    const contains = (cell: number, text: string): Promise<unknown> =>
      page.waitForFunction(
        ([at, wanted]) => document.querySelector(`[data-cell="${at}"] .shown`)?.textContent?.includes(String(wanted)),
        [cell, text] as const,
      );

    it('lets nobody in without the token', async () => {
      const { origin } = new URL(address);
      expect((await fetch(origin)).status).toBe(403);
      expect((await fetch(`${origin}/run?token=0`, { method: 'POST', body: '{}' })).status).toBe(403);
    });

    it('runs a cell as it stands on the slide, and those before it first', { timeout: PATIENCE }, async () => {
      await go(1);
      await page.locator('[data-cell="4"] .source').click();
      await page.keyboard.press('Control+End');
      await page.keyboard.insertText(' + 1');
      await page.keyboard.press('Shift+Enter');
      await contains(4, '81');
      expect(await shown(4).innerText()).toContain('sum: 42');
    });

    it('draws figures that a slider moves', { timeout: PATIENCE }, async () => {
      await go(2);
      await page.locator('[data-cell="6"] .run').click();
      const title = page.locator('[data-cell="6"] .js-plotly-plot .gtitle');
      await page.waitForFunction(() => document.querySelector('[data-cell="6"] .gtitle')?.textContent === 'slope 1');
      await page.locator('[data-cell="6"] input[type=range]').focus();
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction(() => document.querySelector('[data-cell="6"] .gtitle')?.textContent === 'slope 2');
      expect(await title.count()).toBe(1);
      mkdirSync(path.join(root, 'out'), { recursive: true });
      await page.screenshot({ path: path.join(root, 'out', 'present.png') });
    });

    it('interrupts with the button, and fits on the screen', { timeout: PATIENCE }, async () => {
      await go(3);
      const button = page.locator('[data-cell="8"] .run');
      await button.click();
      await page.waitForFunction(
        () => document.querySelector('[data-cell="8"]')?.getAttribute('data-state') === 'starts',
      );
      await button.click();
      await contains(8, 'KeyboardInterrupt');
      for (let slide = 0; slide < 4; slide++) {
        await go(slide);
        await page.waitForFunction(() => {
          const { left, top, right, bottom } = document
            .querySelector('section.present .sheet')!
            .getBoundingClientRect();
          return left > -1 && top > -1 && right < 1281 && bottom < 721;
        });
      }
    });

    it('shows a page that is opened again what has happened', { timeout: PATIENCE }, async () => {
      await page.reload();
      await contains(4, '81');
      await contains(8, 'KeyboardInterrupt');
      expect(strangers).toEqual([]);
    });
  },
);
