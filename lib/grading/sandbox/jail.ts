/**
 * A file system for one child that holds the system's programs, Node, the library and the packages, all read-only, and
 * nothing else: no home, no temporary files, no lesson's source, no spec, no submission.
 */
import fs from 'node:fs';
import path from 'node:path';

export const root = fs.realpathSync(path.resolve(__dirname, '..', '..', '..'));
const modules = path.join(root, 'node_modules');
const cache = path.join(modules, '.cache');

/** Folders under node_modules/.cache that a child needs: the compiled library. What was compiled of specs stays outside. */
const caches = (): string[] =>
  ['ts/lib', 'ts/datasets', 'pack'].map((name) => path.join(cache, 'genlab', name)).filter((at) => fs.existsSync(at));

const library = (): string[] =>
  ['package.json', 'tsconfig.json', 'lib', 'datasets'].map((name) => path.join(root, name)).filter(fs.existsSync);

/** `/usr`, the links beside it, and Node where it lies elsewhere. */
function system(): { folders: string[]; links: [target: string, at: string][] } {
  const links: [string, string][] = [];
  const folders = ['/usr', '/etc/alternatives', '/etc/ld.so.cache'];
  for (const at of ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']) {
    const stat = fs.lstatSync(at, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink()) links.push([fs.readlinkSync(at), at]);
    else if (stat) folders.push(at);
  }
  const node = fs.realpathSync(process.execPath);
  if (!node.startsWith('/usr/')) folders.push(node);
  return { folders: folders.filter((at) => fs.existsSync(at)), links };
}

/** The command line of bubblewrap before the child's own. */
export function bubblewrap(program: string): string[] {
  const { folders, links } = system();
  const made = new Set(['/']);
  // The folders on the way to a bound one are made by hand: bubblewrap would make them for its own user alone.
  const reach = (at: string): string[] => {
    const parent = path.dirname(at);
    if (made.has(parent) || folders.some((folder) => parent === folder || parent.startsWith(`${folder}/`))) return [];
    made.add(parent);
    return [...reach(parent), '--dir', parent];
  };
  const bind = (at: string): string[] => [...reach(at), '--ro-bind', at, at];
  return [
    program,
    ...[
      '--unshare-net',
      '--unshare-ipc',
      '--unshare-pid',
      '--unshare-uts',
      '--unshare-cgroup-try',
      '--die-with-parent',
    ],
    ...folders.flatMap(bind),
    ...links.flatMap(([target, at]) => ['--symlink', target, at]),
    ...[...library(), modules].flatMap(bind),
    ...(fs.existsSync(cache) ? ['--tmpfs', cache] : []),
    ...caches().flatMap(bind),
    ...['--remount-ro', '/', '--chdir', '/', '--'],
  ];
}

/**
 * The same by hand, inside a mount namespace (`unshare --mount`). `$1` is an empty folder, the paths to show follow up to
 * `--`, then the command. Every mount is gone with the namespace.
 */
const script = `set -e
j=$1; shift
mount -t tmpfs -o mode=755,size=1m,nosuid,nodev none "$j"
while [ "$1" != -- ]; do
  case $1 in
    empty:*) mount -t tmpfs -o mode=755,size=64k,nosuid,nodev none "$j\${1#empty:}" ;;
    link:*) p=\${1#link:}; ln -s "\${p%%:*}" "$j\${p#*:}" ;;
    *) if [ -d "$1" ]; then mkdir -p "$j$1"; else mkdir -p "$j\${1%/*}"; : > "$j$1"; fi
       mount -o bind,ro "$1" "$j$1" ;;
  esac
  shift
done
shift
mount -o remount,ro "$j"
exec chroot "$j" "$@"`;

export function mountJail(folder: string): string[] {
  const { folders, links } = system();
  const shownCaches = caches();
  // The empty cover of the cache must have the folders in it that are mounted there, so these are named below it.
  return [
    ...['/bin/sh', '-c', script, 'sh', folder],
    ...folders,
    ...links.map(([target, at]) => `link:${target}:${at}`),
    ...library(),
    modules,
    ...(fs.existsSync(cache) ? [`empty:${cache}`] : []),
    ...shownCaches,
    '--',
  ];
}
