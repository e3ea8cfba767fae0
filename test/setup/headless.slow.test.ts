import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, run } from '../../lib/setup/common.js';
import { findJupyter } from '../../lib/setup/python.js';

const jupyter = await findJupyter();
const page = path.join(root, 'out', '04-vae.html');

/** `npm start -- --headless 04-vae`, from set-up to the score, in the shortest training. */
const headless = async (env: NodeJS.ProcessEnv) => {
  rmSync(page, { force: true });
  const start = path.join(root, 'lib', 'setup', 'start.js');
  const result = await run(process.execPath, [start, '--headless', '04-vae'], {
    env: { GENLAB_BUDGET: 'quick', GENLAB_LANG: 'en', ...env },
  });
  return { ...result, lastLine: result.stdout.trimEnd().split('\n').at(-1) };
};

const expectWhole = ({ code, lastLine, output }: Awaited<ReturnType<typeof headless>>) => {
  const [, score, points] = /^04-vae solution (\d+)\/(\d+) stub 0\/\2$/.exec(lastLine ?? '') ?? [];
  expect(score, output).toBeDefined();
  expect(score).toBe(points);
  expect(Number(points)).toBeGreaterThan(0);
  expect(code, output).toBe(0);
  const html = readFileSync(page, 'utf8');
  expect(html).toContain('<math');
  expect(html).toContain('data:image/png;base64,');
  expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)="https?:/);
};

describe('a lesson without a browser', () => {
  it.skipIf(jupyter.from === 'none')(
    'runs through Jupyter, becomes a page that needs no network, and is graded',
    async () => expectWhole(await headless({})),
    900_000,
  );

  it('runs where there is no Jupyter, no Python and nothing else on PATH', { timeout: 900_000 }, async () => {
    const { code, stdout, output } = await run(
      process.execPath,
      [path.join(root, 'lib', 'setup', 'start.js'), '--headless', '03-autoencoder'],
      {
        env: {
          GENLAB_BUDGET: 'quick',
          GENLAB_LANG: 'en',
          GENLAB_JUPYTER: 'none',
          PATH: path.join(root, 'out', 'nothing'),
        },
      },
    );
    expect(output).toContain('with Node alone');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^03-autoencoder solution (\d+)\/\1 stub 0\/\1$/);
    expect(code, output).toBe(0);
  });
});
