import fs from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { sourceMaps, transpile } from '../../setup/register.js';
import type { ConfigureCommand } from '../protocol';

/** What Node's own loader has and its types do not tell of. */
interface LoadedModule extends NodeModule {
  load(file: string): void;
  _compile(js: string, file: string): void;
}
interface Loader {
  readonly prototype: LoadedModule;
  readonly _extensions: Record<string, unknown>;
  _nodeModulePaths(folder: string): string[];
}
const loader = Module as unknown as Loader;

export const inPackage = (file: string): boolean => file.includes(`${path.sep}node_modules${path.sep}`);

/** Modules whose top level awaits something. */
const pending = new Map<string, Promise<unknown>>();

const moduleStatement = /^\s*(?:import\s*[\w$*{'"]|export\s*[\w$*{])/m;

/** Is it that the file's top level awaits something? Nodes differ in how they say so. */
const isAwaitOutside = (error: unknown): boolean =>
  error instanceof Error &&
  (/await is only valid|Unexpected reserved word/.test(error.message) ||
    (error as NodeJS.ErrnoException).code === 'ERR_REQUIRE_ASYNC_MODULE');

/**
 * Loads a person's own files as CommonJS whatever they are written in (`.ts`, `.mts`, `.tsx`, JavaScript with `import`), so
 * that one that was edited can be loaded again: what Node has once imported as an ES module it keeps for good.
 */
export function installProjectFiles({ root, emit = {} }: ConfigureCommand): void {
  const library = path.join(root, 'lib') + path.sep;
  const load = loader.prototype.load;
  loader._extensions['.tsx'] ??= loader._extensions['.ts']; // where `./x` is looked for
  loader.prototype.load = function loadProjectFile(file) {
    const kind = path.extname(file);
    if (inPackage(file) || file.startsWith(library) || !/^\.(?:m?js|[cm]?ts|tsx)$/.test(kind))
      return load.call(this, file);
    const source = fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    if (kind === '.js' && !moduleStatement.test(source)) return load.call(this, file);
    this.filename = file;
    this.paths = loader._nodeModulePaths(path.dirname(file));
    const { js, map } = transpile(file, source, emit);
    sourceMaps.set(file, map);
    try {
      this._compile(js, file);
    } catch (error) {
      if (!isAwaitOutside(error)) throw error;
      const holder = this as LoadedModule & { awaited?: Promise<unknown> };
      this._compile(`module.awaited = (async () => {${js}\n})();`, file);
      if (holder.awaited) pending.set(file, holder.awaited);
    }
    this.loaded = true;
  };
}

/** Waits for the top level of every file that was loaded just now. One that fails is forgotten. */
export async function topLevelsDone(): Promise<void> {
  for (const [file, awaited] of pending) {
    pending.delete(file);
    try {
      await awaited;
    } catch (error) {
      delete require.cache[file];
      throw error;
    }
  }
}
