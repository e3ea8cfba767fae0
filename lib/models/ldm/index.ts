/**
 * Latent diffusion: diffusion in the small space of an autoencoder, told by text, class or layout.
 * Rombach et al. (2022), arXiv:2112.10752. Read autoencoder.ts and stage1.ts, then diffusion.ts; inpainting.ts and
 * super-resolution.ts use what is there.
 */
export {
  type Autoencoder,
  type AutoencoderConfig,
  autoencoderDefaults,
  buildAutoencoder,
  latentKl,
  type LatentPosterior,
  latentShape,
  patchDiscriminatorLoss,
  patchGeneratorLoss,
  posteriorOf,
  reconstructionLoss,
} from './autoencoder';
export { type Box, buildLayoutConditioner, type LayoutConfig, layoutOf } from './conditioner';
export {
  buildLatentDiffusion,
  type Condition,
  type ConditionedBatch,
  defaults,
  denoiserOf,
  dispose,
  fitScale,
  guided,
  KnownLatents,
  type LatentDiffusion,
  type LatentDiffusionConfig,
  type LatentDiffusionTraining,
  type LatentSampling,
  latentScale,
  sample,
  toImages,
  toLatents,
  trainLatentDiffusion,
  withoutSome,
} from './diffusion';
export { type ImageInpainting, inpaint, inpaintingStep, type InpaintingOptions, inpaintLoop } from './inpainting';
export { decode, disposeAutoencoder, encode, reconstruct, type Stage1Training, trainStage1 } from './stage1';
export {
  buildSuperResolution,
  enlarge,
  psnr,
  shrink,
  type SuperResolution,
  type SuperResolutionConfig,
  superResolutionDefaults,
  superResolutionDenoiser,
  superResolve,
  trainSuperResolution,
} from './super-resolution';
