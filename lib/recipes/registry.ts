import { UserError } from '../errors';
import { adversarialFaces } from './faces/adversarial';
import { diffusionFaces } from './faces/diffusion';
import { textToImage } from './faces/text';
import { translation } from './faces/translation';
import { adversarialRecipes } from './fashion-mnist/adversarial';
import { compressionRecipes } from './fashion-mnist/compression';
import { diffusionRecipes } from './fashion-mnist/diffusion';
import { likelihoodRecipes } from './fashion-mnist/likelihood';
import type { Recipe } from './recipe';

const [autoencoder, latentDiffusion] = compressionRecipes;

/** Every recipe, in the order of the course; clothes first, then faces. */
export const recipes: readonly Recipe[] = [
  autoencoder,
  ...likelihoodRecipes,
  ...adversarialRecipes,
  ...diffusionRecipes,
  latentDiffusion,
  ...adversarialFaces,
  translation,
  ...diffusionFaces,
  textToImage,
];

/** @throws UserError that lists the names when there is no such recipe */
export function findRecipe(name: string): Recipe {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found) return found;
  const names = recipes.map((recipe) => recipe.name).join(', ');
  throw new UserError(`there is no recipe ${name}. There are: ${names}.`, 2);
}
