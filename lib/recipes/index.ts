/** What is trained, on what, how long and how it is measured: `genlab train`, `sample`, `evaluate` and `league`. */
export { type LeagueRow, measureLeague, openShipped, type Shipped } from './league';
export { dataOf, type Measured, type MeasureOptions, measureTrainee, Ruler } from './measure';
export { published } from './published';
export type { Published, Recipe, RunOptions, Sampler, Trainee } from './recipe';
export { findRecipe, recipes } from './registry';
export { type SheetOptions, writeSheet } from './sheet';
export { trainRecipe, type TrainRecipeOptions } from './train';
