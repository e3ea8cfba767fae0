/** What lessons, scripts and tests import: `import { figures, show, vae } from 'genlab'`. */
import type { check as gradingCheck } from './grading';
import type { ShippedModel, shippedModels } from './recipes';

export * as datasets from '../datasets';
export { type Dataset, fashionMnist } from '../datasets';
export { faceAttributeClassifier, fashionMnistClassifier, loadCheckpoint } from './checkpoints';
export * as engine from './engine';
export { describe, Random, ready } from './engine';
export { UserError } from './errors';
export { fileStore } from './files';
export * as figures from './figures';
export { show } from './figures';
export * as metrics from './metrics';
export {
  ae,
  catalogue,
  cgan,
  cyclegan,
  dcgan,
  ddim,
  ddpm,
  dpmSolver,
  euler,
  flowMatching,
  gan,
  guidance,
  ldm,
  lsgan,
  noisyClassifier,
  pixelcnn,
  processes,
  realnvp,
  score,
  sngan,
  vae,
  vqvae,
  wgan,
  wganGp,
} from './models';
export * as nn from './nn';
export * as training from './training';
export { budget, type History, train, trainAlternating } from './training';

/** Checks an exercise where it stands. Grading is loaded at the first call: a script that only trains does without. */
export async function check(...args: Parameters<typeof gradingCheck>): ReturnType<typeof gradingCheck> {
  return (await import('./grading')).check(...args);
}

/** Every shipped model of Fashion-MNIST, with the figures on its card and a way to draw from it. Recipes are loaded at the first call. */
export async function league(...args: Parameters<typeof shippedModels>): Promise<ShippedModel[]> {
  return (await import('./recipes')).shippedModels(...args);
}
