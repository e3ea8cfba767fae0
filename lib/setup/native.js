'use strict';
/**
 * Builds @tensorflow/tfjs-node-gpu's addon against TensorFlow's C library, with one compiler call: the addon is two C++
 * files that use the C API and Node-API only, so neither node-gyp nor Node's own headers are needed. Whatever fails,
 * the lessons run on WebAssembly.
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
const { findTensorFlow, version } = require('./tensorflow.js');

/** @typedef {import('./tensorflow.js').TensorFlow} TensorFlow */

const tfjsNode = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
const headers = path.join(root, 'node_modules', 'node-api-headers', 'include');
const installed = path.join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
const stamp = 'native';

/**
 * The set-up step. Throws a SetupError that says why there is no native engine.
 * @param {() => Promise<readonly string[] | undefined>} findPip a Python command that has pip; asked for only if the library is not there yet
 * @param {(text: string) => void} say
 * @returns {Promise<{ version: string, built: boolean }>}
 */
async function ensureNative(findPip, say) {
  const before = readStamp(stamp)?.split(' ');
  // The stamp: inputs, addon, TensorFlow's version and the library's place, which may hold spaces and so is the last.
  if (before?.[0] === inputs() && before[1] === addonHash() && fs.existsSync(before.slice(3).join(' '))) {
    return { version: before[2], built: false };
  }
  clearStamp(stamp);
  const lock = path.join(cacheFolder(), 'native.lock');
  return withLock(lock, say, async () => {
    const tensorflow = await findTensorFlow(findPip, say);
    const addon = await buildAddon(tensorflow, say);
    installAddon(addon);
    say('checking');
    const found = await tryAddon();
    writeStamp(stamp, `${inputs()} ${addonHash()} ${found} ${tensorflow.libraries[0]}`);
    return { version: found, built: true };
  });
}

/** What the addon is made of, apart from the library. */
function inputs() {
  return hashOf(
    version,
    process.platform,
    process.arch,
    process.env.GENLAB_TENSORFLOW ?? '',
    cacheFolder(),
    ...sources().map((file) => fs.readFileSync(file)),
  );
}

function sources() {
  const folder = path.join(tfjsNode, 'binding');
  if (!fs.existsSync(folder)) throw new SetupError('the npm package @tensorflow/tfjs-node-gpu is not installed');
  return ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => path.join(folder, name));
}

function addonHash() {
  return fs.existsSync(installed) ? hashOf(fs.readFileSync(installed)) : 'none';
}

/**
 * @param {TensorFlow} tensorflow
 * @param {(text: string) => void} say
 * @returns {Promise<string>} the addon in the cache
 */
async function buildAddon({ include, libraries }, say) {
  const key = hashOf(inputs(), ...libraries, ...libraries.map((file) => String(fs.statSync(file).size)));
  const addon = path.join(cacheFolder(), 'addon', key, 'tfjs_binding.node');
  if (fs.existsSync(addon)) return addon;
  const compiler = [process.env.CXX, 'c++', 'g++', 'clang++'].find((name) => name && which(name));
  if (!compiler) throw new SetupError('there is no C++ compiler (c++, g++ or clang++; on Debian: apt install g++)');
  say(`compiling the addon with ${path.basename(compiler)}`);
  fs.mkdirSync(path.dirname(addon), { recursive: true });
  const output = `${addon}.${process.pid}`;
  const mac = process.platform === 'darwin';
  const result = await run(
    compiler,
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', `-I${headers}`, `-I${include}`],
      ...sources(),
      ...['-o', output, ...libraries, `-Wl,-rpath,${path.dirname(libraries[0])}`],
      ...(mac ? ['-undefined', 'dynamic_lookup'] : []),
    ],
    { timeout: 300_000 },
  );
  if (result.code !== 0) {
    const error =
      result.output.split('\n').find((line) => /error|not found/i.test(line)) ?? lastLines(result.output, 1);
    throw new SetupError(`the addon does not compile: ${error}`);
  }
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
    util.isNullOrUndefined ??= (value) => value === null || value === undefined; // gone since Node 23
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
  const error = output.split('\n').find((line) => /error/i.test(line)) ?? lastLines(output, 1);
  throw new SetupError(`the addon does not load: ${error.trim() || `exit code ${code}`}`);
}

module.exports = { ensureNative, installed };
