'use strict';
/**
 * Jupyter: in a Python environment of the project's own, with pinned versions; where that cannot be made, the `jupyter`
 * on PATH; where there is none, the lessons run with Node only.
 */
const fs = require('node:fs');
const path = require('node:path');
const {
  SetupError,
  clearStamp,
  hashOf,
  lastLines,
  readStamp,
  root,
  run,
  stateFolder,
  which,
  writeFile,
  writeStamp,
} = require('./common.js');

/** @typedef {(text: string) => void} Say */

/**
 * @typedef {object} Jupyter
 * @property {'venv' | 'path' | 'none'} from our environment, PATH, or nowhere
 * @property {readonly string[] | undefined} lab command that starts the server
 * @property {'lab' | 'notebook' | 'classic'} front classic: a Notebook before version 7
 * @property {readonly string[] | undefined} nbconvert
 * @property {readonly string[] | undefined} python one that can import jupyter_client
 * @property {string} text what there is, in words
 */

const venv = path.join(stateFolder, 'venv');
const venvPython = path.join(venv, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
const oldest = [3, 9];
const nbconvertConfig = path.join(__dirname, 'nbconvert', 'jupyter_nbconvert_config.py');

/** Says until when the jupyter on PATH will do, so that a machine without PyPI does not ask for it at every start. */
const pathStamp = 'jupyter-on-path';
const retryAfter = 24 * 3600 * 1000;

/** The Python to make an environment with: the first that is new enough. @returns {Promise<string | undefined>} */
async function findPython() {
  const names = ['python3', 'python', ...[14, 13, 12, 11, 10, 9].map((minor) => `python3.${minor}`)];
  for (const name of [process.env.GENLAB_PYTHON, ...names]) {
    const file = name && (path.isAbsolute(name) ? name : which(name));
    if (!file) continue;
    const { code, stdout } = await run(file, ['-c', 'import sys; print("%d %d" % sys.version_info[:2])']);
    const [major, minor] = stdout.trim().split(' ').map(Number);
    if (code === 0 && major === oldest[0] && minor >= oldest[1]) return file;
  }
  return undefined;
}

/** A Python command that has pip, for downloads. @returns {Promise<string[] | undefined>} */
async function findPip() {
  for (const python of [venvPython, await findPython()]) {
    if (python && fs.existsSync(python) && (await run(python, ['-m', 'pip', '--version'])).code === 0) return [python];
  }
  return undefined;
}

/**
 * The set-up step: Jupyter as the project wants it, or as it is there.
 * @param {Say} say
 * @param {{ dev?: boolean }} [options] dev: also what the tests need
 * @returns {Promise<Jupyter & { installed: boolean, reason?: string }>} reason: why it is not our own environment
 */
async function ensureJupyter(say, { dev = false } = {}) {
  if (withoutJupyter()) return { ...nowhere, installed: false, reason: 'GENLAB_JUPYTER is none' };
  const [stamped, reason = ''] = splitOnce(readStamp(pathStamp));
  if (Date.now() < Number(stamped)) {
    const found = await jupyterOnPath();
    if (found.from === 'path') return { ...found, installed: false, reason };
  }
  try {
    const installed = await ensureVenv('requirements.txt', say);
    const added = dev && (await ensureVenv('requirements-dev.txt', say));
    clearStamp(pathStamp);
    return { ...ownJupyter(), installed: installed || added };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const found = await jupyterOnPath();
    if (found.from === 'path') writeStamp(pathStamp, `${Date.now() + retryAfter} ${error.message}`);
    return { ...found, installed: false, reason: error.message };
  }
}

/** @param {string} [text] */
function splitOnce(text = '') {
  const space = text.indexOf(' ');
  return space < 0 ? [text] : [text.slice(0, space), text.slice(space + 1)];
}

/** What there is, without making anything. @returns {Promise<Jupyter>} */
async function findJupyter() {
  if (withoutJupyter()) return nowhere;
  return readStamp('requirements.txt') && fs.existsSync(venvPython) ? ownJupyter() : jupyterOnPath();
}

/** @returns {Jupyter} */
function ownJupyter() {
  return {
    from: 'venv',
    lab: [venvPython, '-m', 'jupyterlab'],
    front: 'lab',
    nbconvert: [venvPython, '-m', 'nbconvert'],
    python: [venvPython],
    text: `JupyterLab ${versionOf('jupyterlab')} in ${path.relative(root, venv)}`,
  };
}

/** Version of a package in our environment, read from its folder: asking Python takes half a second. @param {string} name */
function versionOf(name) {
  const lib = path.join(venv, 'lib');
  for (const python of fs.existsSync(lib) ? fs.readdirSync(lib) : []) {
    const packages = path.join(lib, python, 'site-packages');
    const info = fs.existsSync(packages) && fs.readdirSync(packages).find((n) => n.startsWith(`${name}-`));
    if (info) return info.slice(name.length + 1).replace(/\.dist-info$/, '');
  }
  return '';
}

/** @type {Jupyter} */
const nowhere = {
  from: 'none',
  lab: undefined,
  front: 'lab',
  nbconvert: undefined,
  python: undefined,
  text: 'no Jupyter',
};

/** Somebody wants none, though there may be one. */
const withoutJupyter = () => process.env.GENLAB_JUPYTER === 'none';

/** @returns {Promise<Jupyter>} */
async function jupyterOnPath() {
  const jupyter = which('jupyter');
  if (!jupyter) return nowhere;
  const version = async (/** @type {string} */ part) => {
    const { code, stdout } = await run(jupyter, [part, '--version'], { timeout: 30_000 });
    return code === 0 ? Number.parseInt(stdout, 10) : undefined;
  };
  const nbconvert = (await version('nbconvert')) !== undefined;
  const lab = (await version('lab')) !== undefined;
  const notebook = lab ? undefined : await version('notebook');
  if (!nbconvert && !lab && notebook === undefined) return nowhere;
  const server = lab ? 'lab' : notebook !== undefined ? 'notebook' : undefined;
  const python = await findPython();
  const client = python && (await run(python, ['-c', 'import jupyter_client'])).code === 0 ? [python] : undefined;
  return {
    from: 'path',
    lab: server && [jupyter, server],
    front: server === 'notebook' && Number(notebook) < 7 ? 'classic' : (server ?? 'lab'),
    nbconvert: nbconvert ? [jupyter, 'nbconvert'] : undefined,
    python: client,
    text: `${jupyter} (${[server, nbconvert && 'nbconvert'].filter(Boolean).join(', ')})`,
  };
}

/**
 * @param {string} list requirements file
 * @param {Say} say
 * @returns {Promise<boolean>} whether anything had to be installed
 */
async function ensureVenv(list, say) {
  const file = path.join(__dirname, list);
  const wanted = hashOf(fs.readFileSync(file), root);
  if (readStamp(list) === wanted && fs.existsSync(venvPython)) {
    if (list === 'requirements.txt') keepQuiet();
    return false;
  }
  clearStamp(list);
  if ((await run(venvPython, ['-c', 'import sys'])).code !== 0) await makeVenv(say);
  await install(file, say);
  if (list === 'requirements.txt') keepQuiet();
  writeStamp(list, wanted);
  return true;
}

/** @param {Say} say */
async function makeVenv(say) {
  const python = await findPython();
  if (!python) throw new SetupError(`there is no Python ${oldest.join('.')} or newer on PATH`);
  say('making the environment');
  fs.rmSync(venv, { recursive: true, force: true });
  const whole = await run(python, ['-m', 'venv', venv], { timeout: 300_000 });
  if (whole.code === 0) return;
  // Debian splits pip off venv; another Python's pip can install into an environment without one.
  fs.rmSync(venv, { recursive: true, force: true });
  const bare = await run(python, ['-m', 'venv', '--without-pip', venv], { timeout: 300_000 });
  if (bare.code === 0) return;
  fs.rmSync(venv, { recursive: true, force: true });
  throw new SetupError(`${python} cannot make an environment (on Debian: apt install python3-venv)`);
}

/** @param {string} file @param {Say} say */
async function install(file, say) {
  say('installing JupyterLab');
  const common = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off', '--retries', '2', '-r', file];
  let collected = 0;
  const options = {
    onLine: (/** @type {string} */ line) => {
      if (/^\s*Collecting /.test(line)) say(`installing JupyterLab, ${++collected} packages`);
      if (/^Installing collected/.test(line)) say('installing JupyterLab, unpacking');
    },
    timeout: 1_800_000,
  };
  const hasPip = (await run(venvPython, ['-m', 'pip', '--version'])).code === 0;
  const python = await findPython();
  if (!hasPip && (!python || (await run(python, ['-m', 'pip', '--version'])).code !== 0)) {
    throw new SetupError('there is no pip (on Debian: apt install python3-venv)');
  }
  let result = hasPip
    ? await run(venvPython, ['-m', 'pip', 'install', ...common], options)
    : await run(String(python), ['-m', 'pip', '--python', venvPython, 'install', ...common], options);
  if (!hasPip && /no such option/i.test(result.output)) {
    // pip before 22.3 cannot install for another Python, but into a folder.
    const { stdout } = await run(venvPython, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']);
    result = await run(
      String(python),
      ['-m', 'pip', 'install', '--target', stdout.trim(), '--upgrade', ...common],
      options,
    );
  }
  if (result.code === 0) return;
  if (/NewConnectionError|NameResolutionError|ConnectTimeoutError|ProxyError|Read timed out/.test(result.output)) {
    throw new SetupError('PyPI cannot be reached');
  }
  const error = result.output.split('\n').find((line) => /^\s*ERROR/.test(line)) ?? lastLines(result.output, 1);
  throw new SetupError(`pip could not install JupyterLab: ${error.trim()}`);
}

/**
 * JupyterLab asks at its first start whether it may fetch news. A course that works without a network says no. And what
 * nbconvert writes, here or from JupyterLab's menu, holds all it needs.
 */
function keepQuiet() {
  const load = `load_subconfig(${JSON.stringify(nbconvertConfig)})\n`;
  for (const name of ['jupyter_nbconvert_config.py', 'jupyter_server_config.py']) {
    writeFile(path.join(venv, 'etc', 'jupyter', name), load);
  }
  const settings = { '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false } };
  const file = path.join(venv, 'share', 'jupyter', 'lab', 'settings', 'overrides.json');
  writeFile(file, `${JSON.stringify(settings, undefined, 2)}\n`);
}

/** pandoc on PATH, or the one that pip's pypandoc_binary has put into our environment. @returns {string | undefined} */
function findPandoc() {
  const lib = path.join(venv, 'lib');
  const own = (fs.existsSync(lib) ? fs.readdirSync(lib) : []).map((python) =>
    path.join(lib, python, 'site-packages', 'pypandoc', 'files', 'pandoc'),
  );
  return which('pandoc') ?? own.find((file) => fs.existsSync(file));
}

module.exports = { ensureJupyter, findJupyter, findPandoc, findPip, findPython, nbconvertConfig, venvPython };
