'use strict';
/** Tells Jupyter of our kernel, for this clone only: Jupyter looks where JUPYTER_PATH says. */
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { root, stateFolder, writeFile } = require('./common.js');

const jupyterPath = path.join(stateFolder, 'jupyter');
const file = path.join(jupyterPath, 'kernels', 'genlab', 'kernel.json');

function text() {
  const spec = {
    argv: [process.execPath, path.join(root, 'lib', 'kernel', 'main.js'), '{connection_file}'],
    display_name: 'TypeScript (genlab)',
    language: 'typescript',
    interrupt_mode: 'message',
  };
  return `${JSON.stringify(spec, undefined, 2)}\n`;
}

/** Where the kernelspec is, and whether it is there and names this Node and this clone. */
function findKernelspec() {
  return { file, current: fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text() };
}

/** @returns {{ folder: string }} */
function ensureKernelspec() {
  if (!findKernelspec().current) writeFile(file, text());
  return { folder: path.dirname(file) };
}

/**
 * Makes the kernel known beyond this clone.
 * @param {string} [prefix] an environment; without one, every Jupyter of this person
 * @returns {string} the folder
 */
function installKernelspec(prefix) {
  const home =
    process.platform === 'darwin'
      ? path.join(os.homedir(), 'Library', 'Jupyter')
      : path.join(process.env.XDG_DATA_HOME || path.join(os.homedir(), '.local', 'share'), 'jupyter');
  const data = prefix === undefined ? process.env.JUPYTER_DATA_DIR || home : path.resolve(prefix, 'share', 'jupyter');
  const folder = path.join(data, 'kernels', 'genlab');
  writeFile(path.join(folder, 'kernel.json'), text());
  return folder;
}

/** What Jupyter's processes get so that they find the kernel. @returns {NodeJS.ProcessEnv} */
function jupyterEnv() {
  const before = process.env.JUPYTER_PATH;
  return { JUPYTER_PATH: before ? `${jupyterPath}${path.delimiter}${before}` : jupyterPath };
}

module.exports = { ensureKernelspec, findKernelspec, installKernelspec, jupyterEnv };
