'use strict';
/** Tells Jupyter of our kernel, for this clone only: Jupyter looks where JUPYTER_PATH says. */
const fs = require('node:fs');
const path = require('node:path');
const { root, stateFolder, writeFile } = require('./common.js');

const jupyterPath = path.join(stateFolder, 'jupyter');
const file = path.join(jupyterPath, 'kernels', 'genlab', 'kernel.json');

/** The folder of the kernelspec. @returns {{ folder: string, written: boolean }} */
function ensureKernelspec() {
  const spec = {
    argv: [process.execPath, path.join(root, 'lib', 'kernel', 'main.js'), '{connection_file}'],
    display_name: 'TypeScript (genlab)',
    language: 'typescript',
    interrupt_mode: 'message',
  };
  const text = `${JSON.stringify(spec, undefined, 2)}\n`;
  const written = !fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text;
  if (written) writeFile(file, text);
  return { folder: path.dirname(file), written };
}

/** What Jupyter's processes get so that they find the kernel. @returns {NodeJS.ProcessEnv} */
function jupyterEnv() {
  const before = process.env.JUPYTER_PATH;
  return { JUPYTER_PATH: before ? `${jupyterPath}${path.delimiter}${before}` : jupyterPath };
}

module.exports = { ensureKernelspec, jupyterEnv };
