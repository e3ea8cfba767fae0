/** A class: its folder, its gradebook, and all that is done with them. */
export { addMarks, type NewMark } from './marks';
export { gradeClass, gradedAttempts, type ClassGraded, type ClassGrading, type Progress } from './grading';
export { initClass, type InitOptions } from './init';
export type { StoredAttempt } from './gradebook';
export { rebuildGradebook, type Rebuilt } from './rebuild';
export { releaseLessons, type Released } from './release';
export { openClass, shown, type ClassRoom } from './room';
export { submit, type Submitted } from './submit';
