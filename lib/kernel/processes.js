'use strict';
/** The programs that cells have started, found by who started whom. Plain JavaScript: the executor's second thread uses it too. */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');

/** @typedef {{ parent: number, began: number }} Process began: milliseconds, from a moment that is the same for all */

/** Milliseconds by which the start of a process is uncertain: `ps` counts in seconds. */
const UNCERTAIN = process.platform === 'linux' ? 100 : 1100;

/** All but those that have ended and only wait for their parent to ask how. @returns {Map<number, Process>} */
function allProcesses() {
  /** @type {Map<number, Process>} */
  const found = new Map();
  if (process.platform === 'linux') {
    for (const name of fs.readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const text = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
        // "pid (name, which may hold anything) state parent …"; the 22nd is the start in hundredths of a second.
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        if (fields[0] !== 'Z') found.set(Number(name), { parent: Number(fields[1]), began: Number(fields[19]) * 10 });
      } catch {
        // It has just ended.
      }
    }
    return found;
  }
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,state=,etime='], { encoding: 'utf8' });
  for (const line of (stdout ?? '').split('\n')) {
    const [pid, parent, state, age] = line.trim().split(/\s+/);
    if (age && !state.startsWith('Z'))
      found.set(Number(pid), { parent: Number(parent), began: -1000 * secondsOf(age) });
  }
  return found;
}

/** `[[days-]hours:]minutes:seconds` @param {string} age */
function secondsOf(age) {
  const [clock, days = '0'] = age.split('-').reverse();
  return clock.split(':').reduce((sum, part) => 60 * sum + Number(part), 0) + 86_400 * Number(days);
}

/**
 * What a process has started, and what that has started in turn.
 * @param {number} pid
 * @param {number} [after] only what began so many milliseconds after the process did
 * @returns {number[]}
 */
function programsOf(pid, after = 0) {
  const all = allProcesses();
  const root = all.get(pid);
  if (!root) return [];
  const family = new Set([pid]);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const [one, { parent }] of all) if (family.has(parent)) family.add(one);
  }
  family.delete(pid);
  const from = after > 0 ? root.began + after - UNCERTAIN : -Infinity;
  return [...family].filter((one) => (all.get(one)?.began ?? 0) >= from);
}

/** Those that still run. @param {Iterable<number>} pids */
function livingOf(pids) {
  const all = allProcesses();
  return [...pids].filter((pid) => all.has(pid));
}

/** @param {Iterable<number>} pids @param {NodeJS.Signals} signal */
function signalAll(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended.
    }
  }
}

module.exports = { livingOf, programsOf, signalAll };
