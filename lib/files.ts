/** What needs Node's file system, kept out of the rooms that a browser can run. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { UserError } from './errors';
import type { CheckpointStore } from './training';

/** Keeps checkpoints as files in a folder, which is made when the first one is written. */
export function fileStore(folder: string): CheckpointStore {
  const fileOf = (name: string) => {
    if (!/^[\p{L}\p{N}][\p{L}\p{N} .,_=-]*$/u.test(name)) {
      throw new UserError(`'${name}' cannot be a file's name: letters, digits, spaces and . , _ = - are possible.`);
    }
    return path.join(folder, name);
  };
  return {
    async read(name) {
      try {
        return await fs.readFile(fileOf(name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(name, bytes) {
      const file = fileOf(name);
      const temporary = `${file}.${process.pid}.part`;
      await fs.mkdir(folder, { recursive: true });
      await fs.writeFile(temporary, bytes);
      await fs.rename(temporary, file); // whole or not at all
    },
  };
}
