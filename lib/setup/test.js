'use strict';
/**
 * `npm test`: set-up, then every check. The last line is `N passed, N failed`; lint, format, types, notebooks, glossary each
 * count as one. `--fast` leaves out Jupyter, the files named *.slow.test.ts and the exercises' specs with their wrong answers;
 * `--kernel` runs the kernel's tests alone, `--attacks` the attacks on the grader.
 */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { SetupError, root, run, stateFolder } = require('./common.js');
const { jupyterEnv } = require('./kernelspec.js');
const { runMain, setUp } = require('./steps.js');

/** @typedef {{ passed: number, failed: number, skipped?: number }} Count */

/** @param {string} name @param {...string} rest */
const tool = (name, ...rest) => path.join(root, 'node_modules', name, ...rest);

/** One yes-or-no check: a program whose exit code decides and whose output matters only when it fails. */
const gates = [
  { title: 'lint', args: [tool('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'] },
  { title: 'format', args: [tool('prettier', 'bin', 'prettier.cjs'), '--check', '.'] },
  { title: 'types', args: [tool('typescript', 'bin', 'tsc'), '--noEmit'] },
  { title: 'notebooks up to date', args: [path.join(__dirname, 'genlab.js'), 'build', '--check'] },
  { title: 'glossary up to date', args: [path.join(__dirname, 'genlab.js'), 'glossary', '--check'] },
  { title: 'lessons', args: [path.join(__dirname, 'genlab.js'), 'check'] },
];

/** @param {{ title: string, args: readonly string[] }} gate @returns {Promise<Count>} */
async function runGate({ title, args }) {
  const start = Date.now();
  const { code, output } = await run(process.execPath, args);
  const took = `${((Date.now() - start) / 1000).toFixed(1)} s`;
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${title} (${took})\n`);
  if (code !== 0) process.stdout.write(`${output.trim()}\n`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Runs a program whose output a person reads while it runs.
 * @param {string} command @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>}
 */
function show(command, args, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** @param {{ fast: boolean, kernel: boolean, attacks: boolean }} options @returns {Promise<Count>} */
async function runVitest({ fast, kernel, attacks }) {
  const report = path.join(stateFolder, 'test', 'vitest.json');
  fs.rmSync(report, { force: true });
  const args = [
    ...[tool('vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ...(fast ? ['--exclude', '**/*.slow.test.ts', '--exclude', 'test/exercises/**'] : []),
    ...(kernel ? [path.join('test', 'kernel')] : []),
    ...(attacks ? [path.join('test', 'attacks')] : []),
  ];
  const code = await show(process.execPath, args, jupyterEnv());
  return countVitest(fs.existsSync(report) ? fs.readFileSync(report, 'utf8') : undefined, code);
}

/**
 * @param {string | undefined} report
 * @param {number} code vitest's own
 * @returns {Count}
 */
function countVitest(report, code) {
  if (report === undefined) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(report);
  // A file that does not even load has no test that failed; nor has an error outside every test.
  const brokenFiles = testResults.filter(
    (/** @type {{ status: string, assertionResults: { status: string }[] }} */ file) =>
      file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const failed = numFailedTests + brokenFiles;
  return {
    passed: numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: numPendingTests + (numTodoTests ?? 0),
  };
}

/** @param {string[]} argv @returns {Promise<number>} */
async function main(argv) {
  const options = parseOptions(argv);
  await setUp({ jupyter: !options.fast && !options.attacks, dev: true });
  /** @type {Count[]} */
  const counts = [];
  if (!options.kernel && !options.attacks) counts.push(...(await Promise.all(gates.map(runGate))));
  counts.push(await runVitest(options));
  const sum = (/** @type {keyof Count} */ key) => counts.reduce((total, count) => total + (count[key] ?? 0), 0);
  const skipped = sum('skipped');
  if (skipped > 0) process.stdout.write(`${skipped} skipped\n`);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  return sum('failed') === 0 ? 0 : 1;
}

/** @param {string[]} argv */
function parseOptions(argv) {
  try {
    const flag = /** @type {const} */ ({ type: 'boolean' });
    const { values } = parseArgs({ args: argv, options: { fast: flag, kernel: flag, attacks: flag } });
    return { fast: values.fast === true, kernel: values.kernel === true, attacks: values.attacks === true };
  } catch (error) {
    throw new SetupError(
      `${/** @type {Error} */ (error).message}\nUsage: npm test [-- --fast | --kernel | --attacks]`,
      2,
    );
  }
}

if (require.main === module) runMain(() => main(process.argv.slice(2)));

module.exports = { countVitest };
