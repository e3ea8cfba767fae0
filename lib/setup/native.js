'use strict';
/**
 * Builds @tensorflow/tfjs-node-gpu's addon against TensorFlow's C library, with one compiler call: the addon is two C++
 * files, with a few of ours, that use the C API and Node-API only, so neither node-gyp nor Node's own headers are needed.
 * Where ours do not compile, theirs alone make the addon, and plain operations do the same work. Whatever else fails, the
 * lessons run on WebAssembly.
 */
const fs = require('node:fs');
const path = require('node:path');
const {
  SetupError,
  cacheFolder,
  clearStamp,
  hashOf,
  lastLines,
  readStamp,
  root,
  run,
  which,
  withLock,
  writeFile,
  writeStamp,
} = require('./common.js');
const { machineOf } = require('./machines.js');
const { sources, version, wantsCuda } = require('./tensorflow.js');

/** @typedef {import('./machines.js').Machine} Machine */
/** @typedef {import('./tensorflow.js').Source} Source */
/** @typedef {import('./tensorflow.js').TensorFlow} TensorFlow */

const tfjsNode = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
const headers = path.join(root, 'node_modules', 'node-api-headers', 'include');
const installed = path.join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
/** The addon's own sources. */
const binding = path.join(tfjsNode, 'binding');
const theirs = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => path.join(binding, name));
/** What we add to the addon. */
const ours = path.join(root, 'lib', 'engine', 'native', 'addon');
const stamp = 'native';

/**
 * The set-up step. Throws a SetupError that says why there is no native engine.
 * @param {() => Promise<readonly string[] | undefined>} findPip a Python command that has pip; asked for only if the library is not there yet
 * @param {(text: string) => void} say
 * @returns {Promise<{ version: string, built: boolean, without?: string }>} without: why our own functions are not in it
 */
async function ensureNative(findPip, say) {
  const machine = machineOf();
  if ('reason' in machine) throw new SetupError(machine.reason);
  const cuda = await wantsCuda();
  // The stamp: inputs, addon, TensorFlow's version and the library's place, which may hold spaces and so is the last; on a
  // second line, why our own functions are not in it.
  const [line, without] = readStamp(stamp)?.split('\n') ?? [''];
  const before = line.split(' ');
  if (before[0] === inputs(cuda) && before[1] === addonHash() && fs.existsSync(before.slice(3).join(' '))) {
    return { version: before[2], built: false, without };
  }
  clearStamp(stamp);
  const lock = path.join(cacheFolder(), 'native.lock');
  return withLock(lock, say, async () => {
    const compiler = await findCompiler();
    const { found, without, library } = await firstThatWorks(
      sources(machine, { findPip, cuda }),
      say,
      async (tensorflow) => {
        const build = await withOrWithoutOurs(say, (own) => buildAddon(compiler, machine, tensorflow, own, say));
        installAddon(build.addon);
        say('checking');
        return { found: await tryAddon(), without: build.without, library: tensorflow.libraries[0] };
      },
    );
    writeStamp(stamp, `${inputs(cuda)} ${addonHash()} ${found} ${library}${without ? `\n${without}` : ''}`);
    return { version: found, built: true, without };
  });
}

/**
 * The addon with our own functions in it; where they do not compile, which is told in one line, the addon without them.
 * @param {(text: string) => void} say
 * @param {(own: boolean) => Promise<string>} build
 * @returns {Promise<{ addon: string, without?: string }>}
 */
async function withOrWithoutOurs(say, build) {
  try {
    return { addon: await build(true) };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`without genlab's own functions: ${error.message}`);
    return { addon: await build(false), without: error.message };
  }
}

/**
 * Goes through the sources until the library of one can be fetched, built against and loaded.
 * @template T
 * @param {readonly Source[]} list
 * @param {(text: string) => void} say
 * @param {(tensorflow: TensorFlow) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function firstThatWorks(list, say, use) {
  /** @type {string[]} */
  const failures = [];
  for (const source of list) {
    try {
      return await use(await source.find(say));
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      failures.push(`${source.name}: ${error.message.replace(/\s*\n\s*/g, ' ')}`);
      say(failures[failures.length - 1]);
    }
  }
  throw new SetupError(failures.join('; '));
}

/** The first C++ compiler that compiles anything: one that is there may be broken, or lack its own headers. */
async function findCompiler() {
  const names = [process.env.CXX, 'c++', 'g++', 'clang++'].filter((name) => name && which(name));
  let error = '';
  for (const name of names) {
    const file = path.join(cacheFolder(), `compiler-${process.pid}.cc`);
    writeFile(file, '#include <string>\nint main() { return std::string().size(); }\n');
    const { code, output } = await run(String(name), ['-std=c++17', '-fsyntax-only', file], { timeout: 60_000 });
    fs.rmSync(file, { force: true });
    if (code === 0) return String(name);
    error ||= `the C++ compiler ${name} does not work: ${errorIn(output)}`;
  }
  throw new SetupError(error || 'there is no C++ compiler (c++, g++ or clang++; on Debian: apt install g++)');
}

/** @param {string} output */
function errorIn(output) {
  return (output.split('\n').find((line) => /error|not found/i.test(line)) ?? lastLines(output, 1)).trim();
}

/** What the addon is made of, apart from the library: another compiler that is asked for counts. @param {boolean} cuda */
function inputs(cuda) {
  return hashOf(
    version,
    cuda ? 'CUDA' : '',
    process.platform,
    process.arch,
    process.env.GENLAB_TENSORFLOW ?? '',
    cacheFolder(),
    ...codeFiles().map((file) => fs.readFileSync(file)),
    ...(process.env.CXX ? [process.env.CXX] : []),
  );
}

function codeFiles() {
  if (!fs.existsSync(binding)) throw new SetupError('the npm package @tensorflow/tfjs-node-gpu is not installed');
  return [...theirs, ...fs.readdirSync(ours).map((name) => path.join(ours, name))];
}

function addonHash() {
  return fs.existsSync(installed) ? hashOf(fs.readFileSync(installed)) : 'none';
}

/**
 * The compiler's arguments: one call makes the addon.
 * @param {Pick<Machine, 'linkerFlags'>} machine
 * @param {TensorFlow} tensorflow
 * @param {string} output
 * @param {boolean} [own] with our own functions in it
 */
function compilerArguments({ linkerFlags }, { include, libraries }, output, own = true) {
  return [
    ...['-std=c++17', '-O3', '-fPIC', '-shared', '-DNAPI_VERSION=8', `-I${headers}`, `-I${include}`, `-I${binding}`],
    ...(own ? [path.join(ours, 'genlab.cc')] : theirs), // genlab.cc includes their two files
    ...['-o', output, ...libraries, `-Wl,-rpath,${path.dirname(libraries[0])}`],
    ...linkerFlags,
  ];
}

/**
 * @param {string} compiler
 * @param {Machine} machine
 * @param {TensorFlow} tensorflow
 * @param {boolean} own with our own functions in it
 * @param {(text: string) => void} say
 * @returns {Promise<string>} the addon in the cache
 */
async function buildAddon(compiler, machine, tensorflow, own, say) {
  const { libraries } = tensorflow;
  const key = hashOf(inputs(false), ...libraries, ...libraries.map((file) => String(fs.statSync(file).size)));
  const addon = path.join(cacheFolder(), 'addon', key, own ? 'tfjs_binding.node' : 'without-ours.node');
  if (fs.existsSync(addon)) return addon;
  say(`compiling the addon with ${path.basename(compiler)}`);
  fs.mkdirSync(path.dirname(addon), { recursive: true });
  const output = `${addon}.${process.pid}`;
  const result = await run(compiler, compilerArguments(machine, tensorflow, output, own), {
    timeout: 300_000,
  });
  if (result.code !== 0) throw new SetupError(`the addon does not compile: ${errorIn(result.output)}`);
  fs.renameSync(output, addon);
  return addon;
}

/** Put in place by a rename, so that a process that has the old one loaded keeps it. @param {string} addon */
function installAddon(addon) {
  const content = fs.readFileSync(addon);
  if (!fs.existsSync(installed) || !fs.readFileSync(installed).equals(content)) writeFile(installed, content);
}

/** Loads the addon in a process of its own (a broken one can take its process with it) and multiplies two matrices. */
async function tryAddon() {
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined = (value) => value === null || value === undefined; // gone since Node 23
    const tf = require('@tensorflow/tfjs-node-gpu');
    const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]]));
    if (product.dataSync().join() !== '19,22,43,50') throw new Error('wrong product: ' + product.dataSync().join());
    console.log('TensorFlow ' + tf.backend().binding.TF_Version);`;
  const { code, output, stdout } = await run(process.execPath, ['-e', script], {
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    timeout: 60_000,
  });
  const found = /^TensorFlow (\S+)$/m.exec(stdout)?.[1];
  if (code === 0 && found) return found;
  fs.rmSync(installed, { force: true });
  throw new SetupError(`the addon does not load: ${errorIn(output) || `exit code ${code}`}`);
}

module.exports = {
  buildAddon,
  compilerArguments,
  ensureNative,
  findCompiler,
  firstThatWorks,
  installed,
  withOrWithoutOurs,
};
