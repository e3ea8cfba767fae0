/** Finds out by trying which protections this machine has, and builds the command line that a child is started with. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findGroups, joinGroup } from './cgroups';
import { bubblewrap, mountJail, root } from './jail';
import type { Protection } from './protections';

/** What one child may use. Memory in megabytes. */
export interface Limits {
  readonly heap: number;
  /** Of any kind, the heap among it. */
  readonly memory: number;
  /** CPU seconds in its whole life. */
  readonly cpu: number;
  /** Processes and threads; Node itself has about 12. */
  readonly tasks: number;
}

export interface Platform {
  readonly active: ReadonlySet<Protection>;
  /** What to put before `node …`. `folder` is empty and the child's own; `group` is its control group, where there are any. */
  wrap(limits: Limits, folder: string, group?: string): string[];
  /** Node's own flags. */
  readonly nodeFlags: readonly string[];
  /** Where control groups can be made. */
  readonly groups?: string;
}

/** Layers to go without, to see what the others hold by themselves. For tests. */
export type Without = 'bubblewrap' | 'mounts' | 'permissions' | 'rlimits' | 'groups' | 'namespaces';

/** Where a child's wrappers are found, whatever the grader's own PATH says. */
export const searchPath = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

export const defaultLimits: Limits = { heap: 256, memory: 1000, cpu: 120, tasks: 48 };

let platform: Platform | undefined;

/** Finds out once a process. */
export function probe(): Platform {
  return (platform ??= findOut(new Set((process.env.GENLAB_SANDBOX_WITHOUT ?? '').split(',') as Without[])));
}

type Layer = (limits: Limits, folder: string) => string[];

export function findOut(without: ReadonlySet<Without> = new Set()): Platform {
  const active = new Set<Protection>(['heap']);
  const layers: Layer[] = [];
  const trial = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-probe-'));
  const add = (layer: Layer | undefined, ...gains: Protection[]): boolean => {
    // What can keep Node itself from starting is tried with Node; a shell is quicker.
    const program = gains.some((gain) => gain !== 'orphans' && gain !== 'user') ? tryNode : tryShell;
    if (!layer || !runs([...layers, layer], trial, program)) return false;
    layers.push(layer);
    gains.forEach((gain) => active.add(gain));
    return true;
  };
  try {
    const nodeFlags = without.has('permissions') ? [] : permissionFlags();
    if (nodeFlags.length) active.add('permissions');
    const groups = without.has('groups') ? undefined : findGroups();
    if (groups !== undefined) active.add('tasks');
    if (process.platform === 'linux') linux(add, active, without);
    if (process.platform === 'darwin') add(() => ['sandbox-exec', '-p', profile], 'network', 'tasks');
    if (!active.has('cpu') && process.platform !== 'win32') add(shellLimits, 'cpu');
    if (!active.has('user') && process.getuid?.() !== undefined && process.getuid() !== 0) active.add('user');
    if (!active.has('network') && closesNetwork(nodeFlags)) active.add('network');
    return {
      active,
      nodeFlags,
      ...(groups === undefined ? {} : { groups }),
      wrap: (limits, folder, group) => [
        ...(group === undefined ? [] : joinGroup(group)),
        ...layers.flatMap((layer) => layer(limits, folder)),
      ],
    };
  } finally {
    fs.rmSync(trial, { recursive: true });
  }
}

type Add = (layer: Layer | undefined, ...gains: Protection[]) => boolean;

/** From the outside in; each layer is tried inside those before it. */
function linux(add: Add, active: Set<Protection>, without: ReadonlySet<Without>): void {
  const superuser = process.getuid?.() === 0;
  const deathSignal = ['setpriv', '--pdeathsig', 'KILL'];
  active.add('memory'); // watched through /proc
  add(() => [...deathSignal, '--'], 'orphans');

  const own = ['--net', '--ipc', '--uts', '--pid', '--fork', '--kill-child'];
  const asRoot = superuser ? [] : ['--user', '--map-root-user'];
  const bwrap = without.has('bubblewrap') || without.has('namespaces') ? undefined : findProgram('bwrap');
  const jailed =
    add(bwrap === undefined ? undefined : () => bubblewrap(bwrap), 'files', 'network', 'processes') ||
    (!without.has('mounts') &&
      !without.has('namespaces') &&
      add(
        (_, folder) => ['unshare', ...asRoot, '--mount', ...own, '--', ...mountJail(folder)],
        'files',
        'network',
        'processes',
      ));
  if (!jailed && !without.has('namespaces')) {
    void (
      add(() => ['unshare', ...asRoot, ...own, '--'], 'network', 'processes') ||
      add(() => ['unshare', ...asRoot, '--net', '--'], 'network')
    );
  }

  // A change of user takes the death signal away, so it is set once more. Inside a jail nothing else need be readable.
  const unprivileged = ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--pdeathsig', 'KILL', '--'];
  let alone = !superuser && active.has('processes'); // processes are counted by user and user namespace
  if (!superuser) {
    add(() => ['setpriv', ...unprivileged], 'user');
  } else if (jailed || canBeReadByOthers()) {
    const drop = (user: () => number): Layer => {
      return () => {
        const id = user();
        return ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', ...unprivileged];
      };
    };
    alone = add(drop(unusedUser), 'user') || add(drop(dynamicUser), 'user');
    if (!alone)
      add(
        drop(() => nobody),
        'user',
      );
  }
  if (without.has('rlimits')) return;
  const limited = ({ cpu, memory, tasks }: Limits, counted: boolean): string[] => [
    ...['prlimit', `--cpu=${cpu}`, '--core=0', '--fsize=0', '--nofile=64', `--data=${memory << 20}`],
    ...(counted ? [`--nproc=${tasks}`] : []),
    '--',
  ];
  if (alone && active.has('user') && add((limits) => limited(limits, true), 'cpu', 'tasks')) return;
  add((limits) => limited(limits, false), 'cpu');
}

const nobody = 65534;
let users = process.pid;

/** A number that no user has, another one each time: what it runs can be counted, and touches no other child. */
const unusedUser = (): number => 1_900_000_000 + ((users++ * 7919) % 100_000_000);
/** The range that systems keep for such users, for containers that have no higher numbers. */
const dynamicUser = (): number => 61_184 + ((users++ * 7919) % 4_336);

const shellLimits: Layer = ({ cpu }) => [
  ...['/bin/sh', '-c', `ulimit -t ${cpu}; ulimit -c 0; ulimit -f 0; exec "$@"`, 'sh'],
];

/** macOS's own sandbox: everything is denied that a child has no use for. */
const profile =
  '(version 1)(allow default)(deny network*)(deny process-fork)(deny file-write*)(deny signal (target others))';

function findProgram(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => path.isAbsolute(file) && fs.existsSync(file));
}

const tryNode = [process.execPath, '-e', 'process.exit(7)'];
const tryShell = ['/bin/sh', '-c', 'exit 7'];

/** Whether a program starts inside these layers. */
function runs(layers: readonly Layer[], folder: string, command: readonly string[]): boolean {
  const [program, ...args] = [...layers.flatMap((layer) => layer(defaultLimits, folder)), ...command];
  return spawnSync(program, args, { stdio: 'ignore', timeout: 20_000, env: { PATH: searchPath } }).status === 7;
}

/** Node 25 and newer ask their permission model before they connect. */
function closesNetwork(nodeFlags: readonly string[]): boolean {
  if (!nodeFlags.length) return false;
  const script = "require('net').connect(9, '127.0.0.1').on('error', (error) => console.log(error.code))";
  const { stdout } = spawnSync(process.execPath, [...nodeFlags, '-e', script], { encoding: 'utf8', timeout: 20_000 });
  return stdout.trim() === 'ERR_ACCESS_DENIED';
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
    ...['ts/lib', 'ts/datasets', 'pack'].map((name) => path.join(modules, '.cache', 'genlab', name, '*')),
  ];
  const flags = [flag, ...readable.map((name) => `--allow-fs-read=${name}`)];
  return spawnSync(process.execPath, [...flags, '-e', '0'], { stdio: 'ignore' }).status === 0 ? flags : [];
}
