/** Results of a class in the formats of other systems: pure functions from records to files. */
export { exportCsv, type CsvOptions } from './csv';
export { type ClassResults, type ExportedFile } from './entries';
export { exportExercism, type ExercismOptions } from './exercism';
export { exportGradescope, type GradescopeOptions, type Visibility } from './gradescope';
export { exportJUnit } from './junit';
export { exportNbgrader, type NbgraderCsvOptions } from './nbgrader';
export { exportPrairieLearn } from './prairielearn';
export { singleResults, singleText } from './single';
export { askedBy } from './test-code';
export { writeWhole } from '../class/storage';
