/** A place in a text; lines and columns are 1-based. */
export interface Spot {
  readonly line: number;
  readonly column: number;
  /** Characters to underline. */
  readonly length?: number;
}

const WIDEST = 160;

/** The lines around a place, the one at hand marked and underlined. */
export function codePicture(source: string, { line, column, length = 1 }: Spot): string[] {
  const lines = source.split('\n');
  if (line < 1 || line > lines.length) return [];
  const from = Math.max(1, line - 2);
  const to = Math.min(lines.length, line + 1);
  const width = String(to).length;
  const shown: string[] = [];
  for (let number = from; number <= to; number++) {
    const here = number === line;
    const text = lines[number - 1];
    const cut = text.length > WIDEST ? `${text.slice(0, WIDEST)}…` : text;
    shown.push(`${here ? '>' : ' '} ${String(number).padStart(width)} | ${cut}`);
    if (here && column <= WIDEST) {
      const under = Math.max(1, Math.min(length, text.length - column + 1, WIDEST));
      shown.push(`  ${' '.repeat(width)} | ${' '.repeat(column - 1)}${'^'.repeat(under)}`);
    }
  }
  return shown;
}
