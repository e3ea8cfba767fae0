/** Which submissions of a class resemble each other more than submissions of this exercise do anyway. */
import { fingerprintsOf, k, type Fingerprint } from './fingerprints';
import { tokensOf, type Token } from './tokens';

export interface ComparedSubmission {
  readonly student: string;
  readonly cells: readonly { readonly gradeId: string; readonly source: string }[];
}

/** A stretch of text that both have, as offsets into the source of a cell. */
export interface Region {
  readonly gradeId: string;
  readonly start: number;
  readonly end: number;
}

export interface SimilarPair {
  readonly students: readonly [string, string];
  /** Share of the rarer fragments of the shorter submission that the other has too, weighted by how rare; 0 to 1. */
  readonly score: number;
  /** Fragments that both have and few others do. */
  readonly shared: number;
  /**
   * How far the score lies above those of the class, in robust standard deviations (of the median absolute deviation);
   * absent where the class has fewer than 5 submissions and says nothing.
   */
  readonly deviations?: number;
  /** Worth a look by a person: shares much, and far more than pairs of this class do. */
  readonly unusual: boolean;
  /** What both have, as pairs of stretches in the order of the first one's text. */
  readonly regions: readonly (readonly [Region, Region])[];
}

/**
 * Rare fragments that two must share before a score means anything: about 70 tokens in eight lines. What is shorter people
 * write alike without knowing of each other.
 */
const leastShared = 20;
const leastScore = 0.4;
const leastDeviations = 4;
const smallClass = 5;

interface Place {
  readonly cell: number;
  readonly at: number;
}

interface Prepared {
  readonly student: string;
  readonly cells: readonly { gradeId: string; tokens: readonly Token[] }[];
  /** Where each fragment stands, first of all. */
  readonly places: ReadonlyMap<number, Place>;
}

function prepare({ student, cells }: ComparedSubmission, given: ReadonlySet<number>): Prepared {
  const read = cells.map(({ gradeId, source }) => ({ gradeId, tokens: tokensOf(source) }));
  const places = new Map<number, Place>();
  read.forEach(({ tokens }, cell) => {
    for (const { hash, at } of fingerprintsOf(tokens)) {
      if (!given.has(hash) && !places.has(hash)) places.set(hash, { cell, at });
    }
  });
  return { student, cells: read, places };
}

/** Every run of the texts that were given, so that whatever of them is kept elsewhere is known. */
function givenHashes(given: readonly string[]): Set<number> {
  return new Set(
    given.flatMap((text) => {
      const tokens = tokensOf(text);
      const starts = Array.from({ length: Math.max(0, tokens.length - k + 1) }, (_, at) => at);
      return starts.flatMap((at) => fingerprintsOf(tokens.slice(at, at + k)).map(({ hash }: Fingerprint) => hash));
    }),
  );
}

/**
 * Compares every two submissions of one lesson. Names, literals, comments, layout and the order of functions make no
 * difference, and neither does what was given. A fragment counts for less the more of the class has it; what a third of
 * the class or more has counts for nothing.
 * @param given texts that everybody has: the released cells and stubs, and the solution if it was published
 * @returns all pairs that share a rare fragment, the most alike first
 */
export function similarPairs(
  submissions: readonly ComparedSubmission[],
  given: readonly string[],
): readonly SimilarPair[] {
  const known = givenHashes(given);
  const all = submissions.map((one) => prepare(one, known));
  const holders = new Map<number, number>();
  for (const { places } of all) for (const hash of places.keys()) holders.set(hash, (holders.get(hash) ?? 0) + 1);
  const n = all.length;
  const most = Math.max(2, Math.floor(n / 3));
  const weight = (hash: number): number => {
    const has = holders.get(hash) ?? 0;
    if (has > most) return 0;
    return n > 2 ? Math.log(n / Math.max(1, has - 1)) / Math.log(n) : 1; // 1 where these two alone have it
  };
  const total = all.map(({ places }) => sumOf([...places.keys()].map(weight)));

  const found: { pair: Omit<SimilarPair, 'deviations' | 'unusual'>; score: number }[] = [];
  const scores: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const common = [...all[i].places.keys()].filter((hash) => all[j].places.has(hash) && weight(hash) > 0);
      const size = Math.min(total[i], total[j]);
      const score = size > 0 ? Math.min(1, sumOf(common.map(weight)) / Math.max(size, leastShared)) : 0;
      scores.push(score);
      if (!common.length) continue;
      const students = [all[i].student, all[j].student] as const;
      found.push({
        score,
        pair: { students, score, shared: common.length, regions: regionsOf(all[i], all[j], common) },
      });
    }
  }
  const middle = median(scores);
  const spread = Math.max(0.02, 1.4826 * median(scores.map((score) => Math.abs(score - middle))));
  return found
    .map(({ pair, score }): SimilarPair => {
      const enough = pair.shared >= leastShared && score >= leastScore;
      if (n < smallClass) return { ...pair, unusual: enough && score >= 0.6 };
      const deviations = (score - middle) / spread;
      return { ...pair, deviations, unusual: enough && deviations >= leastDeviations };
    })
    .sort((a, b) => Number(b.unusual) - Number(a.unusual) || b.score - a.score || b.shared - a.shared);
}

const sumOf = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function median(values: readonly number[]): number {
  if (!values.length) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const at = sorted.length >> 1;
  return sorted.length % 2 ? sorted[at] : (sorted[at - 1] + sorted[at]) / 2;
}

/** Shared fragments as stretches of text: such that follow on each other in both are one. */
function regionsOf(a: Prepared, b: Prepared, common: readonly number[]): [Region, Region][] {
  const pairs = common
    .flatMap((hash) => {
      const [one, other] = [a.places.get(hash), b.places.get(hash)];
      return one && other ? [[one, other] as const] : [];
    })
    .sort(([x], [y]) => x.cell - y.cell || x.at - y.at);
  const stretches: { from: readonly [Place, Place]; to: [number, number] }[] = [];
  for (const [one, other] of pairs) {
    const last = stretches.at(-1);
    const joins =
      last?.from[0].cell === one.cell &&
      last.from[1].cell === other.cell &&
      one.at <= last.to[0] &&
      other.at <= last.to[1] &&
      other.at >= last.from[1].at;
    if (last && joins) last.to = [Math.max(last.to[0], one.at + k), Math.max(last.to[1], other.at + k)];
    else stretches.push({ from: [one, other], to: [one.at + k, other.at + k] });
  }
  const region = ({ cells }: Prepared, { cell, at }: Place, to: number): Region => {
    const { gradeId, tokens } = cells[cell];
    return { gradeId, start: tokens[at].start, end: tokens[Math.min(to, tokens.length) - 1].end };
  };
  return stretches.map(({ from, to }) => [region(a, from[0], to[0]), region(b, from[1], to[1])]);
}
