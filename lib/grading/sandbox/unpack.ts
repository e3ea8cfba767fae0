/**
 * Starts a child from a pack: all modules of the library and its packages in one script that V8 has compiled before. Three
 * files are read instead of some five hundred. What the pack lacks is loaded as ever.
 * Usage: node -r register.js unpack.ts FOLDER [--compile]
 */
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

export interface PackIndex {
  /** Files in the order of the script's functions. */
  readonly files: readonly string[];
  /** What a file means by a request: `file\0request` to a file. */
  readonly resolved: Readonly<Record<string, string>>;
}

type Wrapped = (exports: unknown, require: NodeJS.Require, module: unknown, file: string, folder: string) => void;

interface Hooks {
  _extensions: Record<string, (module: { exports: unknown }, file: string) => void>;
  _resolveFilename(request: string, parent: { filename?: string } | undefined, ...rest: unknown[]): string;
}

function unpack(folder: string): vm.Script {
  const { files, resolved } = JSON.parse(fs.readFileSync(path.join(folder, 'index.json'), 'utf8')) as PackIndex;
  const compiled = path.join(folder, 'pack.cache');
  const script = new vm.Script(fs.readFileSync(path.join(folder, 'pack.js'), 'utf8'), {
    filename: 'library.js',
    ...(fs.existsSync(compiled) ? { cachedData: fs.readFileSync(compiled) } : {}),
  });
  const functions = script.runInThisContext() as Wrapped[];
  const byFile = new Map(files.map((file, i) => [file, functions[i]]));
  const hooks = Module as unknown as Hooks;
  const { _resolveFilename: resolve } = hooks;
  hooks._resolveFilename = function (request, parent, ...rest) {
    const known = parent?.filename === undefined ? undefined : resolved[`${parent.filename}\0${request}`];
    return known ?? resolve.call(this, request, parent, ...rest);
  };
  for (const extension of ['.js', '.ts']) {
    const { [extension]: load } = hooks._extensions;
    hooks._extensions[extension] = (module, file) => {
      const wrapped = byFile.get(file);
      if (!wrapped) return load(module, file);
      Reflect.apply(wrapped, module.exports, [module.exports, createRequire(file), module, file, path.dirname(file)]);
    };
  }
  return script;
}

async function start(folder: string, compile: boolean): Promise<void> {
  const script = unpack(folder);
  const child = await import('./child');
  if (!compile) return child.main();
  await child.preload();
  fs.writeFileSync(path.join(folder, 'pack.cache'), script.createCachedData());
}

void start(process.argv[2], process.argv[3] === '--compile');
