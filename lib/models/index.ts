/** One family a file: a config, a builder, losses and samplers as plain functions, and a `train…` that puts them together. */
export * as ae from './ae';
export { catalogue, type CatalogueEntry } from './catalogue';
export * as ddpm from './ddpm';
export type { AdversarialConfig, AdversarialOptions, AdversarialPair, AdversarialTraining } from './adversarial';
export { type ImageBatch, type ImageSplit, type ImageTraining } from './data';
export * as flowMatching from './flow-matching';
export * as score from './score';
export * as vae from './vae';
export * as realnvp from './realnvp';
export * as dcgan from './dcgan';
export * as gan from './gan';
export * as lsgan from './lsgan';
export * as sngan from './sngan';
export * as wgan from './wgan';
export * as wganGp from './wgan-gp';
export * as cgan from './cgan';
export * as cyclegan from './cyclegan';
export * as pixelcnn from './pixelcnn';
