import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type Lang,
  type Lesson,
  type Notebook,
  buildNotebook,
  parseLesson,
  type Problem,
  readLesson,
} from '../../lib/lesson';

export const fixtures = path.join(__dirname, 'fixtures');
export const cloudsFile = path.join(fixtures, '90-clouds.ts');
export const cloudsText = fs.readFileSync(cloudsFile, 'utf8');

export const clouds = (): Lesson => parseLesson(cloudsText, cloudsFile);

/** A lesson file with these cells. */
export const sourceOf = (...cells: string[]): string =>
  ['// -*- coding: utf-8 -*-', ...cells].join('\n\n').replace('\n\n', '\n') + '\n';

/** What is wrong with a lesson of these cells, as `line: message`. The first cell starts in line 2. */
export function faults(...cells: string[]): string[] {
  return problemsOf(sourceOf(...cells)).map(({ line, message }) => `${line}: ${message}`);
}

export const problemsOf = (text: string, file = path.join(fixtures, '91-test.ts')): Problem[] =>
  readLesson(text, file).problems;

export const lessonOf = (...cells: string[]): Lesson =>
  parseLesson(sourceOf(...cells), path.join(fixtures, '91-test.ts'));

/** Sources of a lesson's notebook by cell id. */
export function sources(
  lesson: Lesson,
  lang: Lang = 'en',
  variant: 'student' | 'solution' = 'student',
): Record<string, string> {
  return sourcesOf(buildNotebook(lesson, { lang, variant }));
}

export const sourcesOf = ({ cells }: Notebook): Record<string, string> =>
  Object.fromEntries(cells.map(({ id, source }) => [id, source]));

/** A new folder that is a checkout as far as lessons go: solutions/ holds the fixture. */
export function newRoot(): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-lesson-'));
  fs.mkdirSync(path.join(root, 'solutions'));
  fs.copyFileSync(cloudsFile, path.join(root, 'solutions', '90-clouds.ts'));
  return root;
}
