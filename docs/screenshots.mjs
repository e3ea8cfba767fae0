// Makes the README's pictures anew: runs the solved lesson in JupyterLab in a real Chromium and photographs it.
//   node docs/screenshots.mjs [--as-saved] [en] [zh]      as saved: photographs the last run again
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '..');
const { jupyterEnv } = createRequire(import.meta.url)('../lib/setup/kernelspec.js');
const views = { en: 'Compare with the inventions', zh: '课末尾的“设计”比一比' };
const asSaved = process.argv.includes('--as-saved');
const named = process.argv.filter((word) => word in views);
const languages = named.length > 0 ? named : Object.keys(views);
const folder = path.join(root, '.genlab', 'screenshots');
const port = 8890;
const token = randomBytes(16).toString('hex');

const genlab = path.join(root, 'lib/setup/genlab.js');
if (!asSaved)
  spawnSync(process.execPath, [genlab, 'build', '04-vae', '--solutions', '--out', folder], { stdio: 'inherit' });
const lab = spawn(
  path.join(root, '.genlab/venv/bin/jupyter'),
  [
    'lab',
    '--no-browser',
    '--allow-root',
    `--port=${port}`,
    '--ip=127.0.0.1',
    `--IdentityProvider.token=${token}`,
    folder,
  ],
  { env: { ...process.env, ...jupyterEnv() }, stdio: 'ignore' },
);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
try {
  await until(async () => (await fetch(`http://127.0.0.1:${port}/api?token=${token}`)).ok);
  for (const language of languages) await photograph(language);
} finally {
  await browser.close();
  lab.kill();
}

async function photograph(language) {
  const page = await browser.newPage({ viewport: { width: 1320, height: 900 }, deviceScaleFactor: 1.25 });
  await page.goto(`http://127.0.0.1:${port}/lab/tree/${language}/04-vae.ipynb?token=${token}&reset`);
  await page.waitForSelector('.jp-Notebook .jp-MarkdownOutput h1');
  if (!asSaved) await runAll(page);
  const text = page.locator('.jp-RenderedMarkdown', { hasText: views[language] }).first();
  const notebook = page.locator('.jp-WindowedPanel-outer').first();
  await page.keyboard.press('Control+b'); // the file browser gives way
  for (let tries = 0; tries < 200 && !(await text.isVisible()); tries++) {
    await notebook.evaluate((element) => element.scrollBy(0, 500));
    await page.waitForTimeout(100);
  }
  for (let settling = 0; settling < 4; settling++) {
    await text.evaluate((element) => element.scrollIntoView({ block: 'end' })); // figures above still grow
    await page.waitForTimeout(1500);
  }
  await page.screenshot({ path: path.join(root, 'docs', `lesson-04-${language}.png`) });
  console.log(`docs/lesson-04-${language}.png`);
  await page.close();
}

/** Runs the notebook, saves it, and opens it anew at its first cell. */
async function runAll(page) {
  await page.getByText('Run', { exact: true }).first().click();
  await page.getByText('Run All Cells', { exact: true }).click();
  await page.waitForTimeout(5000);
  // The view has followed the run to the last cells: none of them waits any more.
  await until(async () => (await page.locator('.jp-InputPrompt', { hasText: '[*]' }).count()) === 0, 900);
  await page.keyboard.press('Control+s');
  await page.waitForTimeout(3000);
  await page.reload();
  await page.waitForSelector('.jp-Notebook .jp-MarkdownOutput h1');
}

async function until(test, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; ; await new Promise((resolve) => setTimeout(resolve, 500))) {
    if (await Promise.resolve(test()).catch(() => false)) return;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${test}`);
  }
}
