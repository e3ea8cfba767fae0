import { stripVTControlCharacters } from 'node:util';
import { Session } from '../../lib/kernel';

/** Cells run one after another in a folder, as a front end would run them. */
export function startSession(cwd: string) {
  let printed = '';
  const session = new Session(
    { cwd },
    {
      output: ({ kind, content }) => {
        if (kind === 'stream') printed += String(content.text);
      },
      input: () => session.executor.answer(null),
    },
  );
  let count = 0;
  const run = (source: string) => {
    printed = '';
    return session.execute(source, { id: `id ${++count}`, label: `cell ${count}` });
  };
  return {
    session,
    /** @returns what the notebook would show as the cell's value */
    async value(source: string): Promise<unknown> {
      const result = await run(source);
      if (result.status === 'error') throw new Error(`${source}\n${plain(result.traceback)}`);
      return result.data?.['text/plain'];
    },
    /** @returns the traceback of a cell that fails */
    async failure(source: string): Promise<string> {
      const result = await run(source);
      if (result.status === 'ok') throw new Error(`this cell runs, and should not:\n${source}`);
      return plain(result.traceback);
    },
    printed: () => printed,
  };
}

const plain = (lines: readonly string[]): string => stripVTControlCharacters(lines.join('\n'));
