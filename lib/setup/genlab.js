#!/usr/bin/env node
'use strict';
/** The `genlab` command: lets Node read the project's TypeScript, then hands over to lib/cli.ts. */
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..', '..');
if (!fs.existsSync(path.join(root, 'node_modules', 'typescript', 'package.json'))) {
  process.stderr.write(`genlab: its npm packages are not installed yet. Run npm start (or npm ci) in ${root}\n`);
  process.exit(3);
}

// `genlab --help | head` closes our output early; that is no error.
process.stdout.on('error', (error) => {
  if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE') process.exit(0);
  throw error;
});

require('./register.js');
/** @type {typeof import('../cli')} */
const { main } = require('../cli');

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
