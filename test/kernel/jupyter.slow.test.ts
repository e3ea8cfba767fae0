import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const python = path.join(root, '.genlab', 'venv', 'bin', 'python');

/** Without set-up's Python (npm alone), the executor's own tests stand; the reason is in the test's name. */
const ready =
  fs.existsSync(python) && fs.existsSync(path.join(root, '.genlab', 'jupyter', 'kernels', 'genlab', 'kernel.json'));

const suites = {
  conformance: "Jupyter's conformance suite",
  outputs: 'nothing printed or shown is lost',
  interrupts: 'every kind of cell can be interrupted',
  errors: 'errors, language and hot reload',
  frontend: 'completion, inspection, input, comms',
  wire: 'malformed messages, killed and restarted kernels',
  convert: 'nbconvert',
};

describe.skipIf(!ready)(
  ready ? 'through jupyter_client' : 'through jupyter_client: skipped, .genlab/venv is not set up',
  () => {
    let folder: string;
    beforeAll(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jupyter-'));
    });
    afterAll(() => fs.rmSync(folder, { recursive: true }));

    for (const [file, title] of Object.entries(suites)) {
      test(`${title} (${file}.py)`, { timeout: 600_000 }, async () => {
        const { code, output } = await run(path.join(import.meta.dirname, `${file}.py`), folder);
        expect(code, output).toBe(0);
        expect(output).toMatch(/^OK$/m); // and not "OK (skipped=…)"
      });
    }
  },
);

function run(file: string, cwd: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(python, [file], {
    cwd,
    env: { ...process.env, JUPYTER_PATH: path.join(root, '.genlab', 'jupyter'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
