/**
 * Denoising diffusion probabilistic models.
 * Ho, Jain & Abbeel (2020), arXiv:2006.11239; equation numbers are that paper's. Cosine schedule, learned variance, fewer steps:
 * Nichol & Dhariwal (2021), arXiv:2102.09672. Read it in this order: schedule, forward, reverse, bound, model.
 *
 * Steps count from 1 to T as in the paper. The functions work on images in [−1, 1] or on points; only `sample` and `trainDdpm`
 * speak of grey levels in [0, 1].
 */
export {
  type BoundOptions,
  boundTerms,
  ddpmLoss,
  type Decoder,
  discretizedLogLikelihood,
  drawSteps,
  gaussianKl,
  hybridLoss,
  priorTerm,
  type VariationalBound,
  variationalBound,
} from './bound';
export {
  type Gaussian,
  type Parts,
  partsOf,
  perExample,
  predictNoiseFromStart,
  type Prediction,
  predictStartFromNoise,
  predictStartFromV,
  qPosterior,
  qSample,
  targetOf,
  velocity,
} from './forward';
export {
  buildDdpm,
  type Ddpm,
  type DdpmConfig,
  defaults,
  denoiserOf,
  type ModelSampleOptions,
  reverseOptions,
  sample,
  trainDdpm,
} from './model';
export {
  type Denoiser,
  everyone,
  type Guide,
  pMeanVariance,
  pSample,
  pSampleLoop,
  readAnswer,
  type ReverseOptions,
  type ReverseStep,
  type SampleOptions,
  type Variance,
} from './reverse';
export {
  cosineSchedule,
  expectNoise,
  linearSchedule,
  respace,
  type Schedule,
  scheduleOf,
  stepSubsequence,
} from './schedule';
export {
  dispose,
  fromModel,
  sampleWith,
  type TimeNetworkTraining as DdpmTraining,
  toModel,
  withoutSome,
} from '../time-network';
