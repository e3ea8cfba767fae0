'use strict';
/**
 * Loads the TypeScript compiler from V8's own compiled form. Nine megabytes of JavaScript take a third of a second to compile
 * at each start otherwise, and its functions again when they are first called.
 */
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { Script, constants } = require('node:vm');
const { root } = require('../../setup/register.js');

const file = require.resolve('typescript');
const { version } = require('typescript/package.json');
const folder = path.join(root, 'node_modules', '.cache', 'genlab');
const cacheFile = path.join(folder, `typescript-${version}-${process.version}-${process.arch}.v8`);

/** @type {Script | undefined} */
let script;

/** Makes `require('typescript')` use the cache. */
function loadCompiler() {
  if (require.cache[file]) return;
  /** @type {Buffer | undefined} */
  let cachedData;
  try {
    cachedData = fs.readFileSync(cacheFile);
  } catch {
    // The first start on this machine.
  }
  /** Node's wrapper is not in its types. @type {any} */
  const loader = Module;
  script = new Script(loader.wrap(fs.readFileSync(file, 'utf8')), {
    filename: file,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const rejected = script.cachedDataRejected;
  const module = new Module(file, require.main);
  module.filename = file;
  module.paths = loader._nodeModulePaths(path.dirname(file));
  require.cache[file] = module;
  script
    .runInThisContext()
    .call(module.exports, module.exports, Module.createRequire(file), module, file, path.dirname(file));
  module.loaded = true;
  if (cachedData && !rejected) script = undefined; // nothing to write
}

/** Keeps what V8 has compiled by now for the next start. Call it when the compiler has done some work. */
function saveCompiler() {
  if (!script) return;
  try {
    fs.mkdirSync(folder, { recursive: true });
    const temporary = `${cacheFile}.${process.pid}`;
    fs.writeFileSync(temporary, script.createCachedData());
    fs.renameSync(temporary, cacheFile); // whole or not at all
  } catch {
    // A read-only or full disk costs speed, nothing else.
  }
  script = undefined;
}

module.exports = { loadCompiler, saveCompiler };
