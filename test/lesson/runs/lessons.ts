/** Every lesson in one language: runs from a fresh kernel, shows its figures, and fits on its slides. */
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SavedCell, SavedNotebook } from '../../../lib/cli/page';
import { presentPage } from '../../../lib/cli/present-page';
import { figuresIn } from '../../../lib/cli/run-figures';
import { quickRun } from '../../../lib/cli/quick-runs';
import { type Lang, listLessons, loadLesson } from '../../../lib/lesson';
import { findBrowser } from '../../../lib/setup/browser.js';

const executablePath = findBrowser();
const plotly = 'application/vnd.plotly.v1+json';

interface Shown {
  readonly data?: Readonly<Record<string, unknown>>;
}
interface Text {
  readonly text?: string;
}
interface Layout {
  readonly title?: Text;
  /** Panels have their titles here. */
  readonly annotations?: readonly Text[];
}

const dataOf = ({ outputs = [] }: SavedCell) =>
  (outputs as readonly Shown[]).flatMap(({ data }) => (data ? [data] : []));

/** What is wrong with the figures of a notebook that has run. */
function figureFaults({ cells }: SavedNotebook): string[] {
  return cells.flatMap((cell) => {
    const source = String(cell.source);
    // What `interact` shows comes when somebody moves its controls.
    if (cell.cell_type !== 'code' || !/\bshow\(/.test(source) || /^interact\(/m.test(source)) return [];
    const shown = dataOf(cell);
    if (!shown.some((data) => 'image/png' in data || plotly in data || 'text/html' in data)) {
      return [`no figure: ${source.slice(0, 80)}`];
    }
    return shown.flatMap((data) => {
      const { layout } = (data[plotly] ?? {}) as { readonly layout?: Layout };
      const titled = layout && [layout.title, ...(layout.annotations ?? [])].some((one) => one?.text?.trim());
      return layout && !titled ? [`a figure without a title: ${source.slice(0, 80)}`] : [];
    });
  });
}

/** Viewers that run no scripts show a figure's still picture (docs/figures.md); a blank one of our sizes packs into fewer bytes. */
function stillFaults(notebook: SavedNotebook): string[] {
  return figuresIn(notebook).flatMap(({ name, png }, i) => {
    const bytes = Buffer.from(png, 'base64');
    const shown = bytes.length > 2500 && bytes.toString('latin1', 1, 4) === 'PNG' && bytes.readUInt32BE(16) > 50;
    return shown ? [] : [`figure ${i + 1}${name === undefined ? '' : ` (${name})`} has no still picture`];
  });
}

/** Slides whose content is cut off at 1280×720, or so small that nobody can read it, as `number …: first words`. */
async function cutOff(browser: Browser, notebook: SavedNotebook, lang: Lang): Promise<string[]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  try {
    const address = 'http://deck.invalid/'; // the page asks its own address for news, so it needs one
    const body = presentPage(notebook, { title: 'deck', lang });
    await page.route(/^https?:/, (route) =>
      route.request().url() === address ? route.fulfill({ contentType: 'text/html', body }) : route.abort(),
    );
    await page.goto(address);
    await page.waitForFunction('window.genlabReady');
    return (await page.evaluate(`(async () => {
      const found = [];
      for (let i = 0; i < Reveal.getTotalSlides(); i++) {
        Reveal.slide(i, 0, 100);
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        const sheet = Reveal.getCurrentSlide().querySelector('.sheet');
        const over = Math.max(sheet.scrollHeight - sheet.clientHeight, sheet.scrollWidth - sheet.clientWidth);
        const scale = Math.min(1, ...[...sheet.querySelectorAll('.shown')].map((shown) => Number(shown.style.zoom) || 1));
        const words = sheet.innerText.trim().slice(0, 60);
        if (over > 1) found.push((i + 1) + ' by ' + over + ' px: ' + words);
        else if (scale < 0.5) found.push((i + 1) + ' shrunk to ' + scale + ': ' + words);
      }
      return found;
    })()`)) as string[];
  } finally {
    await page.close();
  }
}

/** Tests of all lessons in this language; each language has a file of its own, so that two workers share the time. */
export function testLessons(lang: Lang): void {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (executablePath) browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser?.close());

  describe.each(listLessons())('%s', (slug) => {
    const lesson = loadLesson(slug);
    const hasSlides = lesson.cells.some(({ tags }) => tags.includes('slide'));
    let ran: SavedNotebook | undefined;

    it('runs from a fresh kernel in quick mode, and shows every figure', { timeout: 900_000 }, async () => {
      const { report } = await quickRun(lesson, lang);
      expect(report.failures.map(({ count, ename, evalue }) => `cell ${count}: ${ename}: ${evalue}`)).toEqual([]);
      ran = report.notebook as unknown as SavedNotebook;
      expect([...figureFaults(ran), ...stillFaults(ran)]).toEqual([]);
      expect(JSON.stringify(ran).length).toBeLessThan(10e6); // more is not previewed everywhere
    });

    it.skipIf(!executablePath || !hasSlides)('fits on its slides', { timeout: 300_000 }, async () => {
      if (!browser || !ran) throw new Error('it did not run');
      expect(await cutOff(browser, ran, lang)).toEqual([]);
    });
  });
}
