/** The files of a folder or a ZIP archive, as data. No name from an archive is ever used to write a file. */
import fs from 'node:fs';
import path from 'node:path';
import yauzl from 'yauzl';
import { UserError } from '../../errors';
import { diskError } from './storage';

export interface Found {
  /** From the top of the folder or archive on, with `/`; a file of an archive in it stands behind that one's name. */
  readonly name: string;
  /** When it was last changed, as far as that is known. */
  readonly changed: Date;
  /** Reads it whole. */
  bytes(): Promise<Buffer>;
}

export interface Listing {
  readonly files: readonly Found[];
  /** What was left out, with the reason. */
  readonly refused: readonly string[];
}

const limits = { file: 256 << 20, all: 8 * 2 ** 30, files: 100_000, nested: 512 << 20 };
/** What systems and Jupyter put beside people's files. */
const clutter = /(^|\/)(__MACOSX|\.ipynb_checkpoints|\.git|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)(\/|$)/;
const isArchive = (name: string): boolean => /\.zip$/i.test(name);

/** Lists a folder or a ZIP archive and the archives in it. @throws UserError where it is neither, or cannot be read */
export async function listSource(source: string): Promise<Listing> {
  const stat = fs.statSync(source, { throwIfNoEntry: false });
  if (!stat) throw new UserError(`there is no ${source}.`);
  if (!stat.isDirectory() && !isArchive(source)) {
    throw new UserError(`${source} is neither a folder nor a ZIP archive. To hand in one notebook, use genlab submit.`);
  }
  const refused: string[] = [];
  if (!stat.isDirectory()) return { files: await listArchive(source, '', refused), refused };
  const files: Found[] = [];
  for (const one of listFolder(source, refused)) {
    if (!isArchive(one.name)) files.push(one);
    else files.push(...(await nested(one, refused)));
  }
  return { files, refused };
}

function listFolder(folder: string, refused: string[]): Found[] {
  const files: Found[] = [];
  const visit = (at: string): void => {
    for (const entry of fs.readdirSync(at, { withFileTypes: true })) {
      const file = path.join(at, entry.name);
      const name = path.relative(folder, file).split(path.sep).join('/');
      if (clutter.test(name)) continue;
      if (entry.isDirectory()) visit(file);
      else if (!entry.isFile())
        refused.push(`${name}: it is ${entry.isSymbolicLink() ? 'a link' : 'no ordinary file'}`);
      else {
        const { size, mtime } = fs.statSync(file);
        if (size > limits.file) refused.push(`${name}: ${tooLarge(size)}`);
        else files.push({ name, changed: mtime, bytes: () => readFile(file) });
      }
      if (files.length > limits.files) throw new UserError(`${folder} holds more than ${limits.files} files.`);
    }
  };
  try {
    visit(folder);
  } catch (error) {
    throw diskError(`${folder} cannot be read`, error);
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const tooLarge = (size: number): string =>
  `it has ${Math.round(size / 2 ** 20)} MB, and at most ${limits.file >> 20} are read`;

function readFile(file: string): Promise<Buffer> {
  return fs.promises.readFile(file).catch((error: unknown) => {
    throw diskError(`${file} cannot be read`, error);
  });
}

/** The files of an archive that lies among others: a student sent it. */
async function nested(one: Found, refused: string[]): Promise<Found[]> {
  try {
    return await listArchive(await one.bytes(), `${one.name}/`, refused);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    refused.push(`${one.name}: ${error.message}`);
    return [];
  }
}

/** @param inside what stands before the names in it: empty for the outermost archive, the only one that may hold others */
async function listArchive(source: string | Buffer, inside: string, refused: string[]): Promise<Found[]> {
  const damaged = (error: unknown): never => {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`${typeof source === 'string' ? source : 'it'} is no ZIP archive that can be read: ${why}`);
  };
  // Names are decoded here: one hostile name must not cost all others their place.
  const options = { autoClose: false, decodeStrings: false, lazyEntries: true };
  const zip = await (
    typeof source === 'string' ? yauzl.openPromise(source, options) : yauzl.fromBufferPromise(source, options)
  ).catch(damaged);
  const files: Found[] = [];
  let total = 0;
  try {
    if (zip.entryCount > limits.files)
      throw new UserError(`${inside || String(source)} holds more than ${limits.files} files.`);
    for await (const entry of zip.eachEntry()) {
      const { name, why } = nameOf(entry);
      if (why === undefined && (name.endsWith('/') || clutter.test(name))) continue;
      const refusal = why ?? refusalOf(entry);
      if (refusal === undefined) total += entry.uncompressedSize;
      if (total > limits.all) throw new UserError(`${inside || String(source)} holds more than 8 GB.`);
      if (refusal !== undefined) refused.push(`${inside}${name.replace(/\p{Cc}/gu, '?')}: ${refusal}`);
      else {
        const bytes = (): Promise<Buffer> => readEntry(source, entry);
        const one = { name: `${inside}${name}`, changed: entry.getLastModDate(), bytes };
        if (!isArchive(name)) files.push(one);
        else if (inside !== '') refused.push(`${inside}${name}: it is an archive in an archive in an archive`);
        else files.push(...(await nested(one, refused)));
      }
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    damaged(error);
  } finally {
    zip.close();
  }
  return files;
}

function nameOf(entry: yauzl.Entry): { name: string; why?: string } {
  const { generalPurposeBitFlag: flags, extraFields } = entry;
  const raw = entry.fileName as unknown as Buffer; // decodeStrings is off
  let name: string;
  try {
    name = yauzl.getFileNameLowLevel(flags, raw, extraFields, false);
  } catch {
    return { name: raw.toString('latin1'), why: 'its name cannot be read' };
  }
  const why = yauzl.validateFileName(name);
  return why === null ? { name } : { name, why: `its name leads out of the archive` };
}

function refusalOf(entry: yauzl.Entry): string | undefined {
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (kind === 0o120000) return 'it is a link';
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000) return 'it is no ordinary file';
  if (entry.isEncrypted()) return 'it is encrypted';
  const most = /\.zip$/i.test(String(entry.fileName)) ? limits.nested : limits.file;
  return entry.uncompressedSize > most ? tooLarge(entry.uncompressedSize) : undefined;
}

/** Opens the archive once more: entries are read one by one, long after they were listed. */
async function readEntry(source: string | Buffer, entry: yauzl.Entry): Promise<Buffer> {
  const options = { autoClose: false, decodeStrings: false, lazyEntries: true };
  const zip = await (typeof source === 'string'
    ? yauzl.openPromise(source, options)
    : yauzl.fromBufferPromise(source, options));
  try {
    const parts: Buffer[] = [];
    // The size that the archive states is held to: an entry that unpacks to more is an error.
    for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Buffer);
    return Buffer.concat(parts);
  } catch (error) {
    throw new UserError(`it cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    zip.close();
  }
}
