/** `npm run checkpoint -- NAME`: trains and writes checkpoints/NAME.safetensors with its card. Without a name, lists them. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../lib/errors';

const names = readdirSync(__dirname)
  .flatMap((file) => /^make_(.+)\.ts$/.exec(file)?.[1] ?? [])
  .sort();

/** What checkpoints/make_NAME.ts exports. */
interface Maker {
  readonly make: () => Promise<void>;
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h') {
    const state = (each: string) => (existsSync(path.join(__dirname, `${each}.safetensors`)) ? 'made' : 'not made yet');
    const width = Math.max(...names.map((each) => each.length));
    const lines = names.map((each) => `  ${each.padEnd(width)}  ${state(each)}`);
    process.stdout.write(`Usage: npm run checkpoint -- NAME\n\n${lines.join('\n')}\n`);
    return name === undefined ? 2 : 0;
  }
  if (!names.includes(name) || rest.length > 0) {
    throw new UserError(`there is no checkpoint ${argv.join(' ')}. There are: ${names.join(', ')}`, 2);
  }
  await ((await import(`./make_${name}`)) as Maker).make();
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = error instanceof UserError;
    process.stderr.write(
      `${known ? `checkpoint: ${error.message}` : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = known ? error.exitCode : 70;
  },
);
