'use strict';
/** npm packages, exactly those of package-lock.json. */
const fs = require('node:fs');
const path = require('node:path');
const { SetupError, lastLines, root, run, which } = require('./common.js');

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockEntry */

/** @param {string} file @returns {Record<string, LockEntry> | undefined} */
function entries(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules holds what the lock file says. npm itself keeps a list of what it installed; comparing with it
 * also sees what a person did with npm by hand, and spares them an `npm ci` that would change nothing.
 */
function isInstalled() {
  const wanted = entries(path.join(root, 'package-lock.json'));
  const present = entries(path.join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '') return true;
    const there = present[name];
    if (!there) return entry.optional === true; // for another platform
    return there.version === entry.version && there.integrity === entry.integrity;
  });
}

/**
 * @param {(text: string) => void} say
 * @returns {Promise<boolean>} whether anything had to be installed
 */
async function ensurePackages(say) {
  if (isInstalled()) return false;
  say('npm ci');
  // Under `npm start` npm says where it lives itself; that one fits this Node.
  const own = process.env.npm_execpath;
  const useOwn = own !== undefined && /npm-cli\.c?js$/.test(own) && fs.existsSync(own);
  const npm = which('npm');
  if (!useOwn && !npm) throw new SetupError('npm is not on PATH. It comes with Node: https://nodejs.org');
  const command = useOwn ? process.execPath : String(npm);
  const args = [...(useOwn ? [own] : []), 'ci', '--no-audit', '--no-fund', '--loglevel', 'http'];
  let fetched = 0;
  const result = await run(command, args, {
    onLine: (line) => {
      if (/http fetch GET 200/.test(line)) say(`npm ci, ${++fetched} downloads`);
    },
    timeout: 1_800_000,
  });
  if (result.code === 0 && isInstalled()) return true;
  const errors = result.output
    .split('\n')
    .filter((line) => /^npm (error|ERR!)/.test(line) && !/A complete log|debug-0\.log/.test(line));
  throw new SetupError(`npm ci failed:\n${errors.slice(0, 6).join('\n') || lastLines(result.output)}`);
}

module.exports = { ensurePackages, isInstalled };
