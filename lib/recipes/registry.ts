import { UserError } from '../errors';
import { adversarialRecipes } from './fashion-mnist/adversarial';
import { diffusionRecipes } from './fashion-mnist/diffusion';
import { likelihoodRecipes } from './fashion-mnist/likelihood';
import type { Recipe } from './recipe';

/** Every recipe, in the order of the course. */
export const recipes: readonly Recipe[] = [...likelihoodRecipes, ...adversarialRecipes, ...diffusionRecipes];

/** @throws UserError that lists the names when there is no such recipe */
export function findRecipe(name: string): Recipe {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found) return found;
  const names = recipes.map((recipe) => recipe.name).join(', ');
  throw new UserError(`there is no recipe ${name}. There are: ${names}.`, 2);
}
