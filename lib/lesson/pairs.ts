import type { Cell } from './types';

/** Cells in order, the two languages of one piece of prose together. */
export function pairsOf(cells: readonly Cell[]): (readonly [Cell] | readonly [Cell, Cell])[] {
  const pairs: (readonly [Cell] | readonly [Cell, Cell])[] = [];
  for (let i = 0; i < cells.length; i++) {
    const [cell, next] = [cells[i], cells[i + 1]];
    if (cell.lang && next?.lang && next.lang !== cell.lang) {
      pairs.push([cell, next]);
      i++;
    } else pairs.push([cell]);
  }
  return pairs;
}
