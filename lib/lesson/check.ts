import { deckProblems } from './deck';
import { listLessons, type Place, readSource } from './files';
import { languageProblems } from './languages';
import { leakProblems } from './leaks';
import { readLesson } from './parse';
import { termProblems } from './terms';
import { typeProblems } from './typecheck';
import type { Lesson, Problem } from './types';

export interface CheckOptions extends Place {
  /** Type-check too, which takes some seconds. Default true. */
  readonly types?: boolean;
}

/** All that keeps a lesson from being released: its form, its types, what its stubs give away. */
export function checkLesson(lesson: Lesson, options: CheckOptions = {}): Problem[] {
  return inOrder([...readLesson(lesson.text, lesson.file).problems, ...contentProblems([lesson], options)]);
}

/** The same for several lessons by name, all when absent; one program type-checks them together. */
export function checkLessons(names: readonly string[] | undefined, options: CheckOptions = {}): Problem[] {
  const read = (names ?? listLessons(options)).map((name) => {
    const { text, file } = readSource(name, options);
    return readLesson(text, file);
  });
  // A lesson that cannot be read has problems enough.
  const sound = read.filter(({ problems }) => problems.every(({ level }) => level !== 'fatal'));
  const content = contentProblems(
    sound.map(({ lesson }) => lesson),
    options,
  );
  return inOrder([...read.flatMap(({ problems }) => problems), ...content]);
}

function contentProblems(lessons: readonly Lesson[], { types = true, root }: CheckOptions): Problem[] {
  return [
    ...lessons.flatMap((lesson) => [
      ...languageProblems(lesson),
      ...leakProblems(lesson),
      ...deckProblems(lesson.file, lesson.cells),
    ]),
    ...termProblems(lessons),
    ...(types && lessons.length > 0 ? typeProblems(lessons, root) : []),
  ];
}

const inOrder = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
