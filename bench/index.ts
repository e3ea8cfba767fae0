/** `npm run bench -- NAME [--json] [--rounds N]`: runs bench/NAME.ts. Without a name, lists the benches. */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { columns } from '../lib/cli/command';
import { UserError } from '../lib/errors';
import { Progress } from '../lib/setup/progress.js';
import { type Bench, table } from './support/bench';

const names = readdirSync(__dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
  .map((file) => file.replace(/\.ts$/, ''))
  .sort();

async function load(name: string): Promise<Bench> {
  return ((await import(`./${name}`)) as { bench: Bench }).bench;
}

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(argv);
  const [name, ...rest] = positionals;
  if (name === undefined || values.help) {
    const rows = await Promise.all(
      names.map(async (each): Promise<[string, string]> => [each, (await load(each)).summary]),
    );
    process.stdout.write(
      `Usage: npm run bench -- NAME [--json] [--rounds N] [--submissions N]\n\n${columns(rows)}\n\n${meaning}\n`,
    );
    return 0;
  }
  if (!names.includes(name) || rest.length > 0) {
    throw new UserError(`there is no bench ${positionals.join(' ')}. There are: ${names.join(', ')}`, 2);
  }
  const rounds = countOf('rounds', values.rounds);
  const submissions = countOf('submissions', values.submissions);
  const bench = await load(name);
  let rows: Awaited<ReturnType<Bench['run']>> = [];
  await new Progress(1).step(`${name}, beside ${bench.peer}`, async (say) => {
    rows = await bench.run(say, { ...(rounds ? { rounds } : {}), ...(submissions ? { submissions } : {}) });
    return { text: 'done' };
  });
  process.stdout.write(values.json ? `${JSON.stringify(rows, undefined, 2)}\n` : `${table(rows)}\n`);
  return 0;
}

const meaning =
  'A row is {row, ours, peer, unit, ratio}; ratio is ours / peer. Medians of runs in turn, on this machine.';

function countOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d*$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UserError(`--${name} ${text}: a whole number of ${name}, at least 1`, 2);
}

function parseCommandLine(args: string[]) {
  try {
    const options = {
      json: { type: 'boolean' },
      rounds: { type: 'string' },
      submissions: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), 2);
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = error instanceof UserError;
    process.stderr.write(
      `${known ? `bench: ${error.message}` : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = known ? error.exitCode : 70;
  },
);
