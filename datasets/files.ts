/** Where data sets lie on this machine, and reading them. The one part of this room that needs Node. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UserError } from '../lib/errors';
import { type Idx, parseIdx } from './idx';

const unzip = promisify(gunzip);

/** What a data file must be, as a manifest lists it. Size and checksum are those of the unpacked file. */
export interface DataFile {
  readonly name: string;
  readonly kind: string;
  readonly count: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** The folders that may hold a data set, in the order in which they are asked. */
export function dataFolders(dataset: string): string[] {
  const own = process.env.GENLAB_DATA;
  const cache =
    process.env.GENLAB_CACHE || path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'genlab');
  return [
    // The folder itself, a folder of several data sets, or an unpacked Debian package.
    ...(own ? [own, path.join(own, dataset), path.join(own, 'usr', 'share', 'datasets', dataset)] : []),
    path.join('/usr/share/datasets', dataset),
    path.join(cache, 'data', dataset),
  ];
}

/** The first folder with at least one of the files, so that a file missing from it is named instead of passed over. */
export function findFolder(dataset: string, files: readonly DataFile[]): string {
  const folders = dataFolders(dataset);
  const folder = folders.find((candidate) => files.some(({ name }) => fileIn(candidate, name)));
  if (folder) return folder;
  throw new UserError(
    `The data set ${dataset} is not on this machine. Looked in:\n${folders.map((f) => `  ${f}\n`).join('')}${howToGet(dataset)}`,
    3,
  );
}

/**
 * Reads one file, packed or plain, and proves that it is the one the manifest means.
 * @throws UserError that says what is wrong with it and how to get a good one
 */
export async function readDataFile(folder: string, dataset: string, expected: DataFile): Promise<Idx> {
  const file = fileIn(folder, expected.name);
  const complain = (what: string) => new UserError(`${what}\n${howToGet(dataset)}`, 3);
  if (!file) throw complain(`${path.join(folder, expected.name)}.gz is missing.`);
  const raw = await readFile(file);
  let idx: Idx;
  let bytes: Uint8Array;
  try {
    bytes = file.endsWith('.gz') ? await unzip(raw) : raw;
    idx = parseIdx(bytes, file);
  } catch (error) {
    if (error instanceof UserError) throw complain(error.message);
    throw complain(`${file} ${unzipFault(error)} (it has ${raw.length} bytes).`);
  }
  if (idx.kind !== expected.kind) {
    throw complain(`${file} holds ${idx.kind}, not ${expected.kind}. Were two files swapped?`);
  }
  if (idx.count !== expected.count) {
    throw complain(
      `${file} holds ${idx.count} ${idx.kind}, not ${expected.count}. Were training and test set swapped?`,
    );
  }
  if (createHash('sha256').update(bytes).digest('hex') !== expected.sha256) {
    throw complain(`${file} is damaged: its checksum is wrong.`);
  }
  return idx;
}

function fileIn(folder: string, name: string): string | undefined {
  return [path.join(folder, `${name}.gz`), path.join(folder, name)].find((file) => existsSync(file));
}

function unzipFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') return 'is truncated';
  return code === 'Z_DATA_ERROR' ? 'is damaged or not a gzip file' : `cannot be read: ${String(error)}`;
}

function howToGet(dataset: string): string {
  return [
    'Ways to get the data:',
    `  genlab data fetch             downloads it and checks it`,
    `  apt install dataset-${dataset}   Debian's package`,
    `  GENLAB_DATA=FOLDER            where you have the files already (.gz or unpacked)`,
  ].join('\n');
}
