/** Lessons as they are written: read, check, build into notebooks, hand out to students. */
export { build, type BuildOptions, type BuildReport } from './build';
export { checkLesson, checkLessons, type CheckOptions } from './check';
export { exercisesOf } from './exercises';
export { figureCells } from './figures';
export { findLesson, lessonFile, listLessons, loadLesson, type Place, shownPath } from './files';
export { readNotebook } from './ipynb';
export { type Merged, mergeNotebooks } from './merge';
export { checksum, type GraderMetadata } from './nbgrader';
export { nbgraderSource } from './nbgrader-source';
export { buildNotebook, type NotebookOptions, notebookText } from './notebook';
export { parseLesson, readLesson } from './parse';
export { withPoints } from './points';
export { stubs } from './render';
export { lessonTemplate, type NewLesson, specTemplate } from './template';
export { glossary, type GlossaryEntry } from './terms';
export {
  type Cell,
  type Exercise,
  type Lang,
  langs,
  type Lesson,
  LessonError,
  type Notebook,
  type NotebookCell,
  type Problem,
  showProblem,
  type Term,
  type Variant,
} from './types';
export { type Opened, openWork, syncWork } from './work';
