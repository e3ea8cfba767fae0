import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const jupyter = path.join(root, '.genlab', 'venv', 'bin', 'jupyter');
const withJupyter = fs.existsSync(jupyter);

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'home-'));
});
afterEach(() => fs.rmSync(home, { recursive: true }));

describe('genlab kernel install', () => {
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    HOME: home,
    XDG_DATA_HOME: '',
    JUPYTER_DATA_DIR: '',
    JUPYTER_PATH: '',
  });
  const install = (...args: readonly string[]) =>
    spawnSync(process.execPath, [path.join(root, 'lib/setup/genlab.js'), 'kernel', 'install', ...args], {
      encoding: 'utf8',
      env: env(),
    });

  it('writes a kernelspec that names this Node and a file that is there', () => {
    const { status, stdout } = install('--prefix', path.join(home, 'venv'));
    expect(status).toBe(0);
    const folder = path.join(home, 'venv/share/jupyter/kernels/genlab');
    expect(stdout).toContain(folder);
    const { argv, language } = JSON.parse(fs.readFileSync(path.join(folder, 'kernel.json'), 'utf8'));
    expect(argv[0]).toBe(process.execPath);
    expect(fs.existsSync(argv[1])).toBe(true);
    expect(argv[2]).toBe('{connection_file}');
    expect(language).toBe('typescript');
  });

  it.skipIf(!withJupyter)(
    withJupyter ? 'is found by a Jupyter that knows nothing of us' : 'found by Jupyter: skipped, there is none',
    () => {
      expect(install().status).toBe(0);
      const { stdout } = spawnSync(jupyter, ['kernelspec', 'list', '--json'], { encoding: 'utf8', env: env() });
      expect(JSON.parse(stdout).kernelspecs.genlab.spec.display_name).toBe('TypeScript (genlab)');
    },
  );
});
