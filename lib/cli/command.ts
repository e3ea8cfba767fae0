import { parseArgs } from 'node:util';
import { UserError } from '../errors';

/** One flag of a command. A flag that takes a value names it in `value`, which the help shows: `--lang LANG`. */
export interface Option {
  readonly type: 'boolean' | 'string';
  readonly help: string;
  readonly short?: string;
  readonly value?: string;
  readonly multiple?: boolean;
}

export type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends { type: 'boolean' }
  ? boolean
  : O extends { multiple: true }
    ? string[]
    : string;

/** What a command is given: its flags by name, absent when not given, and the words that are no flags. */
export interface Args<O extends Options = Options> {
  readonly values: { readonly [Name in keyof O]?: ValueOf<O[Name]> };
  readonly positionals: readonly string[];
}

/**
 * One subcommand of `genlab`. Its file imports what it works with inside `run`, so that `genlab --help` loads nothing
 * heavy.
 */
export interface Command<O extends Options = Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** `genlab grade FILE… [options]` */
  readonly usage: string;
  readonly options: O;
  /** Paragraphs under the options: examples, meaning of exit code 1. */
  readonly details?: string;
  /** @returns the exit code; nothing means 0 */
  run(args: Args<O>): Promise<number | void> | number | void;
}

/** A command whose `run` sees each flag under its own type. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return { ...command, run: (args) => command.run(args as Args<O>) };
}

const helpOption: Option = { type: 'boolean', short: 'h', help: 'Show this help.' };

/** The flags and words of a command line, or a UserError with exit code 2 that says what is wrong with it. */
export function parseCommandLine(command: Command, argv: readonly string[]): Args & { readonly help: boolean } {
  const options = { ...command.options, help: helpOption };
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, short, multiple }]) => [
          name,
          { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
        ]),
      ),
      allowPositionals: true,
    });
    const { help, ...rest } = values as Record<string, boolean | string | string[] | undefined>;
    return { values: rest as Args['values'], positionals, help: help === true };
  } catch (error) {
    if (!isParseError(error)) throw error;
    const flag = /'(-[^']*)'/.exec(error.message)?.[1];
    const known = Object.keys(options).map((name) => `--${name}`);
    const guess = error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && flag ? nearest(flag, known) : undefined;
    const what =
      error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && flag
        ? `there is no option ${flag}.${guess ? ` Did you mean ${guess}?` : ''}`
        : error.message;
    throw new UserError(`${what}\nSee genlab ${command.name} --help`, 2);
  }
}

function isParseError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

export function commandHelp(command: Command): string {
  const rows = Object.entries({ ...command.options, help: helpOption }).map(([name, option]): [string, string] => [
    `${option.short ? `-${option.short}, ` : '    '}--${name}${option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''}`,
    option.help,
  ]);
  const parts = [command.summary, `Usage: ${command.usage}`, `Options:\n${columns(rows)}`];
  if (command.details) parts.push(command.details.trim());
  return `${parts.join('\n\n')}\n`;
}

/** Rows of two columns, the second wrapped at 100 characters. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows
    .map(([name, text]) => {
      const lines = [''];
      for (const word of text.split(' ')) {
        const last = lines[lines.length - 1];
        if (last && left + last.length + word.length > 98) lines.push(word);
        else lines[lines.length - 1] = last ? `${last} ${word}` : word;
      }
      return `  ${name.padEnd(left)}${lines.join(`\n${' '.repeat(left + 2)}`)}`;
    })
    .join('\n');
}

/** The candidate that a typing mistake most likely meant, or nothing when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(word.length / 2.5)) ? best.candidate : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i + j));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replace = table[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      table[i][j] = Math.min(table[i - 1][j] + 1, table[i][j - 1] + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.length][b.length];
}
