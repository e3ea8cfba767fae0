/** What is trained, on what, how long and how it is measured: `genlab train`, `sample`, `evaluate` and `league`. */
export { figure } from './card';
export {
  type LeagueOptions,
  type LeagueRow,
  isShipped,
  measureLeague,
  openShipped,
  type Shipped,
  shippedModels,
} from './league';
export { type Measured, type MeasureOptions, measureTrainee, Ruler } from './measure';
export { published } from './published';
export { checkpointOf, type Published, type Recipe, type RunOptions, type Sampler, type Trainee } from './recipe';
export { findRecipe, recipes } from './registry';
export { drawSheet, type SheetOptions, writePicture, writeSheet } from './sheet';
export { writeContactSheet } from './contact-sheet';
export { trainRecipe, type TrainRecipeOptions } from './train';
