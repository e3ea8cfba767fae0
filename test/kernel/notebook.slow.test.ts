import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { code, outputsOf, runIn } from './cells';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'notebook-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const run = runIn(folder);

test('a cell that runs too long is interrupted; a signal ends the run', async () => {
  const late = await run([code('for (;;);'), code("'next'")], { timeout: 700, allowErrors: true });
  expect(late.failures).toMatchObject([{ count: 1, ename: 'KeyboardInterrupt' }]);
  expect(outputsOf(late.notebook.cells[1])).toMatchObject([{ data: { 'text/plain': "'next'" } }]);

  const abort = new AbortController();
  const stopped = run([code("console.log('begun');\nawait new Promise(() => {});"), code("'next'")], {
    signal: abort.signal,
    onOutput: () => abort.abort(),
  });
  expect((await stopped).failures).toMatchObject([{ count: 1, ename: 'KeyboardInterrupt' }]);
});

test('out of memory says so, and the next cell runs in a new process', async () => {
  const { failures } = await run(
    [
      code('let kept = 1;'),
      code("const all: string[][] = [];\nfor (;;) all.push(new Array(1e5).fill('x'));"),
      code('kept'),
    ],
    { allowErrors: true, env: { NODE_OPTIONS: '--max-old-space-size=60' } },
  );
  expect(failures).toMatchObject([
    { count: 2, ename: 'OutOfMemory' },
    { count: 3, ename: 'TypeScriptError' },
  ]);
  expect(failures[0].evalue).toContain('All variables are lost');
});
