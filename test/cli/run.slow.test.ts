import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '../../lib/setup/common.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'run-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function notebook(name: string, sources: readonly string[], metadata: object = {}): string {
  const file = path.join(folder, name);
  const cells = sources.map((source) => ({ cell_type: 'code', source, metadata: {}, outputs: [] }));
  fs.writeFileSync(file, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

/** With a PATH on which there is nothing, no Python above all. @param watch sees what was printed so far */
function run(args: readonly string[], watch?: (printed: string, stop: () => void) => void) {
  const child = spawn(process.execPath, [path.join(root, 'lib/setup/genlab.js'), 'run', ...args], {
    env: { ...process.env, PATH: path.join(folder, 'nothing') },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => watch?.((output += text), () => child.kill('SIGINT')));
    if (!watch) stream.on('data', (text) => (output += text));
  }
  return new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
}

test('needs nothing but Node; the first failure is named and what ran is written', async () => {
  const file = notebook('two.ipynb', [
    "process.stdout.write('10 %\\r100 %\\n'); 7",
    "const a = 1;\nthrow new Error('no');",
    '8',
  ]);
  const out = path.join(folder, 'made', 'two.ipynb');
  const { code, output } = await run([file, '--out', out]);
  expect(code, output).toBe(1);
  expect(output).toContain('\n100 %\n7\n');
  expect(output).not.toContain('10 %\r');
  expect(output).toContain('genlab: cell 2, line 2: Error: no');
  const { cells } = JSON.parse(fs.readFileSync(out, 'utf8'));
  expect(cells[0].outputs[1].data).toEqual({ 'text/plain': '7' });
  expect(cells[1].outputs[0].ename).toBe('Error');
  expect(cells[2].outputs).toEqual([]);
});

test('Ctrl-C ends the cell and the run', async () => {
  const file = notebook('loop.ipynb', ["console.log('begun');\nfor (;;);", '8']);
  let stopped = false; // a second one would end the process at once
  const { code, output } = await run([file], (printed, stop) => {
    if (stopped || !/^begun$/m.test(printed)) return;
    stopped = true;
    stop();
  });
  expect(code, output).toBe(130);
  expect(output).toContain('KeyboardInterrupt');
});

test('a notebook in another language is refused', async () => {
  const file = notebook('py.ipynb', ['print(1)'], { kernelspec: { name: 'python3', language: 'python' } });
  const { code, output } = await run([file]);
  expect(code).toBe(1);
  expect(output).toContain('is a notebook in python');
});
