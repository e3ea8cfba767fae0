import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeGroup, removeGroup } from '../../lib/grading/sandbox/cgroups';
import {
  defaultLimits,
  findOut,
  probe,
  searchPath,
  type Platform,
  type Without,
} from '../../lib/grading/sandbox/platform';
import { protections, sandboxReport } from '../../lib/grading/sandbox/protections';
import { Sandbox } from '../../lib/grading/sandbox/sandbox';

vi.setConfig({ testTimeout: 180_000 }); // the machine may be busy

const root = path.resolve(__dirname, '../..');

/**
 * Runs a script under the sandbox's protections but without its own: what stays impossible even where student code gets
 * hold of all of Node.
 */
function inside(script: string, platform: Platform = probe()): unknown {
  const { wrap, nodeFlags, groups } = platform;
  const body = `const tell = (value) => console.log(JSON.stringify(value ?? null)); const fs = require('fs');
    const attempt = (what) => { try { return what(); } catch (error) { return error.code ?? error.message; } };
    (async () => { ${script} })();`;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-inside-'));
  const group = groups === undefined ? undefined : makeGroup(groups, defaultLimits.tasks);
  const command = [...wrap(defaultLimits, folder, group), process.execPath, ...nodeFlags, '--no-warnings', '-e', body];
  const [program, ...args] = command;
  try {
    const env = { PATH: searchPath };
    const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: folder, env, timeout: 60_000 });
    return JSON.parse(stdout || JSON.stringify(stderr));
  } finally {
    fs.rmSync(folder, { recursive: true });
    if (group !== undefined) removeGroup(group);
  }
}

const denied = 'ERR_ACCESS_DENIED';
const { active } = probe();

describe.runIf(active.has('permissions'))('even with all of Node in hand', () => {
  it.each([
    ['solutions', 'solutions/04-vae.ts'],
    ['specs', 'test/exercises/04-vae.test.ts'],
    ['the folder of lessons', 'solutions'],
    ["students' work", 'work/en/04-vae.ipynb'],
    ['the configuration of git', '.git/config'],
    ['compiled copies of specs', 'node_modules/.cache/genlab/ts/test'],
    ['compiled copies of solutions', 'node_modules/.cache/genlab/ts/solutions'],
    ['users of the machine', '/etc/passwd'],
    ['the environment of processes', '/proc/self/environ'],
  ])('%s cannot be read', (_, file) => {
    const name = JSON.stringify(path.resolve(root, file));
    expect(inside(`tell([attempt(() => fs.readFileSync(${name})), attempt(() => fs.readdirSync(${name}))])`)).toEqual([
      denied,
      denied,
    ]);
  });

  it('nothing can be written', () => {
    const [here, lib] = [path.join(os.tmpdir(), 'x'), path.join(root, 'lib', 'x')].map((file) => JSON.stringify(file));
    const write = (file: string): string => `attempt(() => fs.writeFileSync(${file}, ''))`;
    expect(inside(`tell([${write(here)}, ${write(lib)}, attempt(() => fs.symlinkSync('/etc', ${here}))])`)).toEqual([
      denied,
      denied,
      denied,
    ]);
  });

  it('no process, thread or inspector can be started', () => {
    expect(
      inside(`tell([
        attempt(() => require('child_process').spawnSync('true')),
        attempt(() => new (require('worker_threads').Worker)('', { eval: true })),
        attempt(() => new (require('inspector').Session)().connect()),
        attempt(() => process.binding('spawn_sync')),
      ])`),
    ).toEqual([denied, denied, denied, denied]);
  });

  it('the library can be read', () => {
    const name = JSON.stringify(path.join(root, 'lib', 'errors.ts'));
    expect(inside(`tell(fs.readFileSync(${name}, 'utf8').length)`)).toBeGreaterThan(0);
  });
});

describe.runIf(active.has('network'))('no network', () => {
  const server = http.createServer((_, response) => response.end('hello'));
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());

  it('not even to this machine', () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const found = inside(`
      const socket = require('net').connect(${port}, '127.0.0.1');
      socket.on('connect', () => { tell('connected'); socket.destroy(); }).on('error', (error) => tell(error.code));`);
    expect(found).toMatch(/ENETUNREACH|ECONNREFUSED|EADDRNOTAVAIL/);
  });
});

describe.runIf(active.has('processes'))('other processes', () => {
  it('cannot be seen or killed', () => {
    expect(inside(`tell(attempt(() => process.kill(${process.pid}, 0)))`)).toBe('ESRCH');
  });
});

describe.runIf(active.has('user') && process.getuid?.() === 0)('the user', () => {
  it('is one that nobody else has, and another one each time', () => {
    const who = (): unknown => inside('tell([process.getuid(), process.getgid(), process.getgroups()])');
    const [first, second] = [who(), who()] as [number, number, number[]][];
    expect(first[0]).toBeGreaterThan(1000);
    expect(first[1]).toBe(first[0]);
    expect(first[2]).toEqual([first[0]]);
    expect(second[0]).not.toBe(first[0]);
  });
});

/** What a fork bomb gets to, and that none of it is left: each of its processes waits for a minute. */
const bomb = `
  const { spawn } = require('child_process');
  let started = 0;
  for (let i = 0; i < 400; i++) attempt(() => {
    const child = spawn('/bin/sleep', ['61.0${process.pid}'], { stdio: 'ignore', detached: true });
    child.on('error', () => undefined);
    if (child.pid) started++;
  });
  tell(started); process.exit();`;
const sleepers = (): number =>
  fs
    .readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`61.0${process.pid}`);
      } catch {
        return false;
      }
    }).length;

describe.runIf(process.platform === 'linux')('a fork bomb dies', () => {
  it.each<[string, Without[], number]>([
    ['under everything there is', [], 0],
    ["under Node's permission model alone", ['bubblewrap', 'mounts', 'namespaces', 'rlimits', 'groups'], 0],
    ['without the permission model', ['permissions'], defaultLimits.tasks],
    ['in a file system made by hand', ['permissions', 'bubblewrap', 'groups'], defaultLimits.tasks],
    ['under a control group', ['permissions', 'rlimits'], defaultLimits.tasks],
    ['under limits of its user', ['permissions', 'groups', 'mounts', 'bubblewrap'], defaultLimits.tasks],
  ])('%s', async (_, without, most) => {
    const platform = findOut(new Set(without));
    if (!platform.active.has('permissions') && !platform.active.has('tasks')) return; // then nothing is graded here
    expect(inside(bomb, platform)).toBeLessThanOrEqual(most);
    if (platform.active.has('processes') || platform.groups !== undefined) {
      await expect.poll(sleepers, { timeout: 20_000 }).toBe(0);
    }
  });
});

describe.runIf(findOut(new Set(['permissions'])).active.has('files'))('a file system of its own, by itself', () => {
  const platform = findOut(new Set(['permissions']));
  const found = (script: string): unknown => inside(script, platform);

  it.each(['solutions', 'test', 'work', 'notebooks', '.git', '../shared', 'node_modules/.cache/genlab/ts/test'])(
    '%s is not there',
    (name) => {
      const file = JSON.stringify(path.resolve(root, name));
      expect(found(`tell(fs.existsSync(${file}))`)).toBe(false);
    },
  );

  it('holds neither home nor temporary files nor processes', () => {
    // This checkout and Node may lie there themselves: the way to them is all that may be seen.
    const [ways, places] = [
      [root, process.execPath],
      ['/root', '/home', '/tmp', '/proc', '/etc/passwd', '/var'],
    ].map((list) => JSON.stringify(list));
    const script = `
      const isOnTheWay = (at) => ${ways}.some((way) => way === at || way.startsWith(at + '/'));
      const strangers = (at) => {
        if (!fs.existsSync(at)) return [];
        if (!isOnTheWay(at)) return [at];
        return fs.readdirSync(at).map((name) => at + '/' + name).filter((file) => !isOnTheWay(file));
      };
      tell(${places}.flatMap(strangers));`;
    expect(found(script)).toEqual([]);
  });

  it('cannot be written to', () => {
    const library = JSON.stringify(path.join(root, 'lib', 'x'));
    const tried = `['/x', '/usr/x', ${library}, 'x'].map((at) => attempt(() => fs.writeFileSync(at, 'text')))`;
    expect(found(`tell(${tried})`)).not.toContain(null);
  });

  it('holds the library', () => {
    expect(found(`tell(fs.existsSync(${JSON.stringify(path.join(root, 'lib', 'errors.ts'))}))`)).toBe(true);
  });
});

describe('a sandbox', () => {
  const cell = (js: string, declares: string[]): object => ({ load: { js, declares, file: 'cell.ts' } });

  it('gives student code no environment, descriptors or way to the modules of Node', async () => {
    const sandbox = new Sandbox();
    try {
      await sandbox.order(
        cell(
          `let loot = [Object.keys(process.env).filter((name) => name !== 'PWD').sort().join(), typeof process.kill, typeof process.binding,
            typeof process.getBuiltinModule, typeof require, typeof module, typeof process.mainModule,
            await import('node:fs').then(() => 'fs', (error) => error.code)];`,
          ['loot'],
        ),
        30,
      );
      const answer = await sandbox.order({ ask: { target: { name: 'loot' }, path: [], as: 'value' } }, 10);
      expect(answer).toMatchObject({
        value: {
          v: [
            'GENLAB_ENGINE,HOME,LANG,PATH,TZ,UV_THREADPOOL_SIZE',
            ...Array.from({ length: 6 }, () => 'undefined'),
            'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING',
          ],
        },
      });
    } finally {
      await sandbox.close();
    }
  });

  it('leaves no process and no folder', async () => {
    const before = fs.readdirSync(os.tmpdir());
    const sandbox = new Sandbox();
    await sandbox.order(cell('let f = 1;', ['f']), 30);
    const pid = sandbox.pid ?? 0;
    expect(() => process.kill(pid, 0)).not.toThrow();
    await sandbox.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    const mine = fs.readdirSync(os.tmpdir()).filter((name) => name === path.basename(sandbox.folder));
    expect(before.includes(path.basename(sandbox.folder))).toBe(false);
    expect(mine).toEqual([]);
  });

  it('is reported', () => {
    const { active: told, missing } = sandboxReport();
    expect(told.length + missing.length).toBe(protections.length);
    expect(told).toContain('limited heap');
  });
});

describe.runIf(active.has('orphans'))('when the grader itself is killed', () => {
  it('no child is left', async () => {
    const script = `
      const { Sandbox } = require(${JSON.stringify(path.join(root, 'lib/grading/sandbox/sandbox'))});
      const sandbox = new Sandbox();
      sandbox.order({ load: { js: 'for (;;);', declares: [], file: 'cell.ts' } }, 60);
      const below = (pid) => [pid, ...require('fs').readFileSync(\`/proc/\${pid}/task/\${pid}/children\`, 'utf8').trim().split(' ').filter(Boolean).flatMap(below)];
      setTimeout(() => { console.log(below(sandbox.pid).join(' ')); process.kill(process.pid, 'SIGKILL'); }, 3000);`;
    const loader = path.join(root, 'lib/setup/register.js');
    const { stdout } = spawnSync(process.execPath, ['-r', loader, '-e', script], { encoding: 'utf8', timeout: 30_000 });
    const pids = stdout.trim().split(' ').map(Number);
    expect(pids.every((pid) => pid > 1)).toBe(true);
    const isGone = (pid: number): boolean => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    };
    await expect.poll(() => pids.every(isGone), { timeout: 10_000 }).toBe(true);
  });
});
