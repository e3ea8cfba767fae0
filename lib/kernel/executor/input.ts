import { type Cell, KeyboardInterrupt, currentCell } from './cells';
import { send } from './events';
import { waitForAnswer } from './threads';

let waiting: { cell: Cell; resolve: (text: string) => void; reject: (error: Error) => void } | undefined;

function cellThatMayAsk(): Cell {
  const cell = currentCell();
  if (!cell) throw new Error('Input can only be asked for while a cell runs.');
  if (!cell.allowInput) throw new Error('This front end does not take input (it runs the notebook without a person).');
  return cell;
}

const ask = (cell: Cell, prompt: string, password: boolean): void =>
  send({ type: 'input', cell: cell.id, prompt, password });

/** `await input('Name: ')`, `await input('Key: ', { password: true })` */
async function input(prompt = '', options: { password?: boolean } = {}): Promise<string> {
  const cell = cellThatMayAsk();
  if (waiting) throw new Error('Another question is still open: await one input before the next.');
  return new Promise<string>((resolve, reject) => {
    waiting = { cell, resolve, reject };
    ask(cell, String(prompt), options.password === true);
  });
}

export function takeInput(text: string | null): void {
  const asked = waiting;
  waiting = undefined;
  if (text === null) asked?.reject(new Error('The question was not answered.'));
  else asked?.resolve(text);
}

export function dropInput(): void {
  waiting = undefined;
}

/** The browser's `prompt`: stops everything until it is answered. */
function prompt(message = '', fallback = ''): string | null {
  const cell = cellThatMayAsk();
  const { text, interrupted } = waitForAnswer(() => ask(cell, String(message), false));
  if (interrupted) throw new KeyboardInterrupt();
  return text === '' ? fallback : text;
}

export function installInput(): void {
  for (const [name, value] of Object.entries({ input, prompt })) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
