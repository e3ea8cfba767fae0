/** Files of a class: written whole or not at all, and every refusal of the disk told in a sentence. */
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Make room and run the command again; what was there before is unharmed',
  EDQUOT: 'the quota of the disk is used up. Make room and run the command again; what was there before is unharmed',
  EROFS: 'the disk is read-only',
  EACCES: 'there is no permission for it',
  EPERM: 'there is no permission for it',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  ENOENT: 'it does not exist',
  ENAMETOOLONG: 'the name is too long for this disk',
  EMFILE: 'too many files are open on this machine',
  EIO: 'the disk reports an error of its own',
};
/** What the machine lacks, not what the person did: exit code 3. */
const ofTheMachine = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'EIO']);

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Runs `work`; a refusal of the file system becomes a UserError that begins with `what`, such as `class.json cannot be written`. */
export function withDisk<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(what, error);
  }
}

/** The error to throw in place of one of the file system's; anything else is handed back as it is. */
export function diskError(what: string, error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof UserError || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  return new UserError(`${what}: ${reasons[code] ?? code}.`, ofTheMachine.has(code) ? 3 : 1);
}

/** Writes a whole file, on the disk before this returns. A file that was there stays as it was if anything goes wrong. */
export function writeWhole(file: string, content: string | Buffer): void {
  withDisk(`${file} cannot be written`, () => {
    const temporary = writeBeside(file, content);
    try {
      fs.renameSync(temporary, file);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(path.dirname(file));
  });
}

/** Like `writeWhole`, for a file that must not be there yet. @returns false where it is, and nothing is written then */
export function writeNew(file: string, content: string | Buffer): boolean {
  return withDisk(`${file} cannot be written`, () => {
    const temporary = writeBeside(file, content);
    try {
      return claim(temporary, file);
    } finally {
      fs.rmSync(temporary, { force: true });
      syncFolder(path.dirname(file));
    }
  });
}

/** Gives a written file its name, unless the name is taken. */
function claim(temporary: string, file: string): boolean {
  try {
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
  }
  try {
    fs.copyFileSync(temporary, file, fs.constants.COPYFILE_EXCL); // a disk without hard links
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    fs.rmSync(file, { force: true });
    throw error;
  }
}

let written = 0;

function writeBeside(file: string, content: string | Buffer): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}-${written++}.tmp`);
  const handle = fs.openSync(temporary, 'wx');
  try {
    fs.writeFileSync(handle, content);
    fs.fsyncSync(handle);
  } catch (error) {
    fs.closeSync(handle);
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  fs.closeSync(handle);
  return temporary;
}

/** A name is on the disk when its folder is. Windows and some network disks have no such thing. */
function syncFolder(folder: string): void {
  try {
    const handle = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    // The file itself is written; after a power cut its name may be missing.
  }
}

/** Adds a line to a file, on the disk before this returns. A last line that a crash cut off is closed first. */
export function appendLine(file: string, line: string): void {
  withDisk(`${file} cannot be written`, () => {
    const handle = fs.openSync(file, 'a+');
    try {
      const { size } = fs.fstatSync(handle);
      const last = Buffer.alloc(1);
      if (size > 0) fs.readSync(handle, last, 0, 1, size - 1);
      fs.writeSync(handle, `${size > 0 && last[0] !== 10 ? '\n' : ''}${line}\n`);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  });
}
