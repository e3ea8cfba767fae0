'use strict';
/**
 * `npm start`: everything from a fresh clone to an open lesson.
 *
 *   npm start                            JupyterLab on your own copies of the lessons
 *   npm start -- --headless 04-vae       run a lesson, write out/04-vae.html, grade its solution and its stub
 */
const { parseArgs } = require('node:util');
const { SetupError } = require('./common.js');
const { runMain, setUp } = require('./steps.js');

const help = `Sets genlab up, as far as it is not yet, and opens the lessons in JupyterLab.

Usage: npm start [-- [LESSON] [options]]

  LESSON               open this lesson, for example 04-vae; without one, the list of lessons
  --lang en|zh         language of the lessons (default: your system's, else English)
  --no-open            do not open a browser; the address is printed
  --port N             port of the Jupyter server (default 8888, or the next free one)
  --headless LESSON    no browser: run the lesson's solution through Jupyter, write out/LESSON.html, grade the
                       solution and the bare stub; exits with 0 only for full marks and none
  --setup-only         stop after set-up
  --cuda               build the native engine for NVIDIA cards, also where none is seen (GENLAB_CUDA=1; 0: never)
  --help               this text

Set-up keeps what it makes in .genlab/ and its downloads in ~/.cache/genlab (GENLAB_CACHE).
Exit codes: 0 done; 1 a check failed; 2 wrong command line; 3 something is missing on this machine; 70 a fault in genlab.
`;

/** @param {string[]} argv */
function parse(argv) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        headless: { type: 'string' },
        lang: { type: 'string' },
        cuda: { type: 'boolean' },
        'no-open': { type: 'boolean' },
        port: { type: 'string' },
        'setup-only': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new SetupError(`${/** @type {Error} */ (error).message}\nSee npm start -- --help`, 2);
  }
}

/** @param {string | undefined} asked @returns {'en' | 'zh'} */
function language(asked) {
  const { GENLAB_LANG, LC_ALL, LC_MESSAGES, LANG } = process.env;
  const wanted = asked ?? (GENLAB_LANG || LC_ALL || LC_MESSAGES || LANG || 'en');
  if (asked !== undefined && asked !== 'en' && asked !== 'zh') {
    throw new SetupError(`--lang ${asked}: the lessons are in en and zh`, 2);
  }
  return wanted.startsWith('zh') ? 'zh' : 'en';
}

/** @param {string | undefined} text */
function portNumber(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new SetupError(`--port ${text} is no port number`, 2);
  return port;
}

/** @param {string[]} argv @returns {Promise<number>} */
async function main(argv) {
  const { values, positionals } = parse(argv);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const lang = language(values.lang);
  const port = portNumber(values.port);
  if (positionals.length > 1 || (values.headless !== undefined && positionals.length > 0)) {
    throw new SetupError('one lesson at a time\nSee npm start -- --help', 2);
  }
  if (values.cuda) process.env.GENLAB_CUDA = '1';
  const jupyter = await setUp();
  if (values['setup-only']) return 0;
  // From here on the npm packages are there, and with them TypeScript.
  require('./register.js');
  if (values.headless !== undefined) {
    /** @type {typeof import('../cli/headless')} */
    const { headless } = require('../cli/headless');
    return headless(values.headless, { lang, jupyter });
  }
  /** @type {typeof import('../cli/lab')} */
  const { openLab } = require('../cli/lab');
  return openLab({ lang, jupyter, lesson: positionals[0], open: !values['no-open'], port });
}

if (require.main === module) runMain(() => main(process.argv.slice(2)));

module.exports = { main };
