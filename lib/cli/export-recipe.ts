/** `genlab export LESSON --to gradescope-image|prairielearn-image`: graders for other platforms' machines. */
import path from 'node:path';
import { UserError } from '../errors';
import { print } from './in-class';

/** @returns the exit code */
export async function exportRecipe(lesson: string, to: string, output: string | undefined): Promise<number> {
  const { recipeTools } = await import('../grading');
  const { recipes, writeRecipe } = await recipeTools();
  const recipe = recipes.find((one) => one === to);
  if (!recipe) throw new UserError(`--to ${to}: there are ${recipes.join(' and ')}`, 2);
  const { findLesson, shownPath } = await import('../lesson');
  const slug = findLesson(lesson);
  const folder = path.resolve(output ?? path.join('out', `${slug}-${recipe}`));
  for (const file of writeRecipe(recipe, slug, folder)) print(`written: ${shownPath(file)}`);
  return 0;
}
