/**
 * Control groups, where this process may make them: a group of its own for each child, with a limit on processes that holds
 * whichever user they run as, and one that can be killed whole. Version 2, and version 1 where a machine still has it.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const prefix = 'genlab-';

/** The folder below which groups can be made, found by making one; nothing where there is none. */
export function findGroups(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return candidates().find((folder) => {
    try {
      sweep(folder);
      const trial = makeGroup(folder, 8);
      fs.rmdirSync(trial);
      return true;
    } catch {
      return false;
    }
  });
}

/** This process's own group and the one above it, of the hierarchy that limits processes. */
function candidates(): string[] {
  try {
    const lines = fs.readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
    const found = lines.flatMap((line): string[] => {
      const [, names, at] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      if (at === undefined) return [];
      const base =
        names === '' ? '/sys/fs/cgroup' : names.split(',').includes('pids') ? '/sys/fs/cgroup/pids' : undefined;
      return base === undefined ? [] : [path.join(base, at), path.join(base, at, '..')];
    });
    return [...new Set(found)].filter((folder) => folder.startsWith('/sys/fs/cgroup') && fs.existsSync(folder));
  } catch {
    return [];
  }
}

/** @throws where the group cannot be made or does not limit processes */
export function makeGroup(folder: string, tasks: number): string {
  const group = path.join(folder, `${prefix}${process.pid}-${crypto.randomBytes(6).toString('hex')}`);
  fs.mkdirSync(group);
  try {
    fs.writeFileSync(path.join(group, 'pids.max'), String(tasks));
    fs.accessSync(path.join(group, 'cgroup.procs'), fs.constants.W_OK);
  } catch (error) {
    fs.rmdirSync(group);
    throw error;
  }
  return group;
}

/** The command that joins a group before it becomes what follows. */
export const joinGroup = (group: string): string[] => [
  ...['/bin/sh', '-c', 'echo $$ > "$1" && shift && exec "$@"', 'sh', path.join(group, 'cgroup.procs')],
];

/** Kills what is in a group, if anything, and removes it. Tries again while the last processes are going. */
export function removeGroup(group: string, tries = 50): void {
  try {
    for (const pid of fs.readFileSync(path.join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
      process.kill(Number(pid), 'SIGKILL');
    }
    fs.rmdirSync(group);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    if (tries > 0) setTimeout(() => removeGroup(group, tries - 1), 20).unref();
  }
}

/** Removes groups of graders that were killed. */
function sweep(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !fs.existsSync(`/proc/${pid}`)) removeGroup(path.join(folder, name), 0);
  }
}
