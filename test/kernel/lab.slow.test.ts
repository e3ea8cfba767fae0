import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../lib/setup/browser.js';
import { findJupyter } from '../../lib/setup/python.js';
import { Lab, PATIENCE, until } from './lab';

const { lab: command } = await findJupyter();
const missing = !command ? 'there is no JupyterLab' : findBrowser() === undefined ? 'there is no Chromium' : undefined;

/** Each test goes on with the notebook of the one before, as a person would. */
describe.skipIf(missing)(missing ? `JupyterLab in a browser: skipped, ${missing}` : 'JupyterLab in a browser', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open(command ?? []);
  }, 2 * PATIENCE);
  afterAll(async () => {
    await lab?.close();
  }, PATIENCE);

  const shows = (cell: number, text: string): Promise<void> =>
    until(async () => (await lab.output(cell).innerText()).includes(text));
  const step = (name: string, work: () => Promise<void>): void => void it(name, { timeout: 3 * PATIENCE }, work);

  step('runs a cell that was typed', async () => {
    await lab.run(0, "const greeting: string = 'hello';\nconsole.log(greeting, 'from TypeScript');\n6 * 7");
    await shows(0, 'hello from TypeScript');
    await shows(0, '42');
    expect(await lab.prompt(0).innerText()).toBe('[1]:');
  });

  step('completes at Tab and explains at Shift+Tab', async () => {
    await lab.type(1, 'greeting.toUpper');
    const editor = lab.cell(1).locator('.cm-content');
    await until(async () => {
      await lab.page.keyboard.press('Tab'); // again where JupyterLab has given up after a second
      await lab.page.waitForTimeout(1500);
      if (await lab.page.locator('.jp-Completer:not(.lm-mod-hidden)').isVisible())
        await lab.page.keyboard.press('Enter');
      return (await editor.innerText()).trim() === 'greeting.toUpperCase';
    });
    await lab.page.keyboard.press('Shift+Tab');
    await until(async () =>
      /converts all the alphabetic characters/i.test(await lab.page.locator('.jp-Tooltip').innerText()),
    );
    await lab.page.keyboard.press('Escape');
  });

  step('interrupts an endless loop by the button, and keeps the variables', async () => {
    await lab.run(1, "console.log('looping');\nfor (;;);");
    await shows(1, 'looping');
    await lab.page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
    await shows(1, 'KeyboardInterrupt');
    await lab.run(2, 'greeting.length');
    await shows(2, '5');
  });

  step('moves a slider: the output under it changes, nothing of the old one stays', async () => {
    await lab.run(
      3,
      "import { interact } from 'genlab/widgets';\n" +
        'interact(({ n, loud }) => console.log(`n is ${n}${loud ? "!" : ""}`), { n: [0, 10], loud: false })',
    );
    await shows(3, 'n is 0');
    await lab.cell(3).locator('.noUi-handle').focus();
    for (let i = 0; i < 3; i++) await lab.page.keyboard.press('ArrowRight');
    await shows(3, 'n is 3');
    expect(await lab.output(3).innerText()).not.toContain('n is 0');
    await lab.cell(3).locator('input[type=checkbox]').click();
    await shows(3, 'n is 3!');
  });

  step('presses a button: what it prints goes under the cell or into an output widget', async () => {
    await lab.run(
      4,
      "import { button, output, progress, vbox } from 'genlab/widgets';\n" +
        "const [go, place, bar] = [button({ label: 'Train' }), output(), progress({ max: 10 })];\n" +
        'go.onClick(async () => {\n' +
        "  console.log('under the cell');\n" +
        '  await place.capture(async () => {\n' +
        '    for (bar.value = 0; bar.value < 10; bar.value++) {\n' +
        '      await new Promise((resolve) => setTimeout(resolve, 50));\n' +
        '      console.log(`step ${bar.value}`);\n' +
        '    }\n' +
        '  });\n' +
        '});\n' +
        'vbox(go, bar, place)',
    );
    const bar = lab.cell(4).locator('.progress-bar');
    await bar.waitFor({ state: 'attached' });
    expect(await bar.evaluate((element) => element.style.width)).toBe('0%');
    await lab.cell(4).getByRole('button', { name: 'Train' }).click();
    await until(async () => (await bar.evaluate((element) => element.style.width)) === '100%');
    await shows(4, 'step 9');
    await shows(4, 'under the cell');
    expect(await lab.cell(4).locator('.jp-OutputArea .jp-OutputArea').innerText()).not.toContain('under the cell');
  });

  step('draws a figure of ours with plotly, moved by a slider', async () => {
    await lab.run(
      5,
      "import { figures } from 'genlab';\n" +
        'interact(({ k }) => figures.curves({ title: `slope ${k}`, series: [{ name: "y", x: [0, 1], y: [0, k] }] }), { k: [1, 9] })',
    );
    const title = lab.cell(5).locator('.js-plotly-plot .gtitle');
    await until(async () => (await title.textContent()) === 'slope 1');
    await lab.cell(5).locator('.noUi-handle').focus();
    await lab.page.keyboard.press('ArrowRight');
    await until(async () => (await title.textContent()) === 'slope 2');
  });

  step('saves the state of the widgets with the notebook', async () => {
    await lab.page.keyboard.press('Escape');
    await lab.page.keyboard.press('Control+s');
    const saved = (): string => fs.readFileSync(path.join(lab.folder, 'new.ipynb'), 'utf8');
    await until(async () => saved().includes('"application/vnd.jupyter.widget-view+json"'));
    expect(saved()).toContain('slider n = ');
  });

  step('restarts: the variables are gone, and the next cell runs', async () => {
    await lab.page.locator('[data-command="notebook:restart-kernel"]').first().click();
    await lab.page.locator('.jp-Dialog .jp-mod-accept').click();
    await lab.page.getByText('TypeScript (genlab) | Idle').waitFor();
    await lab.run(6, 'typeof (globalThis as Record<string, unknown>).greeting');
    await shows(6, "'undefined'");
    expect(await lab.prompt(6).innerText()).toBe('[1]:');
  });

  it('asks nothing of the internet', () => {
    expect(lab.strangers).toEqual([]);
  });
});
