/** Blocks that two or more models share, seeded initializers, and the way to a model's variables. */
export { attention, type AttentionConfig, MultiHeadAttention } from './attention';
export { BatchNorm, type BatchNormConfig, batchStatistics } from './batch-norm';
export {
  type Activation,
  type Arch,
  type BodyConfig,
  checkBody,
  decoderBody,
  dense,
  denseStack,
  encoderBody,
} from './blocks';
export { Ema, type EmaConfig } from './ema';
export { GroupNorm, groupNorm, type GroupNormConfig, groupsFor, silu } from './group-norm';
export { buildMlpDenoiser, type MlpDenoiserConfig, mlpDenoiserDefaults } from './mlp-denoiser';
export {
  divergence,
  evaluationsPerStep,
  normalLogProb,
  odeLogLikelihood,
  type OdeMethod,
  type OdeOptions,
  odeSolve,
  odeStep,
  randomProbes,
  timeGrid,
  unitProbes,
  type VectorField,
} from './ode';
export { patchBody, type PatchConfig } from './patch-net';
export {
  attentionBlock,
  type BlockSettings,
  convolution,
  downsample,
  normalized,
  residualBlock,
  upsample,
} from './residual-block';
export { detached } from './detached';
export {
  checkGanNet,
  type Conditioning,
  discriminatorBody,
  type DiscriminatorConfig,
  generatorBody,
  type GeneratorConfig,
} from './gan-nets';
export { InstanceNorm, instanceNorm, type InstanceNormConfig } from './instance-norm';
export { Seeds } from './seeds';
export {
  powerIteration,
  type SingularVectors,
  SpectralConv2d,
  type SpectralConvConfig,
  SpectralDense,
  type SpectralDenseConfig,
  spectralValue,
} from './spectral-norm';
export { parameterTable } from './table';
export { LabelEmbedding, TimeEmbedding, timestepEmbedding } from './time-embedding';
export { buildUnet, embeddings, type UnetConfig, unetDefaults } from './unet';
export { countParams, stateOf, variablesOf } from './variables';
export { GatedActivation } from './gate';
export { convMask, MaskedConv2D, maskedConv2d, type MaskShape, type MaskType } from './masked-conv';
export { buildTextEncoder, meanOfTokens, type TextEncoderConfig, textEncoderDefaults } from './text-encoder';
export {
  gelu,
  LayerNorm,
  layerNorm,
  TokenEmbedding,
  type TokenEmbeddingConfig,
  TransformerBlock,
  type TransformerConfig,
} from './transformer';
