import { UserError } from '../errors';
import { type Points, rowsOf } from './rows';

/** How samples of a mixture of Gaussians fare, as papers on mode collapse count it. */
export interface MixtureCoverage {
  /** Bumps with at least one high-quality sample for every ten that a fair share would be. */
  readonly modesCovered: number;
  /** The share of samples within `radius` standard deviations of the nearest bump's center. */
  readonly highQuality: number;
  /** High-quality samples of each bump. */
  readonly counts: readonly number[];
}

/**
 * Srivastava et al. (2017), VEEGAN, arXiv:1705.07761, §4.1, with a bar that chance alone does not clear: there one sample is
 * enough for a bump.
 * @param samples [N,n]
 * @param mixture the bumps' centers and their common standard deviation (a toy's `mixture`)
 * @param options.radius default 3, which holds 98.9 % of a bump in the plane
 * @param options.atLeast high-quality samples that cover a bump; default N / (10 · bumps), at least 1
 */
export async function modeCoverage(
  samples: Points,
  mixture: { readonly centers: readonly (readonly number[])[]; readonly std: number },
  options: { readonly radius?: number; readonly atLeast?: number } = {},
): Promise<MixtureCoverage> {
  const { values, count, size } = await rowsOf(samples);
  const { centers, std } = mixture;
  if (centers.length === 0 || centers.some((center) => center.length !== size)) {
    throw new UserError(
      `modeCoverage: centers of ${size} numbers each, as the samples have, got [${String(centers[0])}].`,
    );
  }
  const { radius = 3, atLeast = Math.max(1, Math.ceil(count / (10 * centers.length))) } = options;
  const counts = centers.map(() => 0);
  for (let i = 0; i < count; i++) {
    const squares = centers.map((center) =>
      center.reduce((sum, middle, k) => sum + (values[i * size + k] - middle) ** 2, 0),
    );
    const nearest = squares.indexOf(Math.min(...squares));
    if (nearest >= 0 && squares[nearest] <= (radius * std) ** 2) counts[nearest]++;
  }
  return {
    modesCovered: counts.filter((n) => n >= atLeast).length,
    highQuality: count === 0 ? 0 : counts.reduce((sum, n) => sum + n, 0) / count,
    counts,
  };
}
