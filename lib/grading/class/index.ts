/** A class: its folder, its gradebook, and all that is done with them. */
export { collect, type Collected, type CollectOptions } from './collect';
export { loadRelease } from '../course';
export { gradeClass, gradedAttempts, type ClassGraded, type ClassGrading, type Progress } from './grading';
export type { StoredAttempt } from './gradebook';
export { classFormats, exportClass, writeFeedback, type ClassFormat } from './handout';
export { initClass, type InitOptions } from './init';
export { addMarks, type NewMark } from './marks';
export { momentOf } from '../policy';
export { readNames } from './owners';
export { rebuildGradebook, type Rebuilt } from './rebuild';
export { releaseLessons, releasesWithOtherPoints, type Released } from './release';
export { openClass, shown, type ClassRoom } from './room';
export { countingAttempt, standings, type Standing } from './standing';
export { submit, type Submitted } from './submit';
export { writeReports, writeSimilarity, type Similarity } from './insight';
export { readSheet, writeSheet } from './sheets';
