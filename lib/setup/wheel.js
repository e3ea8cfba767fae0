'use strict';
/** TensorFlow's C library and headers out of its Python wheel, and NVIDIA's libraries out of theirs. */
const fs = require('node:fs');
const path = require('node:path');
const { SetupError, lastLines, run } = require('./common.js');
const { megabytes } = require('./progress.js');

/** Which Python the wheel is built for matters only to pip: we take C libraries out of it. */
const wheelPython = '3.12';

/**
 * Takes what we need out of a wheel (a zip file), without the other 300 MB, and prints which NVIDIA packages it wants.
 * Those keep their place beside it, because that is where TensorFlow's library looks for them.
 */
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
        nvidia = name.startswith("nvidia/") and not name.endswith("/")
        if library or header or nvidia:
            to = os.path.join(target, name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            with archive.open(entry) as source, open(to, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            os.chmod(to, 0o755)
        elif name.endswith(".dist-info/METADATA"):
            for line in archive.read(entry).decode().splitlines():
                if line.startswith("Requires-Dist: nvidia-") and "and-cuda" in line:
                    print("needs", line.split(":")[1].split(";")[0].replace(" ", "").replace("(", "").replace(")", ""))
`;

/**
 * @param {object} options
 * @param {readonly string[]} options.python a command that has pip
 * @param {readonly string[]} options.wheels the first that pip finds is taken
 * @param {string} options.version
 * @param {boolean} options.cuda also NVIDIA's libraries
 * @param {string} options.folder
 * @param {(text: string) => void} options.say
 */
async function fromWheel({ python, wheels, version, cuda, folder, say }) {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const work = fs.mkdtempSync(path.join(path.dirname(folder), 'wheel-'));
  const target = path.join(work, 'unpacked');
  try {
    const needed = await firstOf(wheels, async (wheel) => {
      const file = await pipDownload(python, `${wheel}==${version}`, work, say);
      say('unpacking the library');
      return unpack(python, file, target);
    });
    for (const requirement of cuda ? needed : []) {
      await unpack(python, await pipDownload(python, requirement, work, say), target);
    }
    fs.writeFileSync(path.join(target, 'tensorflow', 'VERSION'), `${version}\n`);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(target, folder); // whole or not at all
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @template T
 * @param {readonly string[]} names
 * @param {(name: string) => Promise<T>} attempt
 * @returns {Promise<T>}
 */
async function firstOf(names, attempt) {
  for (const [i, name] of names.entries()) {
    try {
      return await attempt(name);
    } catch (error) {
      if (i === names.length - 1) throw error;
    }
  }
  throw new SetupError('there is no wheel for this machine');
}

/** @param {readonly string[]} python @param {string} file @param {string} target @returns {Promise<string[]>} what it needs */
async function unpack([command, ...args], file, target) {
  const { code, output, stdout } = await run(command, [...args, '-c', unpackScript, file, target], {
    timeout: 600_000,
  });
  fs.rmSync(file, { force: true });
  if (code !== 0) throw new SetupError(`the wheel could not be unpacked: ${lastLines(output, 1)}`);
  return [...stdout.matchAll(/^needs (\S+)$/gm)].map(([, requirement]) => requirement);
}

/**
 * pip knows the index, the mirror and the proxy that this machine uses, and checks the wheel's checksum.
 * @param {readonly string[]} python
 * @param {string} requirement
 * @param {string} folder
 * @param {(text: string) => void} say
 * @returns {Promise<string>} the wheel's file
 */
async function pipDownload([command, ...args], requirement, folder, say) {
  const name = requirement.replace('==', ' ');
  say(`downloading ${name}`);
  const plain = [
    ...[...args, '-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--python-version', wheelPython],
    ...['--disable-pip-version-check', '--no-input', '--retries', '2', '--dest', folder],
  ];
  const onLine = (/** @type {string} */ line) => {
    const numbers = /^Progress (\d+) of (\d+)/.exec(line);
    if (numbers) say(`${name}, ${megabytes(Number(numbers[1]))} of ${megabytes(Number(numbers[2]))}`);
  };
  // A new pip goes on after a cut connection and reports progress; an old one refuses the two flags at once.
  const flags = ['--progress-bar', 'raw', '--resume-retries', '5'];
  const options = { onLine, timeout: 3_600_000 };
  let result = await run(command, [...plain, ...flags, requirement], options);
  if (result.code === 2) result = await run(command, [...plain, requirement], options);
  const file = fs.readdirSync(folder).find((entry) => entry.endsWith('.whl'));
  if (result.code === 0 && file) return path.join(folder, file);
  const reason = lastLines(result.output.replace(/^\[notice\].*$/gm, ''), 1);
  throw new SetupError(`pip could not download ${name}: ${reason}`);
}

module.exports = { fromWheel };
