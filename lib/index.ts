/** What lessons, scripts and tests import: `import { figures, show, vae } from 'genlab'`. */
import type { CheckSettings, SelfCheck, ShippedModel } from './self-check';

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

/**
 * Checks an exercise where it stands: `await check('vae-gaussian-kl', { gaussianKl })`. A wrong answer is no error: the result says what
 * is lost. Grading is loaded at the first call: a script that only trains does without.
 * @param settings as a class writes them into its notebooks
 * @throws UserError where there is no such exercise, or `points` is no number of points
 */
export async function check(
  gradeId: string,
  functions: Readonly<Record<string, unknown>>,
  settings?: CheckSettings,
): Promise<SelfCheck> {
  return (await import('#grading')).check(gradeId, functions, settings);
}

/** Every shipped model of Fashion-MNIST, with the figures on its card and a way to draw from it. Recipes are loaded at the first call. */
export async function league(folder?: string): Promise<ShippedModel[]> {
  return (await import('#recipes')).shippedModels(folder);
}
