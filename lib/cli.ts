import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, columns, commandHelp, nearest, parseCommandLine } from './cli/command';
import { UserError } from './errors';

export { type Args, type Command, type Option, defineCommand } from './cli/command';

/** Every command in the order of the help. A command's file is loaded when it is run or when its help is asked for. */
const commands: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  start: () => import('./cli/start'),
  run: () => import('./cli/run'),
  class: () => import('./cli/class'),
  release: () => import('./cli/release'),
  submit: () => import('./cli/submit'),
  collect: () => import('./cli/collect'),
  grade: () => import('./cli/grade'),
  mark: () => import('./cli/mark'),
  feedback: () => import('./cli/feedback'),
  report: () => import('./cli/report'),
  similarity: () => import('./cli/similarity'),
  build: () => import('./cli/build'),
  check: () => import('./cli/check'),
  lessons: () => import('./cli/lessons'),
  glossary: () => import('./cli/glossary'),
  new: () => import('./cli/new'),
  flaky: () => import('./cli/flaky'),
  export: () => import('./cli/export'),
  present: () => import('./cli/present'),
  data: () => import('./cli/data'),
  faces: () => import('./cli/faces'),
  models: () => import('./cli/models'),
  train: () => import('./cli/train'),
  sample: () => import('./cli/sample'),
  evaluate: () => import('./cli/evaluate'),
  league: () => import('./cli/league'),
  kernel: () => import('./cli/kernel'),
  doctor: () => import('./cli/doctor'),
};

const exitCodes = [
  ['0', 'done'],
  ['1', 'a check failed, or the input is wrong (the message says what)'],
  ['2', 'wrong command line'],
  [
    '3',
    'the machine lacks something: a data set, Jupyter, an engine, room on the disk (genlab doctor says how to get it)',
  ],
  ['70', 'a fault in genlab itself'],
  ['130', 'interrupted'],
] as const;

/** Runs one command line (without `node genlab`). @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    if (error instanceof UserError) {
      process.stderr.write(`genlab: ${error.message}\n`);
      return error.exitCode;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${stack}\n\ngenlab: this is a fault in genlab, not yours. Please report the lines above.\n`);
    return 70;
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) {
    process.stdout.write(await overview());
    return first === undefined ? 2 : 0;
  }
  if (first === '--version' || first === '-V') {
    process.stdout.write(`genlab ${version()}\n`);
    return 0;
  }
  if (first === 'help') return dispatch([rest[0], '--help']);
  if (!Object.hasOwn(commands, first)) {
    const guess = nearest(first, Object.keys(commands));
    const what = first.startsWith('-') ? 'option' : 'command';
    throw new UserError(
      `there is no ${what} ${first}.${guess ? ` Did you mean genlab ${guess}?` : ''}\nSee genlab --help`,
      2,
    );
  }
  const { command } = await commands[first]();
  const { help, ...args } = parseCommandLine(command, rest);
  if (help) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  return (await command.run(args)) ?? 0;
}

async function overview(): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map((load) => load()));
  return `genlab: a course on generative models that is real software

Usage: genlab COMMAND [options]

Commands:
${columns(loaded.map(({ command }) => [command.name, command.summary]))}

genlab COMMAND --help says more about one of them. Options of genlab itself: --help, --version.

Exit codes:
${columns(exitCodes)}

Environment:
${columns([
  ['GENLAB_DATA', 'folder that holds the data sets, instead of the places genlab looks in'],
  ['GENLAB_CACHE', 'folder for downloads shared between clones (default ~/.cache/genlab)'],
  ['GENLAB_ENGINE', 'native or wasm, instead of the best one this machine has'],
  ['GENLAB_TENSORFLOW', "folder of TensorFlow's C library (lib/, include/), instead of the one in its Python wheel"],
  ['GENLAB_BUDGET', 'quick, default or full: how long the lessons train'],
  ['GENLAB_LANG', 'en or zh: the language of lessons and figures'],
  ['GENLAB_JUPYTER', 'none: run lessons with Node alone, though there is a Jupyter'],
])}
`;
}

function version(): string {
  return JSON.parse(readFileSync(path.join(__dirname, '..', 'package.json'), 'utf8')).version;
}
