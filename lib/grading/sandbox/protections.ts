/** What a machine offers against hostile code, what grading cannot do without, and how to get what is missing. */
import { UserError } from '../../errors';
import { probe } from './platform';

export const protections = [
  'permissions', // Node's permission model: files, processes, threads, addons, inspector
  'files', // a file system of its own, read-only, that holds the library and nothing else of the course
  'network', // no network, not even to this machine
  'processes', // a process namespace of its own: no other process can be seen or killed
  'user', // an unprivileged user
  'tasks', // a limit on processes and threads
  'cpu', // a limit on CPU seconds; no core dumps; no file can grow
  'heap', // V8's limit
  'memory', // a limit on memory of any kind, or resident memory watched from outside
  'orphans', // the child dies with the grader
] as const;
export type Protection = (typeof protections)[number];

const descriptions: Readonly<Record<Protection, string>> = {
  permissions: 'files, processes and addons closed by Node',
  files: 'a read-only file system without the course in it',
  network: 'no network',
  processes: 'no sight of other processes',
  user: 'an unprivileged user',
  tasks: 'a limited number of processes',
  cpu: 'limited CPU time',
  heap: 'limited heap',
  memory: 'limited memory',
  orphans: 'nothing outlives the grader',
};

/** What must be prevented before a stranger's code may run, and the protections any one of which prevents it. */
const needs: readonly { readonly danger: string; readonly any: readonly Protection[] }[] = [
  { danger: 'read solutions, specs and other submissions', any: ['permissions', 'files'] },
  { danger: 'use the network', any: ['network'] },
  { danger: 'start processes without end', any: ['permissions', 'tasks'] },
];

/** What keeps student code in on this machine, and what is wanting, in words. */
export function sandboxReport(active: ReadonlySet<Protection> = probe().active): {
  active: string[];
  missing: string[];
} {
  const told = (wanted: boolean): string[] =>
    protections.filter((one) => active.has(one) === wanted).map((one) => descriptions[one]);
  return { active: told(true), missing: told(false) };
}

/** What student code could do on this machine that it must not; nothing where grading is safe. */
export function weaknesses(active: ReadonlySet<Protection> = probe().active): string[] {
  return needs.filter(({ any }) => !any.some((one) => active.has(one))).map(({ danger }) => danger);
}

/** How to get what is missing, one line each. */
export function sandboxRemedies(
  active: ReadonlySet<Protection> = probe().active,
  platform: NodeJS.Platform = process.platform,
): string[] {
  const lacks = (...names: Protection[]): boolean => names.some((one) => !active.has(one));
  const lines: string[] = [];
  if (lacks('permissions')) lines.push('Node 20.19 or newer has the permission model: update Node.');
  if (platform === 'linux' && lacks('files', 'network', 'processes', 'user', 'tasks')) {
    lines.push(
      'On Linux, install bubblewrap (apt install bubblewrap, dnf install bubblewrap); util-linux brings unshare, setpriv and prlimit.',
      'Where user namespaces are closed (Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns), open them or grade as root.',
      'In a container, start it with --security-opt seccomp=unconfined, or with --cap-add SYS_ADMIN.',
    );
  }
  if (platform === 'darwin' && lacks('network', 'tasks')) {
    lines.push('On macOS, sandbox-exec closes network and processes; where it is refused, grade in a Linux container.');
  }
  if (platform === 'win32') {
    lines.push(
      'On Windows, grade inside WSL 2 or in a Linux container; Node 25 or newer closes the network by itself.',
    );
  }
  return lines;
}

/**
 * Refuses to go on where student code could get out.
 * @throws UserError with exit code 3 that says what could happen here and how to prevent it
 */
export function demandSandbox(
  active: ReadonlySet<Protection> = probe().active,
  platform: NodeJS.Platform = process.platform,
): void {
  const weak = weaknesses(active);
  if (!weak.length) return;
  const lines = [
    `on this machine the code of a submission could ${weak.join(', and ')}, so nothing was graded.`,
    `Missing: ${sandboxReport(active).missing.join(', ')}.`,
    ...sandboxRemedies(active, platform),
    'For notebooks that you trust, --allow-weak-sandbox grades all the same.',
  ];
  throw new UserError(lines.join('\n'), 3);
}
