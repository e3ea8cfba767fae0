'use strict';
/**
 * Where TensorFlow's C library and headers come from. The download that tfjs-node asks for answers 403; so, in turn: a
 * folder that GENLAB_TENSORFLOW names, what was fetched before, TensorFlow's Python wheel, the official archive, conda.
 */
const fs = require('node:fs');
const path = require('node:path');
const { SetupError, cacheFolder, lastLines, run, which } = require('./common.js');
const { download } = require('./download.js');
const { megabytes } = require('./progress.js');
const { fromWheel } = require('./wheel.js');

/** @typedef {import('./machines.js').Machine} Machine */
/** @typedef {(text: string) => void} Say */

const version = '2.18.0';

/** The official archives, or a mirror of them. */
const mirror = () => process.env.GENLAB_TENSORFLOW_MIRROR || 'https://storage.googleapis.com/tensorflow';

/**
 * @typedef {object} TensorFlow
 * @property {string} version
 * @property {string} include
 * @property {string[]} libraries full names, the C API's first
 */

/**
 * @typedef {object} Source
 * @property {string} name
 * @property {(say: Say) => Promise<TensorFlow>} find throws a SetupError that says why it has none
 */

/**
 * The places to get the library from, best first. A source is asked only once those before it failed.
 * @param {Machine} machine
 * @param {{ findPip: () => Promise<readonly string[] | undefined>, cuda: boolean }} options cuda: for NVIDIA cards
 * @returns {Source[]}
 */
function sources(machine, { findPip, cuda }) {
  const own = process.env.GENLAB_TENSORFLOW;
  if (own) return [{ name: `GENLAB_TENSORFLOW=${own}`, find: async () => need(path.resolve(own), machine) }];
  const folder = path.join(cacheFolder(), 'tensorflow', `${version}-${machine.name}`);
  const withCuda = `${folder}-cuda`;
  /** @type {Source[]} */
  const list = [];
  if (cuda && machine.cudaWheel) {
    const wheels = [machine.cudaWheel];
    list.push({
      name: 'PyPI, for CUDA',
      find: (say) => wheel(machine, wheels, { folder: withCuda, cuda, findPip, say }),
    });
  }
  list.push(
    { name: 'PyPI', find: (say) => wheel(machine, machine.wheels, { folder, cuda: false, findPip, say }) },
    { name: new URL(mirror()).host, find: (say) => archive(machine, `${folder}-archive`, say) },
    { name: 'conda', find: (say) => conda(machine, `${folder}-conda`, say) },
  );
  return list;
}

/** What a source made before, or what it makes now. @param {Machine} machine @param {string} folder @param {() => Promise<void>} make */
async function cached(machine, folder, make) {
  const before = inFolder(folder, machine);
  if (before) return before;
  await make();
  return need(folder, machine);
}

/**
 * @param {Machine} machine
 * @param {readonly string[]} wheels
 * @param {{ folder: string, cuda: boolean, findPip: () => Promise<readonly string[] | undefined>, say: Say }} options
 */
function wheel(machine, wheels, { folder, cuda, findPip, say }) {
  return cached(machine, folder, async () => {
    const python = await findPip();
    if (!python) throw new SetupError("there is no Python with pip to fetch TensorFlow's library with");
    await fromWheel({ python, wheels, version, cuda, folder, say });
  });
}

/** @param {Machine} machine @param {string} folder @param {Say} say */
function archive({ archive: name, ...machine }, folder, say) {
  return cached(machine, folder, async () => {
    if (!name) throw new SetupError(`there is no archive for ${machine.name}`);
    const file = `${folder}.tar.gz`;
    const onProgress = (/** @type {number} */ received, /** @type {number | undefined} */ total) =>
      say(`${name}, ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ''}`);
    // Its checksum is not published; whether it is whole shows when it is unpacked and loaded.
    await download({ urls: [`${mirror()}/versions/${version}/${name}`], to: file, onProgress, attempts: 2 });
    fs.mkdirSync(folder, { recursive: true });
    const { code, output } = await run('tar', ['-xzf', file, '-C', folder], { timeout: 600_000 });
    fs.rmSync(file, { force: true });
    if (code === 0) return;
    fs.rmSync(folder, { recursive: true, force: true });
    throw new SetupError(`${name} could not be unpacked: ${lastLines(output, 1)}`);
  });
}

/** @param {Machine} machine @param {string} folder @param {Say} say */
async function conda(machine, folder, say) {
  const active = process.env.CONDA_PREFIX;
  const there = active ? inFolder(active, machine) : undefined;
  if (there) return there;
  return cached(machine, folder, async () => {
    const command = [process.env.CONDA_EXE, 'mamba', 'micromamba', 'conda'].find((name) => name && which(name));
    if (!command) throw new SetupError('no active environment holds libtensorflow, and there is no conda on PATH');
    say(`${path.basename(command)} installs libtensorflow`);
    const args = ['create', '--yes', '--quiet', '--prefix', folder, '--channel', 'conda-forge', 'libtensorflow>=2.16'];
    const { code, output } = await run(command, args, { timeout: 1_800_000 });
    if (code === 0) return;
    fs.rmSync(folder, { recursive: true, force: true });
    throw new SetupError(`${path.basename(command)} could not install libtensorflow: ${lastLines(output, 1)}`);
  });
}

/** @param {string} folder @param {Machine} machine @returns {TensorFlow} */
function need(folder, machine) {
  const found = inFolder(folder, machine);
  if (found) return found;
  throw new SetupError(
    `${folder} holds no ${machine.library('libtensorflow_cc')} (or ${machine.library('libtensorflow')}) with ` +
      `${machine.library('libtensorflow_framework')} and include/tensorflow/c/c_api.h`,
  );
}

/**
 * A TensorFlow folder of any of the usual shapes: an unpacked wheel or its `tensorflow/`, or the C library's `lib/` and
 * `include/`.
 * @param {string} folder
 * @param {Pick<Machine, 'library'>} machine
 * @returns {TensorFlow | undefined}
 */
function inFolder(folder, { library }) {
  for (const [headers, place] of [
    ['include', '.'],
    ['include', 'lib'],
    ['tensorflow/include', 'tensorflow'],
  ]) {
    const include = path.join(folder, headers);
    if (!fs.existsSync(path.join(include, 'tensorflow', 'c', 'c_api.h'))) continue;
    const file = (/** @type {string} */ stem) => path.join(folder, place, library(stem));
    const core = ['libtensorflow_cc', 'libtensorflow'].map(file).find((name) => fs.existsSync(name));
    const framework = file('libtensorflow_framework');
    if (core && fs.existsSync(framework))
      return { version: versionIn(path.dirname(include)), include, libraries: [core, framework] };
  }
  return undefined;
}

/** @param {string} folder */
function versionIn(folder) {
  try {
    return fs.readFileSync(path.join(folder, 'VERSION'), 'utf8').trim();
  } catch {
    return 'unknown version';
  }
}

/**
 * Whether to build for NVIDIA cards: GENLAB_CUDA=1 asks for it, 0 refuses; otherwise where one is seen.
 * @returns {Promise<boolean>}
 */
async function wantsCuda() {
  const { GENLAB_CUDA } = process.env;
  if (GENLAB_CUDA) return GENLAB_CUDA !== '0';
  if (!which('nvidia-smi')) return false;
  const { code, stdout } = await run('nvidia-smi', ['--list-gpus'], { timeout: 10_000 });
  return code === 0 && /^GPU /m.test(stdout);
}

module.exports = { inFolder, sources, version, wantsCuda };
