/** Keeps the pack that children start from (see unpack.ts) in step with the library. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './jail';
import type { PackIndex } from './unpack';

export const loader = path.join(root, 'lib', 'setup', 'register.js');
/** V8's flags, the same for the pack's making and its use: else what was compiled is thrown away. */
export const engineFlags = (heap: number): string[] => [`--max-old-space-size=${heap}`, '--no-warnings', '--no-addons'];

const packs = path.join(root, 'node_modules', '.cache', 'genlab', 'pack');
const sources = ['lib', 'datasets'];

/** Every file that a child may load, of the library's own. */
function libraryFiles(): string[] {
  return sources.flatMap((name) => {
    const folder = path.join(root, name);
    if (!fs.existsSync(folder)) return [];
    return fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
  });
}

/**
 * Compiles the library into the loader's cache, so that a child, which may not write there, finds there what its pack
 * lacks.
 */
function compileLibrary(files: readonly string[]): void {
  const { transpile } = createRequire(__filename)(loader) as { transpile(file: string, source: string): unknown };
  for (const file of files) transpile(file, fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
}

let found: { folder: string | undefined } | undefined;

/**
 * The folder of a pack that fits the library as it stands. Made where there is none, which takes seconds; looked for once
 * a process. Nothing where it cannot be kept (a read-only checkout): children then start without one, and slower.
 */
export function findPack(): string | undefined {
  found ??= { folder: find() };
  return found.folder;
}

function find(): string | undefined {
  compileLibrary(libraryFiles());
  const known = list().find(isCurrent);
  if (known !== undefined) return known;
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Packs, the newest first. */
function list(): string[] {
  if (!fs.existsSync(packs)) return [];
  return fs
    .readdirSync(packs)
    .filter((name) => name.startsWith('pack-'))
    .map((name) => path.join(packs, name))
    .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
}

/** Whether every file in a pack still is what it was. */
function isCurrent(folder: string): boolean {
  try {
    const stamps = JSON.parse(fs.readFileSync(path.join(folder, 'stamps.json'), 'utf8')) as Record<string, string>;
    return (
      stamps[''] === version && Object.entries(stamps).every(([file, stamp]) => file === '' || stampOf(file) === stamp)
    );
  } catch {
    return false;
  }
}

const version = `${process.version} ${process.arch}`;

function stampOf(file: string): string {
  const { size, mtimeMs } = fs.statSync(file);
  return `${size} ${mtimeMs}`;
}

function make(): string {
  fs.mkdirSync(packs, { recursive: true });
  const draft = fs.mkdtempSync(path.join(packs, 'draft-'));
  const run = (...args: string[]): void => {
    const { status, stderr } = spawnSync(process.execPath, [...engineFlags(256), '-r', loader, ...args], {
      encoding: 'utf8',
      env: { GENLAB_ENGINE: 'cpu', TZ: 'UTC' },
    });
    if (status !== 0) throw new Error(stderr);
  };
  try {
    run(path.join(__dirname, 'record.ts'), draft);
    run(path.join(__dirname, 'unpack.ts'), draft, '--compile');
    const { files } = JSON.parse(fs.readFileSync(path.join(draft, 'index.json'), 'utf8')) as PackIndex;
    const stamps = Object.fromEntries([loader, ...files].map((file) => [file, stampOf(file)]));
    fs.writeFileSync(path.join(draft, 'stamps.json'), JSON.stringify({ '': version, ...stamps }));
    fs.chmodSync(draft, 0o755);
    forgetOld();
    const folder = draft.replace('draft-', 'pack-');
    fs.renameSync(draft, folder); // whole or not at all, whoever else makes one
    return folder;
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Packs of a day ago serve no child that still runs. */
function forgetOld(): void {
  for (const name of fs.readdirSync(packs)) {
    const old = path.join(packs, name);
    if (Date.now() - fs.statSync(old).mtimeMs > 24 * 3600 * 1000) fs.rmSync(old, { recursive: true, force: true });
  }
}
