/** RealNVP (arXiv:1605.08803): read coupling.ts, then flow.ts, then train.ts; what images need besides is in dequantize.ts. */
export { ActNorm } from './actnorm';
export type { Bijection, Moved } from './bijection';
export {
  alternatingMask,
  channelMask,
  checkerboardMask,
  couplingForward,
  couplingInverse,
  type Mask,
  type ScaleAndShift,
} from './coupling';
export { alpha, bitsPerDim, dequantize, logitForward, logitInverse, quantize } from './dequantize';
export {
  buildRealNvp,
  defaults,
  dispose,
  forward,
  initialize,
  inverse,
  logProb,
  loss,
  networks,
  priorSample,
  type RealNvp,
  type RealNvpConfig,
  type Scale,
  variables,
} from './flow';
export { squeeze, unsqueeze } from './squeeze';
export { type Evaluation, evaluate, logLikelihood, sample, toFlow, trainRealNvp } from './train';
