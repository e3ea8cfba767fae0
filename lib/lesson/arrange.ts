import type { NotebookCell } from './types';

/** A cell of the student's after merging, perhaps with a note beside it. */
export interface Placed {
  readonly cells: readonly NotebookCell[];
  /** The cell of the new version that it is. Absent: the student's own. */
  readonly slot?: NotebookCell;
  /** The cell of the old version that it was. */
  readonly was?: NotebookCell | undefined;
}

interface Parts {
  /** In the student's order. */
  readonly placed: readonly Placed[];
  /** Cells of the new version that must come in, in its order. */
  readonly missing: readonly NotebookCell[];
  readonly base: readonly NotebookCell[];
  readonly theirs: readonly NotebookCell[];
}

/**
 * The order of the merged notebook. It is the lesson's, with each cell of the student's own behind the one that it stood
 * behind; but who has moved the lesson's cells about keeps that order, and new cells come behind the one before them.
 */
export function arrange({ placed, missing, base, theirs }: Parts): NotebookCell[] {
  const hasMoved = !(
    isRising(placed.flatMap(({ was }) => (was ? [base.indexOf(was)] : []))) &&
    isRising(placed.flatMap(({ was, slot }) => (slot && !was ? [theirs.indexOf(slot)] : [])))
  );
  const wanted = new Set(missing);
  const bySlot = new Map(placed.flatMap((each) => (each.slot ? [[each.slot, each] as const] : [])));

  const chains: Placed[][] = [[]];
  for (const each of placed) {
    if (each.slot) chains.push([]);
    chains[chains.length - 1].push(each);
  }
  const [front, ...rest] = chains;
  const flat = (chain: readonly Placed[]): NotebookCell[] => chain.flatMap(({ cells }) => cells);
  const chainOf = new Map(rest.map((chain) => [chain[0].slot, chain]));

  if (!hasMoved) {
    return [...flat(front), ...theirs.flatMap((cell) => (wanted.has(cell) ? [cell] : flat(chainOf.get(cell) ?? [])))];
  }

  // Each missing cell goes behind its predecessor in the lesson, with whatever missing cells follow it there.
  const behind = new Map<NotebookCell | undefined, NotebookCell[]>();
  let anchor: NotebookCell | undefined;
  for (const cell of theirs) {
    if (bySlot.has(cell)) anchor = cell;
    else if (wanted.has(cell)) behind.set(anchor, [...(behind.get(anchor) ?? []), cell]);
  }
  return [
    ...(behind.get(undefined) ?? []),
    ...placed.flatMap(({ cells, slot }) => [...cells, ...(slot ? (behind.get(slot) ?? []) : [])]),
  ];
}

const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((value, index) => index === 0 || numbers[index - 1] < value);
