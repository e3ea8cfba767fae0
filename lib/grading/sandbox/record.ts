/**
 * Makes a pack: loads what a child loads, keeps every module's text in the order of loading, and writes it as one script
 * with an index. Started by pack.ts in a process of its own, with the folder to write to.
 */
import fs from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import type { PackIndex } from './unpack';

/** Node's hooks are not in its types. */
interface Hooks {
  prototype: { _compile(this: { filename: string }, text: string, file: string): unknown };
  _resolveFilename(request: string, parent: { filename?: string } | undefined, ...rest: unknown[]): string;
}

async function record(folder: string): Promise<void> {
  const files: string[] = [];
  const texts: string[] = [];
  const resolved: Record<string, string> = {};
  const hooks = Module as unknown as Hooks;
  const { _compile: compile } = hooks.prototype;
  hooks.prototype._compile = function (text, file) {
    const body = text.replace(/^#!.*/, '').replace(/\/\/# sourceMappingURL=.*\s*$/, '');
    if (isScript(body)) {
      files.push(file);
      texts.push(body);
    }
    return compile.call(this, text, file);
  };
  const { _resolveFilename: resolve } = hooks;
  hooks._resolveFilename = function (request, parent, ...rest) {
    const file = resolve.call(this, request, parent, ...rest);
    if (parent?.filename && path.isAbsolute(file)) resolved[`${parent.filename}\0${request}`] = file;
    return file;
  };
  const child = await import('./child');
  await child.preload();
  const script = `[${texts.map((text) => `function (exports, require, module, __filename, __dirname) {${text}\n}`).join(',\n')}]`;
  const index: PackIndex = { files, resolved };
  fs.writeFileSync(path.join(folder, 'pack.js'), script);
  fs.writeFileSync(path.join(folder, 'index.json'), JSON.stringify(index));
}

/** Modules in the newer syntax are left to Node. */
function isScript(body: string): boolean {
  try {
    new vm.Script(`(function () {${body}\n})`);
    return true;
  } catch {
    return false;
  }
}

void record(process.argv[2]);
