/** Lessons as they are written: read, check, build into notebooks, hand out to students. */
export { build, type BuildOptions, type BuildReport } from './build';
export { checkLesson, checkLessons, type CheckOptions } from './check';
export { exercisesOf } from './exercises';
export { findLesson, lessonFile, listLessons, loadLesson, type Place, shownPath } from './files';
export { readNotebook } from './ipynb';
export { type Merged, mergeNotebooks } from './merge';
export { checksum, type GraderMetadata } from './nbgrader';
export { nbgraderSource } from './nbgrader-source';
export { buildNotebook, notebookText } from './notebook';
export { parseLesson, readLesson } from './parse';
export { stubs } from './render';
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
  type Variant,
} from './types';
export { type Opened, openWork, syncWork } from './work';
