/** Due dates, lateness, extensions, and which attempt counts. */
export { finalScore, rawScore, scoredExercises, type Extension, type LessonPolicy, type Scored } from './final';
export { checkLatePolicy, latePenalty, type Lateness, type LatePolicy } from './late';
export { momentOf } from './time';
