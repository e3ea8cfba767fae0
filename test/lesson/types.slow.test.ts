import { describe, expect, it } from 'vitest';
import { checkLesson, type Lesson, parseLesson, showProblem } from '../../lib/lesson';
import { clouds, cloudsText, lessonOf } from './support';

const found = (lesson: Lesson): string[] =>
  checkLesson(lesson).map((problem) => showProblem({ ...problem, file: 'lesson' }));

const lineOf = (text: string, what: string): number => text.slice(0, text.indexOf(what)).split('\n').length;

describe('types', () => {
  it('are right in the lesson and in both stubs', () => {
    expect(found(clouds())).toEqual([]);
  });

  it('are checked as written, by the line of the file', () => {
    const text = cloudsText.replace('const title = heading.length', 'const title: string = heading.length');
    expect(found(parseLesson(text, clouds().file))).toEqual([
      `lesson:${lineOf(text, 'const title: string')}: Type 'number' is not assignable to type 'string'. (TS2322)`,
    ]);
  });

  it('are checked with stubs: what follows must not need the solution', () => {
    const later = '  function later() {\n    return stretched;\n  }\n';
    const text = cloudsText.replace('  // END SOLUTION\n}', `  // END SOLUTION\n${later}}`);
    expect(found(parseLesson(text, clouds().file))).toEqual([
      `lesson:${lineOf(text, 'return stretched;')}: Cannot find name 'stretched'. (TS2304) (in the en notebook for students)`,
    ]);
  });

  it('are checked in Chinese too, where another text may be none of the allowed ones', () => {
    const lesson = lessonOf("// %%\nconst mode: 'fast' | 'slow' = 'fast' /* zh: '快' */;\nmode;");
    expect(found(lesson)).toEqual([
      expect.stringMatching(/^lesson:3: Type '"快"' is not assignable .* \(in the zh notebook for students\)$/),
    ]);
  });
});
