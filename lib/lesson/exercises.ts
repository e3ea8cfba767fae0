import { renderCode, renderProse } from './render';
import { pairsOf } from './pairs';
import type { Exercise, Lang, Lesson } from './types';

/** The graded cells of a lesson, in order. */
export function exercisesOf(lesson: Lesson, lang: Lang = 'en'): Exercise[] {
  const setup: string[] = [];
  const exercises: Exercise[] = [];
  for (const pair of pairsOf(lesson.cells)) {
    const cell = pair.find((each) => each.lang === lang) ?? pair[0];
    if (cell.kind === 'code' && cell.tags.includes('setup')) setup.push(renderCode(cell, lang, 'student').code);
    const { gradeId, points, kind, manual, task, line, outline } = cell;
    if (gradeId === undefined || points === undefined) continue;
    const render = (variant: 'student' | 'solution'): string =>
      kind === 'code' ? renderCode(cell, lang, variant).code : renderProse(cell, lang, variant);
    exercises.push({
      gradeId,
      points,
      manual: manual || task,
      kind,
      names: outline?.check?.names ?? [],
      solution: render('solution'),
      stub: render('student'),
      setup: [...setup],
      file: lesson.file,
      line,
    });
  }
  return exercises;
}
