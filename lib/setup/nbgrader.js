'use strict';
/**
 * nbgrader, for the tests and the bench that run it. It lies in a folder of its own and uses the packages of Jupyter's
 * environment, which it so leaves as students have it: nbgrader in there would add its menus to JupyterLab.
 */
const fs = require('node:fs');
const path = require('node:path');
const {
  SetupError,
  clearStamp,
  hashOf,
  lastLines,
  readStamp,
  run,
  stateFolder,
  withLock,
  writeStamp,
} = require('./common.js');
const { ensureKernelspec, jupyterEnv } = require('./kernelspec.js');
const { ensureJupyter, venvPython } = require('./python.js');

const list = 'requirements-nbgrader.txt';
const target = path.join(stateFolder, 'nbgrader');

/**
 * Installs nbgrader where it is not there yet.
 * @param {(text: string) => void} [say]
 * @returns {Promise<{ command: readonly string[], env: NodeJS.ProcessEnv }>} how to run it, with our kernel known to it
 */
async function ensureNbgrader(say = () => {}) {
  const { from, reason = 'there is no Python for it' } = await ensureJupyter(say);
  if (from !== 'venv') throw new SetupError(`nbgrader needs the project's own Jupyter: ${reason}`);
  ensureKernelspec();
  const file = path.join(__dirname, list);
  const wanted = hashOf(fs.readFileSync(file), venvPython);
  await withLock(path.join(stateFolder, 'nbgrader.lock'), say, async () => {
    if (readStamp(list) === wanted && fs.existsSync(target)) return;
    say('installing nbgrader');
    clearStamp(list);
    fs.rmSync(target, { recursive: true, force: true });
    const options = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off', '--no-deps'];
    const pip = ['-m', 'pip', 'install', ...options, '--target', target, '-r', file];
    const { code, output } = await run(venvPython, pip, { timeout: 900_000 });
    if (code !== 0) throw new SetupError(`pip could not install nbgrader:\n${lastLines(output)}`);
    writeStamp(list, wanted);
  });
  return {
    command: [venvPython, '-m', 'nbgrader'],
    // It starts alembic by name.
    env: {
      ...jupyterEnv(),
      PYTHONPATH: target,
      PATH: [path.join(target, 'bin'), process.env.PATH].filter(Boolean).join(path.delimiter),
    },
  };
}

module.exports = { ensureNbgrader };
