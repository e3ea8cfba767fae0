/** A lock that its owner's death opens: a file that names the process. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../../errors';
import { withDisk, writeNew } from './storage';

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the machine's own count: a number that another process took over is told apart. */
  readonly born: string;
  /** ISO 8601. */
  readonly since: string;
  readonly doing: string;
}

export interface Lock {
  release(): void;
}

/** Every lock that this process holds, so that an error on the way out leaves none behind. */
const held = new Set<string>();
process.on('exit', () => held.forEach((file) => fs.rmSync(file, { force: true })));

/**
 * Takes the lock `file`. A lock whose owner is gone, killed at whatever moment, is taken over.
 * @param doing what the owner does, in a few words: others are told
 * @param patience seconds to wait for an owner that is at work
 * @throws UserError that names the owner
 */
export async function takeLock(file: string, doing: string, patience = 0): Promise<Lock> {
  const me: Owner = {
    pid: process.pid,
    host: os.hostname(),
    born: bornAt(process.pid),
    since: new Date().toISOString(),
    doing,
  };
  const until = performance.now() + patience * 1000;
  for (let wait = 5; ; wait = Math.min(wait * 1.5, 200)) {
    if (writeNew(file, `${JSON.stringify(me)}\n`)) {
      held.add(file);
      return {
        release() {
          held.delete(file);
          fs.rmSync(file, { force: true });
        },
      };
    }
    const text = read(file);
    if (text === undefined) continue; // given back just now
    const owner = parse(text);
    if (isGone(owner)) {
      removeStale(file, text);
      continue;
    }
    if (performance.now() > until) throw new UserError(refusal(file, owner));
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Moves a dead owner's lock away: by its content, so that a lock which somebody took meanwhile is put back. */
function removeStale(file: string, text: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return; // another process was quicker
  }
  if (read(aside) !== text) {
    try {
      fs.linkSync(aside, file);
    } catch {
      // A third process holds it by now.
    }
  }
  fs.rmSync(aside, { force: true });
}

function read(file: string): string | undefined {
  return withDisk(`${file} cannot be read`, () => {
    try {
      return fs.readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  });
}

function parse(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    return typeof owner?.pid === 'number' && typeof owner.host === 'string' ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

function isGone(owner: Owner | undefined): boolean {
  if (!owner) return true; // locks appear whole: what cannot be read is nobody's
  if (owner.host !== os.hostname()) return false; // another machine's processes cannot be seen from here
  if (owner.pid === process.pid) return owner.born !== bornAt(process.pid);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  return owner.born !== bornAt(owner.pid);
}

/** Start time of a process where the system tells it (Linux), else nothing. */
function bornAt(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return 'dead'; // killed, and its parent has not looked yet
    return `${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    return '';
  }
}

function refusal(file: string, owner: Owner | undefined): string {
  const who = owner ? `process ${owner.pid} on ${owner.host}, ${owner.doing}, since ${owner.since}` : 'another process';
  const elsewhere = owner?.host !== os.hostname();
  const way = elsewhere
    ? `It runs on another machine, so genlab cannot see whether it still does. If it does not, delete ${file}.`
    : 'Wait until it is done, or stop it.';
  return `${path.basename(path.dirname(file))} is in use: ${who}. ${way}`;
}
