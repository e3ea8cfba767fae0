/** VQ-VAE (arXiv:1711.00937): read codebook.ts, then model.ts and train.ts; images are drawn with prior.ts. */
export {
  Codebook,
  type CodebookConfig,
  type CodebookState,
  type EmaOptions,
  emaUpdate,
  nearest,
  perplexity,
  straightThrough,
  vqTerms,
} from './codebook';
export {
  buildVqVae,
  codebookOf,
  decode,
  decodeIndices,
  defaults,
  dispose,
  encode,
  encodeToIndices,
  logLikelihood,
  loss,
  quantize,
  reconstruct,
  variables,
  type VqTerms,
  type VqVae,
  type VqVaeConfig,
  vqVaeTerms,
} from './model';
export { buildPrior, codesOf, evaluateWithPrior, sampleWithPrior, trainPrior } from './prior';
export { evaluate, type Evaluation, trainVqVae } from './train';
