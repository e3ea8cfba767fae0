import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../lib/setup/common.js';

const genlab = path.join(__dirname, '..', '..', 'lib', 'setup', 'genlab.js');
const call = (...args: string[]) => run(process.execPath, [genlab, ...args], { timeout: 60_000 });
const empty = mkdtempSync(path.join(tmpdir(), 'genlab-cli-'));

afterAll(() => rmSync(empty, { recursive: true, force: true }));

describe('genlab', () => {
  it('shows every command and every exit code in its help', async () => {
    const { code, stdout } = await call('--help');
    expect(code).toBe(0);
    for (const name of [
      'start',
      'run',
      'class',
      'release',
      'submit',
      'collect',
      'grade',
      'mark',
      'feedback',
      'report',
      'similarity',
      'build',
      'check',
      'export',
      'present',
      'data',
      'faces',
      'models',
      'kernel',
      'doctor',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    }
    for (const exitCode of [0, 1, 2, 3, 70, 130]) expect(stdout).toMatch(new RegExp(`^  ${exitCode} +\\S`, 'm'));
  });

  it('loads nothing heavy for its help', async () => {
    const script = `
      require(${JSON.stringify(path.join(path.dirname(genlab), 'register.js'))});
      require(${JSON.stringify(path.join(path.dirname(genlab), '..', 'cli'))}).main(['--help']).then((code) => {
        const heavy = Object.keys(require.cache).filter((file) => /node_modules.(@tensorflow|typescript|zeromq)/.test(file));
        console.error('code ' + code + ' heavy ' + JSON.stringify(heavy));
      });`;
    await run(process.execPath, ['-e', script]); // transpiles what changed, for which it needs TypeScript
    const { output } = await run(process.execPath, ['-e', script]);
    expect(output).toContain('code 0 heavy []');
  });

  it('shows usage and exits with 2 when nothing was asked', async () => {
    const { code, stdout } = await call();
    expect(code).toBe(2);
    expect(stdout).toContain('Usage: genlab COMMAND');
  });

  it('names the command that was meant', async () => {
    const { code, output } = await call('grad');
    expect(code).toBe(2);
    expect(output).toBe('genlab: there is no command grad. Did you mean genlab grade?\nSee genlab --help\n');
  });

  it('answers help of a command in both forms', async () => {
    const [one, other] = await Promise.all([call('data', '--help'), call('help', 'data')]);
    expect(one.code).toBe(0);
    expect(one.stdout).toContain('genlab data [list | fetch | verify]');
    expect(other.stdout).toBe(one.stdout);
  });

  it('says its version', async () => {
    expect((await call('--version')).stdout).toMatch(/^genlab \d+\.\d+\.\d+\n$/);
  });

  it('keeps quiet when its reader goes away', async () => {
    const { code, output } = await run('bash', [
      '-c',
      `${process.execPath} ${genlab} --help | head -1; exit $PIPESTATUS`,
    ]);
    expect(output).not.toMatch(/EPIPE|Error/);
    expect(code).toBe(0);
  });
});

describe('genlab data', () => {
  it('refuses an action and a data set that do not exist', async () => {
    const [action, set] = await Promise.all([call('data', 'burn'), call('data', 'list', 'mnist')]);
    expect(action.code).toBe(2);
    expect(action.output).toContain('there are list, fetch and verify');
    expect(set.code).toBe(1);
    expect(set.output).toBe('genlab: there is no data set mnist. There are: fashion-mnist\n');
  });

  it('tells a wrong folder from a missing file', async () => {
    writeFileSync(path.join(empty, 'train-labels-idx1-ubyte.gz'), 'these are no labels');
    const { code, stdout } = await run(process.execPath, [genlab, 'data', 'verify', '--json'], {
      env: { GENLAB_DATA: empty },
    });
    expect(code).toBe(3);
    const [{ folder, files }] = JSON.parse(stdout);
    expect(folder).toBe(empty);
    expect(files.map(({ state }: { state: string }) => state)).toEqual(['missing', 'wrong', 'missing', 'missing']);
  });
});

describe('genlab kernel', () => {
  it('installs the kernelspec into an environment', async () => {
    const { code, stdout } = await call('kernel', 'install', '--prefix', empty);
    expect(code).toBe(0);
    const folder = path.join(empty, 'share', 'jupyter', 'kernels', 'genlab');
    expect(stdout).toContain(folder);
    const spec = JSON.parse((await import('node:fs')).readFileSync(path.join(folder, 'kernel.json'), 'utf8'));
    expect(spec.argv.at(-1)).toBe('{connection_file}');
    expect(spec.language).toBe('typescript');
  });
});
