import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../lib/cli/command';
import { stepsOf, wordsOf } from './staff';

const pages = ['docs/staff.md', 'docs/staff.zh-CN.md'];

describe.each(pages)('%s', (page) => {
  const genlab = stepsOf(page)
    .map(({ line, command }) => ({ line, words: wordsOf(command) }))
    .filter(({ words }) => words[0] === 'genlab');

  it('walks the whole way', () => {
    const commands = new Set(genlab.map(({ words }) => words[1]));
    const way = [
      'release',
      'submit',
      'collect',
      'grade',
      'class',
      'mark',
      'feedback',
      'report',
      'similarity',
      'export',
    ];
    expect([...commands]).toEqual(expect.arrayContaining(way));
  });

  it('names only commands and options that there are', async () => {
    for (const { line, words } of genlab) {
      const [, name, ...rest] = words;
      const { command } = await import(`../../lib/cli/${name}.ts`);
      expect(() => parseCommandLine(command, rest), `${page}:${line}`).not.toThrow();
    }
  });
});

it('both pages give the same commands', () => {
  const [en, zh] = pages.map((page) => stepsOf(page).map(({ command }) => command.replace(/'[^']*'/g, "'…'")));
  expect(zh).toEqual(en);
});
