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
