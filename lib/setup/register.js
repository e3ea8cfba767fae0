'use strict';
/**
 * Lets Node require the project's TypeScript. Each file is transpiled once and kept by the hash of its text, so that a
 * command starts about as fast as compiled JavaScript and an edited file is never stale. No type check happens here: the
 * notebook kernel, `tsc` and the editor do that.
 *
 * Also answers `require('genlab')` from a file that lies outside this folder (a script of a student's, a grading sandbox).
 */
const crypto = require('node:crypto');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const root = path.resolve(__dirname, '..', '..');
const cacheFolder = path.join(root, 'node_modules', '.cache', 'genlab', 'ts');
const compilerVersion = JSON.parse(
  fs.readFileSync(path.join(root, 'node_modules', 'typescript', 'package.json'), 'utf8'),
).version;

/** Text of the source map of each loaded TypeScript file, by absolute file name. @type {Map<string, string>} */
const sourceMaps = new Map();

/**
 * JavaScript and source map of one file's text.
 * @param {string} file absolute name, for messages and the map
 * @param {string} source
 * @param {Record<string, unknown>} [emit] options of a tsconfig that change the JavaScript
 * @returns {{ js: string, map: string }}
 */
function transpile(file, source, emit = {}) {
  const options = Object.keys(emit).length > 0 ? `\0${JSON.stringify(emit)}` : '';
  const key = crypto.createHash('sha256').update(`${compilerVersion}\0${file}\0${source}${options}`).digest('hex');
  // By top folder: the sandbox of graded work may read what was made of lib/, and nothing made of solutions/ or test/.
  const [folder] = path.relative(root, file).split(path.sep);
  const cached = path.join(cacheFolder, /^[\w-]+$/.test(folder) ? folder : 'elsewhere', `${key}.json`);
  try {
    return JSON.parse(fs.readFileSync(cached, 'utf8'));
  } catch {
    // Not there yet, or cut off by a crash: made anew below.
  }
  /** @type {typeof import('typescript')} */
  const ts = require('typescript');
  const output = ts.transpileModule(source, {
    fileName: file.replace(/\.m([jt]s)$/, '.$1'), // which the compiler would leave an ES module
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      sourceMap: true,
      inlineSources: true,
      ...emit,
    },
  });
  const wrong = output.diagnostics?.find((d) => d.category === ts.DiagnosticCategory.Error);
  if (wrong) {
    const { line } = ts.getLineAndCharacterOfPosition(
      ts.createSourceFile(file, source, ts.ScriptTarget.ES2022),
      wrong.start ?? 0,
    );
    throw new SyntaxError(`${file}:${line + 1}: ${ts.flattenDiagnosticMessageText(wrong.messageText, '\n')}`);
  }
  const result = {
    js: output.outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''),
    map: output.sourceMapText ?? '',
  };
  try {
    fs.mkdirSync(path.dirname(cached), { recursive: true });
    const temporary = `${cached}.${process.pid}`;
    fs.writeFileSync(temporary, JSON.stringify(result));
    fs.renameSync(temporary, cached); // whole or not at all, whoever else writes
  } catch {
    // A read-only or full disk costs speed, nothing else.
  }
  return result;
}

/** Node's hooks are not in its types. @type {any} */
const loader = Module;

loader._extensions['.ts'] = function loadTypeScript(/** @type {any} */ module, /** @type {string} */ file) {
  const { js, map } = transpile(file, fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  sourceMaps.set(file, map);
  const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
  module._compile(`${js}\n${inline}\n`, file);
};

/**
 * What package.json says about one of our own names: `genlab`, `genlab/grading`, `#engine-platform`. Node reads it itself,
 * except under its permission model (the grading sandbox), where it would want to read all of this folder for that.
 * @param {string} request
 * @returns {string | undefined}
 */
function ownFile(request) {
  const { imports = {}, exports = {} } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const target = request.startsWith('#') ? imports[request] : exports[`.${request.slice('genlab'.length)}`];
  const file = typeof target === 'string' ? target : (target?.node ?? target?.default);
  return typeof file === 'string' ? path.join(root, file) : undefined;
}

const resolveFilename = loader._resolveFilename;
loader._resolveFilename = function resolveGenlab(/** @type {string} */ request, /** @type {any[]} */ ...rest) {
  if ('permission' in process && /^(genlab(\/|$)|#)/.test(request) && !/node_modules/.test(rest[0]?.filename ?? '')) {
    const file = ownFile(request);
    if (file) return file;
  }
  if (request === 'genlab' || request.startsWith('genlab/')) {
    const inside = { id: root, filename: path.join(root, 'index.js'), paths: [], path: root };
    return resolveFilename.call(this, request, inside, ...rest.slice(1));
  }
  return resolveFilename.call(this, request, ...rest);
};

process.setSourceMapsEnabled(true);

module.exports = { root, sourceMaps, transpile };
