/**
 * What chance does to right answers. A statistical check fails one with a stated probability at most: each matcher takes its
 * part of the check's rate (see `nextFalseFailRate`), the checks of an exercise add up, and so do the exercises of a lesson
 * (Boole's inequality, so no independence is needed). The sum must not be above `lessonRate`.
 */
export const lessonRate = 1e-6;

/**
 * The number that a standard normal one stays below with probability p (Acklam's rational approximation, relative error
 * below 1.2e-9).
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normalQuantile: ${p} is no probability between 0 and 1`);
  if (p > 0.5) return -normalQuantile(1 - p);
  const ratio = (numerator: readonly number[], denominator: readonly number[], x: number): number =>
    numerator.reduce((all, c) => all * x + c, 0) / denominator.reduce((all, c) => all * x + c, 0);
  if (p < 0.02425) {
    const c = [
      -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
      2.938163982698783,
    ];
    const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
    return ratio(c, d, Math.sqrt(-2 * Math.log(p)));
  }
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ];
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
  const q = p - 0.5;
  return q * ratio(a, b, q * q);
}

/** log Γ(x) for x > 0 (Lanczos, g = 7, nine terms). */
function logGamma(x: number): number {
  const terms = [
    0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
    12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const series = terms.reduce((all, term, i) => all + (i ? term / (x - 1 + i) : term), 0);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/** The two tails of a gamma variable of shape a and scale 1 at x: below and above, each to full relative precision. */
function gammaTails(a: number, x: number): { below: number; above: number } {
  if (x <= 0) return { below: 0, above: 1 };
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let [term, total] = [1 / a, 1 / a];
    for (let n = 1; term > total * 1e-17; n++) total += term *= x / (a + n);
    return { below: front * total, above: 1 - front * total };
  }
  // Lentz's continued fraction.
  const tiny = 1e-300;
  let b = x + 1 - a;
  let [c, d] = [1 / tiny, 1 / b];
  let h = d;
  for (let n = 1; n < 100_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / nonzero(an * d + b, tiny);
    c = nonzero(b + an / c, tiny);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return { below: 1 - front * h, above: front * h };
}

const nonzero = (value: number, tiny: number): number => (Math.abs(value) < tiny ? tiny : value);

/**
 * The number that the sum of squares of k standard normal numbers stays below (tail `below`) or above (`above`) with
 * probability p. Relative error below 1e-9.
 */
export function chiSquareQuantile(p: number, k: number, tail: 'below' | 'above' = 'below'): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`chiSquareQuantile: ${p} is no probability between 0 and 1`);
  if (!(k > 0)) throw new RangeError(`chiSquareQuantile: ${k} degrees of freedom`);
  const tooFar = (x: number): boolean => {
    const { below, above } = gammaTails(k / 2, x / 2);
    return tail === 'below' ? below > p : above < p;
  };
  let [low, high] = [0, k + 1];
  while (!tooFar(high)) [low, high] = [high, high * 2];
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (tooFar(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** How far the mean of n independent normal numbers of spread `std` may lie from the truth. */
export const meanBound = (n: number, std: number, rate: number): number =>
  (std / Math.sqrt(n)) * -normalQuantile(rate / 2);

/** The same for any independent numbers that lie within a range of this width (Hoeffding's inequality). */
export const boundedMeanBound = (n: number, width: number, rate: number): number =>
  width * Math.sqrt(Math.log(2 / rate) / (2 * n));

/** Between which two numbers the sample variance (over n − 1) of n independent normal numbers may lie. */
export function varianceBounds(n: number, variance: number, rate: number): [number, number] {
  const scale = variance / (n - 1);
  return [scale * chiSquareQuantile(rate / 2, n - 1), scale * chiSquareQuantile(rate / 2, n - 1, 'above')];
}

/** Between which two shares the successes of n trials of probability p may lie (Chernoff's bound). */
export function shareBounds(n: number, p: number, rate: number): [number, number] {
  const limit = Math.log(2 / rate) / n;
  const divergence = (q: number): number =>
    (q > 0 ? q * Math.log(q / p) : 0) + (q < 1 ? (1 - q) * Math.log((1 - q) / (1 - p)) : 0);
  const edge = (outer: number): number => {
    if (divergence(outer) <= limit) return outer;
    let [inside, outside] = [p, outer];
    for (let i = 0; i < 60; i++) {
      const middle = (inside + outside) / 2;
      if (divergence(middle) <= limit) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return [edge(0), edge(1)];
}

/** How far the distribution of n independent numbers may lie from the true one, anywhere (Massart's constant). */
export const distributionBound = (n: number, rate: number): number => Math.sqrt(Math.log(2 / rate) / (2 * n));

/** The largest distance between the distribution of the values and a continuous one. */
export function distributionDistance(
  values: ArrayLike<number>,
  cdf: (x: number) => number,
): { distance: number; at: number } {
  const sorted = Float64Array.from(values).sort();
  let [distance, at] = [0, NaN];
  for (let i = 0; i < sorted.length; i++) {
    const truth = cdf(sorted[i]);
    const here = Math.max(truth - i / sorted.length, (i + 1) / sorted.length - truth);
    if (here > distance) [distance, at] = [here, sorted[i]];
  }
  return { distance, at };
}
