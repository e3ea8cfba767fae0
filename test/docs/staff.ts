import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** One command of a page with the output that stands below it. */
export interface Step {
  readonly line: number;
  /** As it stands after `$ `. */
  readonly command: string;
  readonly output: readonly string[];
}

/** The steps in the `console` blocks of a page, in order. */
export function stepsOf(page: string): Step[] {
  const lines = fs.readFileSync(path.join(root, page), 'utf8').split('\n');
  const steps: { line: number; command: string; output: string[] }[] = [];
  let inside = false;
  lines.forEach((line, i) => {
    if (line.startsWith('```')) inside = line === '```console';
    else if (inside && line.startsWith('$ ')) steps.push({ line: i + 1, command: line.slice(2), output: [] });
    else if (inside) steps.at(-1)?.output.push(line);
  });
  return steps;
}

/** The words of a command line; single quotes hold a word together, as a shell has it. */
export const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);

/** What of a line stays the same from one class to another: its words, without numbers, times and the width of columns. */
export const keyOf = (line: string): string =>
  line
    .replace(/\b[0-9a-f]{16}\b/, '0')
    .replace(/\d[\d.,:TZ-]*/g, '0')
    .replace(/\b(ms|s|min)\b/g, '')
    .replace(/[\s─━-]+/g, ' ')
    .trim();
