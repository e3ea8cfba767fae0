'use strict';
/** All of set-up, one step after the other. Each looks first whether there is anything to do; a second run takes no time. */
const path = require('node:path');
const { SetupError, root, stateFolder, withLock } = require('./common.js');
const { dataSet, ensureData } = require('./data.js');
const { ensureKernelspec } = require('./kernelspec.js');
const { ensureNative } = require('./native.js');
const { ensurePackages } = require('./packages.js');
const { Progress } = require('./progress.js');
const { ensureJupyter, findJupyter, findPip } = require('./python.js');

/** @typedef {import('./python.js').Jupyter} Jupyter */
/** @typedef {import('./progress.js').Say} Say */
/** @typedef {import('./progress.js').Outcome} Outcome */

const oldestNode = [20, 19];

/** Throws where this Node is too old for us. @param {string} [version] */
function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new SetupError(
    `this is Node ${version}; genlab needs ${oldestNode.join('.')} or newer. Get it from https://nodejs.org or with nvm.`,
  );
}

/**
 * @param {{ jupyter?: boolean, dev?: boolean, progress?: Progress }} [options] jupyter: false leaves Jupyter as it is
 * @returns {Promise<Jupyter>}
 */
async function setUp({ jupyter: wantJupyter = true, dev = false, progress } = {}) {
  checkNode();
  const show = progress ?? new Progress(wantJupyter ? 5 : 4);
  return withLock(
    path.join(stateFolder, 'setup.lock'),
    (text) => show.end(text),
    async () => {
      await show.step('npm packages', async (say) => {
        const changed = await ensurePackages(say);
        return { text: changed ? 'installed' : 'up to date' };
      });
      const jupyter = wantJupyter ? await jupyterStep(show, dev) : await findJupyter();
      await show.step('kernel', async () => {
        const { folder } = ensureKernelspec();
        return { text: `TypeScript (genlab) in ${path.relative(root, folder)}` };
      });
      await show.step('engine', nativeStep);
      await show.step('data', dataStep);
      return jupyter;
    },
  );
}

/** @param {Progress} show @param {boolean} dev */
async function jupyterStep(show, dev) {
  /** @type {Jupyter | undefined} */
  let jupyter;
  await show.step('Jupyter', async (say) => {
    const found = await ensureJupyter(say, { dev });
    jupyter = found;
    if (!found.reason) return { text: found.text };
    if (found.from === 'path') return { text: `${found.text}, because ${found.reason}`, warning: true };
    return { text: `none, because ${found.reason}\n${waysToJupyter.replace(/^/gm, '    ')}`, warning: true };
  });
  if (!jupyter) throw new Error('the step ended without a result');
  return jupyter;
}

const waysToJupyter = [
  'There are two ways to get Jupyter:',
  '  with a network (PyPI): install Python 3.9 or newer with venv (Debian: apt install python3-venv), then npm start',
  '  without one:           put a jupyter with nbconvert on PATH (Debian: apt install jupyter-notebook python3-nbconvert)',
  'Without Jupyter, npx genlab run LESSON still runs a lesson.',
].join('\n');

/** @param {Say} say @returns {Promise<Outcome>} */
async function nativeStep(say) {
  try {
    const found = await ensureNative(findPip, say);
    const text = `native, TensorFlow ${found.version}`;
    if (!found.without) return { text };
    const ours = `${text}, without genlab's own functions (somewhat slower): ${found.without}. CXX=… takes another compiler`;
    return { text: ours, warning: true };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { text: `wasm (slower), because ${error.message}`, warning: true };
  }
}

/** @param {Say} say @returns {Promise<Outcome>} */
async function dataStep(say) {
  try {
    const { folder, fetched } = await ensureData(dataSet('fashion-mnist'), say);
    return { text: `Fashion-MNIST in ${folder}${fetched ? `, from ${fetched}` : ''}` };
  } catch (error) {
    // Lessons on toy data run without it, and those that need it say so again.
    if (!(error instanceof SetupError)) throw error;
    return { text: error.message, warning: true };
  }
}

/**
 * Runs a program of set-up: its mistakes and the machine's are messages, never stacks.
 * @param {() => Promise<number>} main
 */
function runMain(main) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      const known = error instanceof SetupError || error?.name === 'UserError';
      process.stderr.write(`\n${known ? error.message : (error?.stack ?? error)}\n`);
      process.exitCode = known ? error.exitCode : 70;
    },
  );
}

module.exports = { checkNode, runMain, setUp, waysToJupyter };
