import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { sourceMaps } from '../../setup/register.js';
import type { ConfigureCommand } from '../protocol';
import { inPackage, installProjectFiles, topLevelsDone } from './project-files';

/** Node's loader has hooks that its types do not tell of. */
interface Loader {
  _resolveFilename(request: string, parent: NodeModule | undefined, ...rest: unknown[]): string;
}
const loader = Module as unknown as Loader;

type Importer = (specifier: string) => Promise<object>;

/** A native `import()` as if written in a file of that name; our own would be compiled to `require`. */
const importerFrom = (file: string): Importer =>
  new Script('(specifier) => import(specifier)', {
    filename: pathToFileURL(file).href,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext();

const isBare = (specifier: string): boolean => !/^(\.{0,2}\/|node:|file:)/.test(specifier) && specifier !== '.';

/** Errors of `require` that say "this one is for `import`". */
const needsImport = new Set([
  'ERR_REQUIRE_ESM',
  'ERR_REQUIRE_ASYNC_MODULE',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_REQUIRE_CYCLE_MODULE',
]);

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** Hooks for what tsc resolves and Node does not: the tsconfig's `paths`, `./x.js` for `x.ts`, packages of the project. */
function installResolution({ root, paths }: ConfigureCommand): void {
  const original = loader._resolveFilename;
  const tslab = path.resolve(__dirname, '..', 'tslab.ts');
  const candidates = (request: string): string[] =>
    paths.flatMap(([pattern, targets]) => {
      const [head, tail] = pattern.split('*');
      if (tail === undefined) return request === head ? [...targets] : [];
      if (!request.startsWith(head) || !request.endsWith(tail)) return [];
      const middle = request.slice(head.length, request.length - tail.length);
      return targets.map((target) => target.replace('*', middle));
    });
  const project = new Module(path.join(root, 'index.js'));
  project.filename = project.id;
  project.paths = createRequire(project.id).resolve.paths('any-package') ?? [];
  loader._resolveFilename = function resolveForCells(request, parent, ...rest) {
    if (request === 'tslab') return tslab;
    const inside = parent?.filename ? inPackage(parent.filename) : false;
    if (!inside && isBare(request)) {
      for (const target of candidates(request)) {
        try {
          return original.call(this, target, parent, ...rest);
        } catch {
          // The next target, or the package of that name.
        }
      }
    }
    try {
      return original.call(this, request, parent, ...rest);
    } catch (error) {
      if (!inside && codeOf(error) === 'MODULE_NOT_FOUND') {
        for (const written of [/\.([cm]?)js$/, /\.(js)x?$/].map((ending, i) =>
          request.replace(ending, i ? '.tsx' : '.$1ts'),
        )) {
          if (written === request) continue;
          try {
            return original.call(this, written, parent, ...rest);
          } catch {
            // `./x.js` may stand for x.ts or x.tsx.
          }
        }
        if (isBare(request)) {
          try {
            return original.call(this, request, project, ...rest);
          } catch (second) {
            if (codeOf(second) !== 'MODULE_NOT_FOUND') throw second;
          }
        }
      }
      throw error;
    }
  };
}

const stamps = new Map<string, number>();
const stampOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -1;

/** Files of the project, as opposed to packages and the kernel itself. */
function projectModules(): NodeModule[] {
  const kernel = path.resolve(__dirname, '..', '..');
  const own = [path.join(kernel, 'kernel') + path.sep, path.join(kernel, 'setup') + path.sep];
  return Object.values(require.cache).filter(
    (module): module is NodeModule =>
      !!module &&
      path.isAbsolute(module.filename) &&
      !inPackage(module.filename) &&
      !own.some((folder) => module.filename.startsWith(folder)),
  );
}

/** Forgets every project file that was edited since it was loaded, and every file that imports one, at any distance. */
function forgetEdited(): void {
  const modules = projectModules();
  const stale = new Set(
    modules.filter(({ filename }) => stamps.has(filename) && stamps.get(filename) !== stampOf(filename)),
  );
  if (!stale.size) return;
  for (let before = -1; before !== stale.size;) {
    before = stale.size;
    for (const module of modules) if (module.children.some((child) => stale.has(child))) stale.add(module);
  }
  for (const { filename } of stale) {
    delete require.cache[filename];
    stamps.delete(filename);
    sourceMaps.delete(filename);
  }
}

function noteLoaded(): void {
  for (const { filename } of projectModules()) if (!stamps.has(filename)) stamps.set(filename, stampOf(filename));
}

const namespaces = new WeakMap<object, object>();

/** A CommonJS module as `import` sees it: its exports by name, and the whole as `default`. */
function namespaceOf(exported: unknown): object {
  if (exported === null || (typeof exported !== 'object' && typeof exported !== 'function'))
    return { default: exported };
  if ('__esModule' in exported || Object.prototype.toString.call(exported) === '[object Module]') return exported;
  let namespace = namespaces.get(exported);
  if (!namespace) {
    namespace = { ...exported, default: exported };
    for (const name of Object.getOwnPropertyNames(exported)) {
      if (name in namespace || name === 'prototype') continue;
      Object.defineProperty(namespace, name, {
        enumerable: false,
        get: () => (exported as Record<string, unknown>)[name],
      });
    }
    namespaces.set(exported, namespace);
  }
  return namespace;
}

/** Node's own way of saying that an import may one day work differently: nothing the person at the notebook could change. */
function withoutLoaderWarnings(): void {
  const warn = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = ((...args: unknown[]) => {
    if (/USE_MAIN_CONTEXT_DEFAULT_LOADER|using require\(\)/.test(String(args[0]))) return;
    warn(...args);
  }) as typeof process.emitWarning;
}

export interface CellModules {
  readonly require: NodeJS.Require;
  /** What a cell sees as `module`. */
  readonly module: NodeModule;
  readonly load: (specifier: string) => Promise<object>;
}

/** How cells import: like files in the notebook's folder, with the project's packages behind. */
export function installModules(configure: ConfigureCommand): CellModules {
  withoutLoaderWarnings();
  installResolution(configure);
  installProjectFiles(configure);
  const here = path.join(configure.cwd, 'notebook.js');
  const requireHere = createRequire(here);
  const importers = [importerFrom(here), importerFrom(path.join(configure.root, 'index.js'))];

  async function importNative(specifier: string): Promise<object> {
    let first: unknown;
    for (const load of importers) {
      try {
        return await load(specifier);
      } catch (error) {
        first ??= error;
        if (!isBare(specifier) || codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
      }
    }
    throw first;
  }

  async function load(specifier: string): Promise<object> {
    const name = String(specifier);
    forgetEdited();
    try {
      const loaded = namespaceOf(requireHere(name.startsWith('file:') ? fileURLToPath(name) : name));
      await topLevelsDone();
      return loaded;
    } catch (error) {
      if (needsImport.has(codeOf(error))) return await importNative(name);
      throw error;
    } finally {
      noteLoaded();
    }
  }
  const module = new Module(here);
  module.filename = here;
  requireHere.main = module; // `if (require.main === module)` holds in a cell
  return { require: requireHere, module, load };
}
