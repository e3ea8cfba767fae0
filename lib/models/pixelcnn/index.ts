/** Gated PixelCNN (arXiv:1606.05328): read network.ts, then sample.ts and train.ts; masks are in lib/nn/masked-conv.ts. */
export {
  asInput,
  buildPixelCnn,
  defaults,
  dispose,
  fromAbove,
  logits,
  logLikelihood,
  type PixelCnn,
  type PixelCnnConfig,
  variables,
} from './network';
export { rowsSeen, sample, type SampleOptions } from './sample';
export { bitsPerDim, evaluate, type Evaluation, loss, toImages, toLevels, trainPixelCnn } from './train';
