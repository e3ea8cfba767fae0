/** One line of a comparison: ours beside a peer's, measured in the same run. */
export interface Row {
  readonly row: string;
  readonly ours: number;
  /** Absent where the peer is not on this machine. */
  readonly peer: number | null;
  readonly unit: string;
  /** ours / peer. For times, below 1 is faster than the peer. */
  readonly ratio: number | null;
}

/** bench/NAME.ts exports one of these as `bench`. */
export interface Bench {
  readonly summary: string;
  /** Who the peer is, with version. */
  readonly peer: string;
  run(say: (text: string) => void, options?: BenchOptions): Promise<Row[]>;
}

/** For benches that let these be chosen. */
export interface BenchOptions {
  /** How often each thing is measured. */
  readonly rounds?: number;
  /** How many submissions are graded. */
  readonly submissions?: number;
}

export function row(name: string, ours: number, peer: number | null, unit: string): Row {
  return { row: name, ours, peer, unit, ratio: peer === null ? null : ours / peer };
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Measures several things in turn, round after round, so that whatever else the machine does falls on all of them alike.
 * Rounds that warm up do not count: the first, and up to `warmUps` as long as they are done within two seconds.
 * @returns the median of each
 */
export async function interleaved(
  measures: readonly (() => Promise<number>)[],
  rounds: number,
  say: (text: string) => void,
  warmUps = 1,
): Promise<number[]> {
  const samples = measures.map((): number[] => []);
  const start = performance.now();
  for (let i = 0; i === 0 || (i < warmUps && performance.now() - start < 2000); i++) {
    say('warming up');
    for (const measure of measures) await measure();
  }
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    for (const [i, measure] of measures.entries()) samples[i].push(await measure());
  }
  return samples.map(median);
}

/** Rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const show = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(3))));
  const lines = [
    ['row', 'ours', 'peer', 'unit', 'ours/peer'],
    ...rows.map(({ row: name, ours, peer, unit, ratio }) => [name, show(ours), show(peer), unit, show(ratio)]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const isNumber = [false, true, true, false, true];
  return lines
    .map((line) =>
      line
        .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
