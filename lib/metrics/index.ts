/** How good samples are: distances between distributions, and what a classifier makes of them. */
export * as attributes from './attributes';
export * as classifier from './classifier';
export * as clip from './clip';
export { assignment } from './assignment';
export { evaluateSamples, imagesPerSecond, type Reference, referenceOf, type Report } from './evaluate';
export {
  fidAgainstN,
  type FidInfinity,
  fidInfinity,
  type FidPoint,
  frechetDistance,
  frechetStatistics,
  FrechetStatistics,
  type Gaussian,
} from './frechet';
export { inceptionScore, type Score } from './inception-score';
export { bitsPerDim, histogram, jsDivergence, klDivergence } from './information';
export { kernelDistance, polynomialMmd } from './kernel-distance';
export { type MixtureCoverage, modeCoverage } from './mixture';
export { type PrecisionRecall, precisionRecall } from './neighbours';
export { type Points, type Rows, rowsOf } from './rows';
export { type Eigen, eigenSymmetric, sqrtSymmetric } from './symmetric';
export { slicedWasserstein, type Transport, wasserstein, wasserstein1d } from './wasserstein';
