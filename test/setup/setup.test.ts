import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lastLines, run, which, withLock } from '../../lib/setup/common.js';
import { jupyterEnv } from '../../lib/setup/kernelspec.js';
import { serverOptions } from '../../lib/cli/lab';
import { checkNode } from '../../lib/setup/steps.js';
import { countVitest } from '../../lib/setup/test.js';

const say = () => undefined;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'genlab-setup-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('the Node that runs set-up', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s is new enough', (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });
  it.each(['18.20.0', '20.18.9'])('%s is too old, and the message says which is needed', (version) => {
    expect(() => checkNode(version)).toThrow(/needs 20\.19 or newer/);
  });
});

describe('running a program', () => {
  it('gives code, output and lines', async () => {
    const lines: string[] = [];
    const { code, stdout, output } = await run('sh', ['-c', 'echo one; echo two >&2; exit 3'], {
      onLine: (line) => lines.push(line),
    });
    expect(code).toBe(3);
    expect(stdout).toBe('one\n');
    expect(output).toContain('two');
    expect(lines.sort()).toEqual(['one', 'two']);
  });

  it('stops what takes too long, and does not throw for what is not there', async () => {
    expect((await run('sleep', ['20'], { timeout: 100 })).code).toBe(124);
    expect((await run(path.join(folder, 'nothing'), [])).code).toBe(127);
  });

  it('finds programs on PATH and nothing else', () => {
    writeFileSync(path.join(folder, 'tool'), '', { mode: 0o755 });
    writeFileSync(path.join(folder, 'text'), '', { mode: 0o644 });
    mkdirSync(path.join(folder, 'dir'));
    vi.stubEnv('PATH', folder);
    expect(which('tool')).toBe(path.join(folder, 'tool'));
    expect(which('text')).toBeUndefined();
    expect(which('dir')).toBeUndefined();
  });

  it('keeps the last lines that say something', () => {
    expect(lastLines('a\nb\n\n c \n\n', 2)).toBe('b\nc');
  });
});

describe('a lock', () => {
  it('lets one in at a time', async () => {
    const lock = path.join(folder, 'lock');
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(lock, say, work)));
    expect(most).toBe(1);
    expect(existsSync(lock)).toBe(false);
  });

  it('is taken over from a process that is gone', async () => {
    const lock = path.join(folder, 'lock');
    const child = spawn(process.execPath, ['-e', '0']);
    await new Promise((resolve) => child.on('close', resolve));
    const { hostname } = await import('node:os');
    writeFileSync(lock, JSON.stringify({ pid: child.pid, host: hostname() }));
    await expect(withLock(lock, say, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('is given back after a failure', async () => {
    const lock = path.join(folder, 'lock');
    await expect(withLock(lock, say, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });
});

describe('the Jupyter server', () => {
  const common = { work: '/w', first: 'en/04-vae.ipynb', open: false, port: 9000 };

  it.each(['lab', 'notebook', 'classic'] as const)('%s listens on this machine only and keeps its token', (front) => {
    const options = serverOptions(front, common).join(' ');
    expect(options).toMatch(/App\.ip=127\.0\.0\.1/);
    expect(options).not.toMatch(/token|password|disable_check_xsrf/);
    expect(options).toMatch(/App\.(root_dir|notebook_dir)=\/w/);
    expect(options).toMatch(/open_browser=False/);
    expect(options).toMatch(/App\.port=9000/);
    expect(options).toMatch(/default_url=\/(lab\/)?tree\/en\/04-vae\.ipynb/);
  });

  it('opens a browser and picks its port unless told', () => {
    const options = serverOptions('lab', { work: '/w', first: 'zh', open: true }).join(' ');
    expect(options).not.toMatch(/open_browser|port/);
  });

  it('finds our kernel beside those of the user', () => {
    vi.stubEnv('JUPYTER_PATH', '/mine');
    expect(jupyterEnv().JUPYTER_PATH).toMatch(/\.genlab\/jupyter:\/mine$/);
  });
});

describe('counting what the tests said', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  });
  const report = (passed: number, failed: number, ...testResults: ReturnType<typeof file>[]) =>
    JSON.stringify({
      numPassedTests: passed,
      numFailedTests: failed,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults,
    });

  it('takes over what vitest counted', () => {
    const text = report(2, 1, file('failed', 'passed', 'failed'), file('passed', 'passed'));
    expect(countVitest(text, 1)).toEqual({ passed: 2, failed: 1, skipped: 0 });
  });

  it('counts a file that did not load, an error outside the tests, and no report, as failures', () => {
    expect(countVitest(report(1, 0, file('passed', 'passed'), file('failed')), 1).failed).toBe(1);
    expect(countVitest(report(1, 0, file('passed', 'passed')), 1).failed).toBe(1);
    expect(countVitest(undefined, 0).failed).toBe(1);
  });
});

describe('the lists of Python packages', () => {
  const list = (name: string) =>
    readFileSync(path.join(__dirname, '..', '..', 'lib', 'setup', name), 'utf8')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));

  it.each(['requirements.txt', 'requirements-dev.txt'])('%s pins every package and names no server', (name) => {
    expect(list(name).length).toBeGreaterThan(20);
    for (const line of list(name)) expect(line).toMatch(/^[a-z0-9-]+==[0-9][\w.]*( ; .*)?$/);
  });

  it('the tests get the versions that students have', () => {
    const students = new Map(list('requirements.txt').map((line) => [line, true]));
    const names = new Set(list('requirements.txt').map((line) => line.split('==')[0]));
    const shared = list('requirements-dev.txt').filter((line) => names.has(line.split('==')[0]));
    expect(shared.length).toBeGreaterThan(10);
    const versions = (name: string, lines: Iterable<string>) =>
      [...lines].filter((line) => line.startsWith(`${name}==`)).map((line) => line.split(' ; ')[0]);
    for (const line of shared) {
      const [name] = line.split('==');
      expect(versions(name, students.keys())).toContain(line.split(' ; ')[0]);
    }
  });
});
