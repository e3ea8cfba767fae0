'use strict';
/**
 * TensorFlow's C library and headers. The official download for tfjs-node answers 403, so they are taken out of
 * TensorFlow's own Python wheel, which carries both; or from a folder that GENLAB_TENSORFLOW names.
 */
const fs = require('node:fs');
const path = require('node:path');
const { SetupError, cacheFolder, lastLines, run } = require('./common.js');
const { megabytes } = require('./progress.js');

const version = '2.18.0';

/** Which Python the wheel is built for matters only to pip: we take C libraries out of it. */
const wheelPython = '3.12';

/** The wheel's name on this kind of machine. `tensorflow-cpu` is the smaller one, where it exists. */
const wheels = new Map([
  ['linux-x64', 'tensorflow-cpu'],
  ['linux-arm64', 'tensorflow'],
  ['darwin-arm64', 'tensorflow'],
]);

/**
 * @typedef {object} TensorFlow
 * @property {string} version
 * @property {string} include
 * @property {string[]} libraries full names, the C API's first
 */

/**
 * @param {() => Promise<readonly string[] | undefined>} findPip a Python command that has pip
 * @param {(text: string) => void} say
 * @returns {Promise<TensorFlow>}
 */
async function findTensorFlow(findPip, say) {
  const own = process.env.GENLAB_TENSORFLOW;
  if (own) {
    const found = inFolder(path.resolve(own));
    if (found) return found;
    throw new SetupError(
      `GENLAB_TENSORFLOW=${own} holds no libtensorflow_cc (or libtensorflow) with libtensorflow_framework and include/tensorflow/c/c_api.h`,
    );
  }
  const machine = `${process.platform}-${process.arch}`;
  const folder = path.join(cacheFolder(), 'tensorflow', `${version}-${machine}`);
  const cached = inFolder(folder);
  if (cached) return cached;
  const wheel = wheels.get(machine);
  if (!wheel) throw new SetupError(`there is no TensorFlow library for ${machine}`);
  const python = await findPip();
  if (!python) throw new SetupError("there is no Python with pip to fetch TensorFlow's library with");
  await fromWheel(python, wheel, folder, say);
  const unpacked = inFolder(folder);
  if (!unpacked) throw new SetupError(`the wheel ${wheel} ${version} does not hold what was expected`);
  return unpacked;
}

/**
 * A TensorFlow folder of any of the usual shapes: a wheel's `tensorflow/`, or the C library's `lib/` and `include/`.
 * @param {string} folder
 * @returns {TensorFlow | undefined}
 */
function inFolder(folder) {
  const include = path.join(folder, 'include');
  if (!fs.existsSync(path.join(include, 'tensorflow', 'c', 'c_api.h'))) return undefined;
  for (const place of [folder, path.join(folder, 'lib')]) {
    const names = fs.existsSync(place) ? fs.readdirSync(place) : [];
    // The name with the major version is what the loader will look for (the library's SONAME).
    const find = (/** @type {string} */ stem) =>
      [`${stem}.so.2`, `${stem}.2.dylib`].find((name) => names.includes(name));
    const core = find('libtensorflow_cc') ?? find('libtensorflow');
    const framework = find('libtensorflow_framework');
    if (core && framework) {
      return { version: versionIn(folder), include, libraries: [core, framework].map((n) => path.join(place, n)) };
    }
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

/** Takes the few files we need out of a wheel (a zip file), without the other 300 MB. */
const unpackScript = `
import os, shutil, sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        name = entry.filename
        library = name.startswith(("tensorflow/libtensorflow_cc.", "tensorflow/libtensorflow_framework."))
        header = name.endswith(".h") and name.startswith((
            "tensorflow/include/tensorflow/c/", "tensorflow/include/tensorflow/core/platform/ctstring",
            "tensorflow/include/tsl/platform/ctstring", "tensorflow/include/tsl/c/",
            "tensorflow/include/xla/tsl/c/", "tensorflow/include/xla/tsl/platform/ctstring"))
        if library or header:
            to = os.path.join(target, os.path.relpath(name, "tensorflow"))
            os.makedirs(os.path.dirname(to), exist_ok=True)
            with archive.open(entry) as source, open(to, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
`;

/**
 * @param {readonly string[]} python
 * @param {string} wheel
 * @param {string} folder
 * @param {(text: string) => void} say
 */
async function fromWheel(python, wheel, folder, say) {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const work = fs.mkdtempSync(path.join(path.dirname(folder), 'wheel-'));
  try {
    const file = await pipDownload(python, wheel, work, say);
    say('unpacking the library');
    const target = path.join(work, 'tensorflow');
    const [command, ...args] = python;
    const unpacked = await run(command, [...args, '-c', unpackScript, file, target], { timeout: 600_000 });
    if (unpacked.code !== 0) throw new SetupError(`the wheel could not be unpacked: ${lastLines(unpacked.output, 1)}`);
    fs.writeFileSync(path.join(target, 'VERSION'), `${version}\n`);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(target, folder); // whole or not at all
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/**
 * pip knows the index, the mirror and the proxy that this machine uses, and checks the wheel's checksum.
 * @param {readonly string[]} python
 * @param {string} wheel
 * @param {string} folder
 * @param {(text: string) => void} say
 * @returns {Promise<string>} the wheel's file
 */
async function pipDownload([command, ...args], wheel, folder, say) {
  say(`downloading ${wheel} ${version}`);
  const plain = [
    ...[...args, '-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--python-version', wheelPython],
    ...['--disable-pip-version-check', '--no-input', '--retries', '2', '--dest', folder],
  ];
  const onLine = (/** @type {string} */ line) => {
    const numbers = /^Progress (\d+) of (\d+)/.exec(line);
    if (numbers) say(`${wheel} ${megabytes(Number(numbers[1]))} of ${megabytes(Number(numbers[2]))}`);
  };
  // A new pip goes on after a cut connection and reports progress; an old one refuses the two flags at once.
  const flags = ['--progress-bar', 'raw', '--resume-retries', '5'];
  const options = { onLine, timeout: 3_600_000 };
  let result = await run(command, [...plain, ...flags, `${wheel}==${version}`], options);
  if (result.code === 2) result = await run(command, [...plain, `${wheel}==${version}`], options);
  const file = fs.readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (result.code === 0 && file) return path.join(folder, file);
  const reason = lastLines(result.output.replace(/^\[notice\].*$/gm, ''), 1);
  throw new SetupError(`pip could not download ${wheel} ${version}: ${reason}`);
}

module.exports = { findTensorFlow, version };
