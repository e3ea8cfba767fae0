import ts from 'typescript';
import type { CellError } from '../protocol';
import { codePicture } from '../picture';

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;

/** At most so many errors are shown with their lines. */
const SHOWN = 8;

/** Syntax errors have codes of 1000 and something. */
const isSyntax = (diagnostic: ts.Diagnostic): boolean => diagnostic.code < 2000;

export interface CheckedText {
  readonly source: string;
  /** Where the cell's text begins in the file that was checked. */
  readonly offset: number;
  /** `cell 3` */
  readonly label: string;
}

/** The errors that keep a cell from running, as Jupyter's error. */
export function describeDiagnostics(wrong: readonly ts.Diagnostic[], checked: CheckedText): CellError {
  const { source, offset, label } = checked;
  const ename = wrong.some(isSyntax) ? 'SyntaxError' : 'TypeScriptError';
  const placed = wrong.map((diagnostic) => {
    const start = Math.max(0, (diagnostic.start ?? offset) - offset);
    const before = source.slice(0, start).split('\n');
    return {
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      length: diagnostic.length ?? 1,
      code: diagnostic.code,
      text: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    };
  });
  const [first] = placed;
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
  const lines = [`${bold(red(ename))}: the cell was not run`];
  for (const one of placed.slice(0, SHOWN)) {
    lines.push(`${bold(`${label}:${one.line}:${one.column}`)} TS${one.code}: ${one.text}`, ...codePicture(source, one));
  }
  if (placed.length > SHOWN) lines.push(`… and ${placed.length - SHOWN} more`);
  return {
    status: 'error',
    ename,
    evalue: `${first.text.split('\n')[0]}${more}`,
    traceback: lines,
    line: first.line,
  };
}

/** A cell that the compiler refuses, as Jupyter's error. Without a line, no place is shown. */
export function describeSyntaxError(
  text: string,
  where: { readonly source: string; readonly label: string; readonly line?: number; readonly column?: number },
): CellError {
  const { source, label, line, column = 1 } = where;
  const place =
    line === undefined
      ? [`${bold(label)} ${text}`]
      : [`${bold(`${label}:${line}:${column}`)} ${text}`, ...codePicture(source, { line, column })];
  return {
    status: 'error',
    ename: 'SyntaxError',
    evalue: text,
    traceback: [`${bold(red('SyntaxError'))}: the cell was not run`, ...place],
    ...(line === undefined ? {} : { line }),
  };
}
