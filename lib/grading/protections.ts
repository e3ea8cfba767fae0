import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** What a machine offers against hostile code, by the name under which it is reported. */
export const protections = [
  'permissions', // Node's permission model: files, processes, threads, addons, inspector
  'network', // a network namespace of its own, with nothing in it
  'processes', // a process namespace of its own: no other process can be seen or killed
  'user', // an unprivileged user
  'cpu', // a limit on CPU seconds, no core dumps, no files
  'heap', // V8's limit
  'memory', // resident memory watched from outside
  'orphans', // the child dies with the grader
] as const;
export type Protection = (typeof protections)[number];

const descriptions: Readonly<Record<Protection, string>> = {
  permissions: 'files, processes and addons closed by Node',
  network: 'no network',
  processes: 'no sight of other processes',
  user: 'an unprivileged user',
  cpu: 'limited CPU time',
  heap: 'limited heap',
  memory: 'limited memory',
  orphans: 'nothing outlives the grader',
};

/** What keeps student code in on this machine, and what is wanting, in words. */
export function sandboxReport(): { active: string[]; missing: string[] } {
  const { active } = probe();
  const told = (wanted: boolean): string[] =>
    protections.filter((one) => active.has(one) === wanted).map((one) => descriptions[one]);
  return { active: told(true), missing: told(false) };
}

export interface Platform {
  readonly active: ReadonlySet<Protection>;
  /** The command line to put before `node …`. */
  readonly wrap: readonly string[];
  /** Node's own flags. */
  readonly nodeFlags: readonly string[];
}

const root = fs.realpathSync(path.resolve(__dirname, '..', '..'));
const nobody = 65534;
let platform: Platform | undefined;

/** Finds out by trying; once a process. */
export function probe(): Platform {
  return (platform ??= findOut());
}

function findOut(): Platform {
  const active = new Set<Protection>(['heap']);
  const works = (command: readonly string[]): boolean => {
    const [program, ...args] = [...command, '/bin/sh', '-c', ':'];
    return spawnSync(program, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
  };
  const wrap: string[] = [];
  const add = (command: readonly string[], ...gains: Protection[]): boolean => {
    if (!works([...wrap, ...command])) return false;
    wrap.push(...command);
    gains.forEach((gain) => active.add(gain));
    return true;
  };

  if (process.platform === 'linux') {
    active.add('memory');
    add(['setpriv', '--pdeathsig', 'KILL', '--'], 'orphans');
    const namespaces = ['--net', '--ipc', '--pid', '--fork', '--kill-child', '--'];
    const root = process.getuid?.() === 0;
    if (!add(['unshare', ...namespaces], 'network', 'processes')) {
      if (!root && !add(['unshare', '--user', '--map-root-user', ...namespaces], 'network', 'processes')) {
        add(['unshare', '--user', '--map-root-user', '--net', '--'], 'network');
      }
    }
    if (!root) active.add('user');
    else if (canBeReadByOthers()) {
      // A change of user takes the death signal away, so it is set once more.
      add(
        [
          'setpriv',
          `--reuid=${nobody}`,
          `--regid=${nobody}`,
          '--clear-groups',
          '--no-new-privs',
          '--pdeathsig',
          'KILL',
          '--',
        ],
        'user',
      );
    }
  }
  if (process.platform !== 'win32')
    add(['/bin/sh', '-c', 'ulimit -t 120; ulimit -c 0; ulimit -f 0; exec "$@"', 'sh'], 'cpu');

  const nodeFlags = permissionFlags();
  if (nodeFlags.length) active.add('permissions');
  return { active, wrap, nodeFlags };
}

/** An unprivileged child must reach this checkout and Node itself. */
function canBeReadByOthers(): boolean {
  const readable = (file: string): boolean => {
    for (let at = file; ; at = path.dirname(at)) {
      if ((fs.statSync(at).mode & 0o005) !== 0o005) return false;
      if (at === path.dirname(at)) return true;
    }
  };
  return readable(root) && readable(fs.realpathSync(process.execPath));
}

/**
 * Node's permission model with reading allowed for the library and the packages alone. Lessons' sources, specs, students'
 * work and the compiled copies of these in the loader's cache stay out of reach. Nothing can be written.
 */
function permissionFlags(): string[] {
  const [major] = process.versions.node.split('.').map(Number);
  const flag = major >= 24 ? '--permission' : '--experimental-permission';
  const modules = path.join(root, 'node_modules');
  const packages = fs.readdirSync(modules).filter((name) => !name.startsWith('.'));
  const readable = [
    ...['package.json', 'tsconfig.json', 'lib/*', 'datasets/*'].map((name) => path.join(root, name)),
    ...packages.map((name) => path.join(modules, name, '*')),
    ...['lib', 'datasets'].map((name) => path.join(modules, '.cache', 'genlab', 'ts', name, '*')),
  ];
  const flags = [flag, ...readable.map((name) => `--allow-fs-read=${name}`)];
  return spawnSync(process.execPath, [...flags, '-e', '0'], { stdio: 'ignore' }).status === 0 ? flags : [];
}
