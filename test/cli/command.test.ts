import { describe, expect, it, vi } from 'vitest';
import { columns, commandHelp, defineCommand, nearest, parseCommandLine } from '../../lib/cli/command';
import { UserError } from '../../lib/errors';

const seen = vi.fn();
const command = defineCommand({
  name: 'paint',
  summary: 'Paint a fence',
  usage: 'genlab paint FENCE… [options]',
  options: {
    colour: { type: 'string', short: 'c', value: 'NAME', help: 'Which colour.' },
    coat: { type: 'string', multiple: true, help: 'One coat; may be given several times.' },
    quick: { type: 'boolean', help: 'Leave out the back.' },
  },
  details: 'Exits with 1 when the paint runs out.',
  run({ values, positionals }) {
    // The types follow from the options above: these would not compile otherwise.
    const colour: string | undefined = values.colour;
    const coats: readonly string[] | undefined = values.coat;
    const quick: boolean | undefined = values.quick;
    seen({ colour, coats, quick, positionals });
  },
});

const usageError = (argv: string[]): UserError => {
  try {
    parseCommandLine(command, argv);
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error(`no UserError for ${argv.join(' ')}`);
};

describe('a command line', () => {
  it('is taken apart into flags and words', async () => {
    const { help, ...args } = parseCommandLine(command, ['a', '--coat', '1', '-c', 'red', '--coat=2', '--quick', 'b']);
    expect(help).toBe(false);
    await command.run(args);
    expect(seen).toHaveBeenCalledWith({ colour: 'red', coats: ['1', '2'], quick: true, positionals: ['a', 'b'] });
  });

  it('takes everything after -- as words', () => {
    expect(parseCommandLine(command, ['--', '--quick']).positionals).toEqual(['--quick']);
  });

  it('with a mistyped flag is refused with the flag that was meant', () => {
    const error = usageError(['--colur', 'red']);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain('there is no option --colur. Did you mean --colour?');
    expect(error.message).toContain('genlab paint --help');
  });

  it.each([[['--colour']], [['--quick=yes']]])('%j is refused as wrong usage', (argv) => {
    expect(usageError(argv).exitCode).toBe(2);
  });

  it('asks for help with --help and -h, whatever else is there', () => {
    expect(parseCommandLine(command, ['fence', '--help']).help).toBe(true);
    expect(parseCommandLine(command, ['-h']).help).toBe(true);
  });
});

describe('help', () => {
  it('shows usage, every flag with its value, and the details', () => {
    const text = commandHelp(command);
    expect(text).toContain('Usage: genlab paint FENCE… [options]');
    expect(text).toMatch(/-c, --colour NAME +Which colour\./);
    expect(text).toMatch(/-h, --help/);
    expect(text).toContain('runs out');
  });

  it('wraps long texts under themselves', () => {
    const lines = columns([['short', 'word '.repeat(60).trim()]]).split('\n');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {9}word/);
  });
});

describe('nearest', () => {
  const commands = ['start', 'run', 'grade', 'build', 'check', 'export', 'data', 'doctor'];
  it.each([
    ['buidl', 'build'],
    ['garde', 'grade'],
    ['chek', 'check'],
    ['docter', 'doctor'],
    ['expotr', 'export'],
    ['xylophone', undefined],
    ['q', undefined],
  ])('%s → %s', (word, expected) => {
    expect(nearest(word, commands)).toBe(expected);
  });
});
