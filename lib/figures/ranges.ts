/** Where axes begin and end. */

export type Range = readonly [number, number];

export interface RangeOptions {
  readonly log?: boolean;
  /** Room beyond the outermost value, as part of the whole. */
  readonly room?: number;
}

/** Around all finite values; on a log axis in exponents of ten, and around positive values only. */
export function rangeOf(values: Iterable<number | null>, { log = false, room = 0.05 }: RangeOptions = {}): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || !Number.isFinite(value) || (log && value <= 0)) continue;
    const place = log ? Math.log10(value) : value;
    low = Math.min(low, place);
    high = Math.max(high, place);
  }
  if (low > high) return [0, 1];
  const extra = high > low ? (high - low) * room : Math.abs(high) * 0.1 || 1;
  return [low - extra, high + extra];
}

/** How long a range is, whichever way it runs. */
export function lengthOf([from, to]: Range): number {
  return Math.abs(to - from);
}

/** The smaller of two ranges widened until both have one scale on paper of this shape. */
export function equalize(x: Range, y: Range, { width, height }: { width: number; height: number }): [Range, Range] {
  const perPixel = Math.max(lengthOf(x) / width, lengthOf(y) / height);
  const widen = (range: Range, pixels: number): Range => {
    const extra = ((perPixel * pixels - lengthOf(range)) / 2) * (range[0] > range[1] ? -1 : 1);
    return [range[0] - extra, range[1] + extra];
  };
  return [widen(x, width), widen(y, height)];
}

/** At most `limit` points of a long line, lowest and highest of each stretch, so that no spike is lost. */
export function thin<T extends { readonly y: number | null }>(points: readonly T[], limit: number): readonly T[] {
  if (points.length <= limit) return points;
  const stretch = Math.ceil((2 * points.length) / limit);
  const kept: T[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const part = points.slice(from, from + stretch);
    const [low, high] = [Math.min, Math.max].map((choose) =>
      part.findIndex(({ y }) => y === choose(...part.map((point) => point.y ?? NaN))),
    );
    const places = [...new Set([Math.max(0, low), Math.max(0, high)])].sort((a, b) => a - b);
    kept.push(...places.map((place) => part[place]));
  }
  return kept;
}

/** Mean over a sliding window of `width` points that ends at each point. */
export function movingMean(values: readonly (number | null)[], width: number): (number | null)[] {
  let [sum, count] = [0, 0];
  return values.map((value, i) => {
    const leaving = i >= width ? values[i - width] : null;
    if (leaving !== null) [sum, count] = [sum - leaving, count - 1];
    if (value !== null) [sum, count] = [sum + value, count + 1];
    return count > 0 ? sum / count : null;
  });
}
