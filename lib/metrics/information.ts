/** Divergences of discrete distributions in nats, and the units of likelihood. */
import { UserError } from '../errors';

/**
 * The share of values in each of `bins` equal parts of [low, high]; a value outside counts in no bin, so that the shares may
 * add up to less than 1.
 */
export function histogram(values: ArrayLike<number>, low: number, high: number, bins: number): Float64Array {
  if (!(high > low) || !Number.isInteger(bins) || bins < 1) {
    throw new UserError(`histogram: low < high and a whole number of bins, got ${low}, ${high} and ${bins}.`);
  }
  const shares = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    const place = values[i] === high ? bins - 1 : Math.floor(((values[i] - low) / (high - low)) * bins);
    if (place >= 0 && place < bins) shares[place] += 1 / values.length;
  }
  return shares;
}

/** KL(p ‖ q) = Σ p log(p/q), in nats; infinite where q is 0 and p is not. Both are brought to the sum 1. */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const [a, b] = distributions('klDivergence', p, q);
  return a.reduce((sum, value, i) => sum + (value > 0 ? value * Math.log(value / b[i]) : 0), 0);
}

/** ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p + q)/2, in nats: 0 when alike, log 2 when they share nothing. Lin (1991). */
export function jsDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const [a, b] = distributions('jsDivergence', p, q);
  const middle = a.map((value, i) => (value + b[i]) / 2);
  return (klDivergence(a, middle) + klDivergence(b, middle)) / 2;
}

/**
 * Bits a dimension: −log p(x) / (D log 2), and log₂ `levels` more where p is a density of grey levels that were scaled to
 * [0, 1] from so many levels (256 for bytes): scaling makes a density larger, not an image likelier. Theis et al. (2016),
 * arXiv:1511.01844.
 * @param nats −log p(x) of a whole example
 * @param dimensions D, numbers an example has
 */
export function bitsPerDim(nats: number, dimensions: number, levels = 1): number {
  return nats / (dimensions * Math.LN2) + Math.log2(levels);
}

function distributions(where: string, p: ArrayLike<number>, q: ArrayLike<number>): [Float64Array, Float64Array] {
  if (p.length !== q.length) throw new UserError(`${where}: ${p.length} and ${q.length} bins cannot be compared.`);
  const scaled = (values: ArrayLike<number>, name: string) => {
    const all = Float64Array.from(values);
    const sum = all.reduce((total, value) => total + value, 0);
    if (!(sum > 0) || all.some((value) => !(value >= 0))) {
      throw new UserError(`${where}: ${name} must hold shares of at least 0, not all of them 0.`);
    }
    return all.map((value) => value / sum);
  };
  return [scaled(p, 'p'), scaled(q, 'q')];
}
