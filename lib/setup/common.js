'use strict';
/** What every step of set-up needs: places, stamps, locks, children. Plain Node: runs before npm packages exist. */
const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '..', '..');

/** What set-up makes for this clone. Deleting it only costs the time to make it again. */
const stateFolder = path.join(root, '.genlab');

/** Downloads and builds that all clones of a person share. */
function cacheFolder() {
  const { GENLAB_CACHE, XDG_CACHE_HOME } = process.env;
  return path.resolve(GENLAB_CACHE || path.join(XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'genlab'));
}

/** Something is missing on this machine, or did not work on it: shown as a message, never as a stack. */
class SetupError extends Error {
  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = 3) {
    super(message);
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}

/** @param {...(string | Buffer)} parts */
function hashOf(...parts) {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** @param {string} name */
const stampFile = (name) => path.join(stateFolder, 'stamps', name);

/** The inputs' hash that a step was last done with. @param {string} name */
function readStamp(name) {
  try {
    return fs.readFileSync(stampFile(name), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {string} hash */
function writeStamp(name, hash) {
  writeFile(stampFile(name), `${hash}\n`);
}

/** @param {string} name */
function clearStamp(name) {
  fs.rmSync(stampFile(name), { force: true });
}

/** Writes a whole file or none of it. @param {string} file @param {string | Buffer} content */
function writeFile(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, content);
  fs.renameSync(temporary, file);
}

/** Full name of a program on PATH. @param {string} name */
function which(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      if (fs.statSync(file).isFile()) return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] added to this process's
 * @property {(line: string) => void} [onLine] each line of its output as it comes
 * @property {number} [timeout] milliseconds
 */

/**
 * Runs a program to its end and keeps what it wrote. Never throws: a program that cannot be started has code 127.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string, stdout: string }>}
 */
function run(command, args, { cwd = root, env, onLine, timeout } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let stdout = '';
    let timedOut = false;
    const timer = timeout
      ? setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, timeout)
      : undefined;
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text;
        if (stream === child.stdout) stdout += text;
        const lines = (rest + text).split(/\r?\n|\r/);
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.trim()) onLine?.(line);
      });
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: error.message, stdout: '' });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (timedOut) output += `\nstopped after ${Math.round((timeout ?? 0) / 1000)} s`;
      resolve({ code: timedOut ? 124 : (code ?? 1), output, stdout });
    });
  });
}

/** The last lines of a program's output that say something, for a message. @param {string} output @param {number} [count] */
function lastLines(output, count = 3) {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(-count)
    .join('\n');
}

/**
 * Runs `work` while no other process holds `file`. A lock whose process is gone is taken over.
 * @template T
 * @param {string} file
 * @param {(text: string) => void} say
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withLock(file, say, work) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, host: os.hostname() });
  let told = false;
  for (;;) {
    try {
      fs.writeFileSync(file, mine, { flag: 'wx' });
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (holder && holder.host === os.hostname() && !isAlive(holder.pid)) {
      // Renamed before it is deleted: of several who wait, one succeeds, and no one deletes a lock just made.
      const stale = `${file}.${process.pid}.stale`;
      try {
        fs.renameSync(file, stale);
        fs.rmSync(stale, { force: true });
      } catch {
        // Another one was faster.
      }
      continue;
    }
    if (!told) say(`waiting for another set-up${holder ? ` (process ${holder.pid})` : ''}`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/** @param {string} file @returns {{ pid: number, host: string } | undefined} */
function readHolder(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined; // just released, or being written
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

module.exports = {
  SetupError,
  cacheFolder,
  clearStamp,
  hashOf,
  lastLines,
  readStamp,
  root,
  run,
  stateFolder,
  which,
  withLock,
  writeFile,
  writeStamp,
};
