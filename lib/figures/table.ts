import { escapeHtml, figure, type Figure } from './figure';
import { fontSize } from './style';

type Cell = string | number | boolean | null | undefined;

export interface TableOptions {
  readonly title?: string;
  /** Which columns, in which order; those of the first row unless told. */
  readonly columns?: readonly string[];
  /** Digits after the point, for all numbers or by column; four that count unless told. */
  readonly digits?: number | Readonly<Record<string, number>>;
}

/** Rows as a table: numbers to the right, in HTML, Markdown and text. */
export function table(rows: readonly Readonly<Record<string, Cell>>[], options: TableOptions = {}): Figure {
  const { title = '', digits } = options;
  const columns = options.columns ?? Object.keys(rows[0] ?? {});
  const words = (value: Cell, column: string) => {
    if (value === null || value === undefined) return '–';
    if (typeof value !== 'number') return String(value);
    const places = typeof digits === 'number' ? digits : digits?.[column];
    return numberText(value, places).replace('-', '−');
  };
  const cells = rows.map((row) => columns.map((column) => words(row[column], column)));
  const right = columns.map((column) => rows.some((row) => typeof row[column] === 'number'));
  return figure({ title, text: text(title, columns, cells, right) }, () => ({
    'text/html': html(title, columns, cells, right),
    'text/markdown': markdown(title, columns, cells, right),
  }));
}

function numberText(value: number, places: number | undefined): string {
  if (places !== undefined) return value.toFixed(places);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

function html(title: string, columns: readonly string[], rows: readonly string[][], right: readonly boolean[]): string {
  const style = (i: number, more: string) =>
    `style="text-align:${right[i] ? 'right' : 'left'};padding:4px 14px;border:none;${more}"`;
  const row = (cells: readonly string[], tag: 'th' | 'td', more: string) =>
    `<tr>${cells.map((cell, i) => `<${tag} ${style(i, more)}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const caption = title
    ? `<caption style="caption-side:top;text-align:left;font-size:${fontSize.axis}px;padding:0 0 6px;color:inherit">${escapeHtml(title)}</caption>`
    : '';
  const head = row(columns, 'th', 'border-bottom:2px solid currentColor;font-weight:600');
  const body = rows.map((cells) =>
    row(cells, 'td', 'border-bottom:1px solid rgba(128,128,128,.3);font-variant-numeric:tabular-nums'),
  );
  return `<table style="border-collapse:collapse;font-size:${fontSize.tick}px;margin:8px 0">${caption}<thead>${head}</thead><tbody>${body.join('')}</tbody></table>`;
}

function markdown(
  title: string,
  columns: readonly string[],
  rows: readonly string[][],
  right: readonly boolean[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  const rule = `|${right.map((numbers) => (numbers ? '---:' : ':---')).join('|')}|`;
  return [...(title ? [`**${title}**`, ''] : []), line(columns), rule, ...rows.map(line)].join('\n');
}

function text(title: string, columns: readonly string[], rows: readonly string[][], right: readonly boolean[]): string {
  const length = (cell: string) => [...cell].reduce((sum, letter) => sum + (letter >= '\u2E80' ? 2 : 1), 0);
  const widths = columns.map((column, i) => Math.max(length(column), ...rows.map((cells) => length(cells[i]))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const room = ' '.repeat(widths[i] - length(cell));
        return right[i] ? room + cell : cell + room;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [...(title ? [title] : []), line(columns), rule, ...rows.map(line)].join('\n');
}
