import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors';
import { buildNotebook, notebookText } from './notebook';
import { parseLesson } from './parse';
import { type Lang, type Lesson, type Variant, langs } from './types';

/** Root of the checkout that this code belongs to. */
export const defaultRoot = path.resolve(__dirname, '..', '..');

export interface Place {
  /** The folder that holds solutions/, notebooks/ and work/. */
  readonly root?: string;
}

/** Slugs of all lessons, in order. */
export function listLessons({ root = defaultRoot }: Place = {}): string[] {
  const folder = path.join(root, 'solutions');
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => /^\d\d-.+\.ts$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => name.replace(/\.ts$/, ''))
    .sort();
}

/** The one lesson that a person means by `04-vae`, `04`, `4`, `vae` or `solutions/04-vae.ts`. */
export function findLesson(name: string, place: Place = {}): string {
  const slugs = listLessons(place);
  const wanted = path.basename(name).replace(/\.(ts|ipynb)$/, '');
  const number = /^\d{1,2}$/.test(wanted) ? wanted.padStart(2, '0') : undefined;
  const found = slugs.find((slug) => slug === wanted || slug.slice(3) === wanted || slug.slice(0, 2) === number);
  if (found !== undefined) return found;
  const have = slugs.length > 0 ? `The lessons are ${slugs.join(', ')}.` : 'There are no lessons in solutions/ yet.';
  throw new UserError(`there is no lesson ${name}. ${have}`);
}

export function lessonFile(slug: string, { root = defaultRoot }: Place = {}): string {
  return path.join(root, 'solutions', `${slug}.ts`);
}

/** Text of a lesson's source, and its file as messages should name it. */
export function readSource(name: string, place: Place = {}): { text: string; file: string } {
  const file = lessonFile(findLesson(name, place), place);
  return { text: fs.readFileSync(file, 'utf8'), file: shownPath(file) };
}

/** @throws LessonError when its source cannot be read */
export function loadLesson(name: string, place: Place = {}): Lesson {
  const { text, file } = readSource(name, place);
  return parseLesson(text, file);
}

/** A path as a person at this folder would type it. */
export function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}

export interface BuiltFile {
  readonly file: string;
  readonly text: string;
  readonly lang: Lang;
  readonly lesson: Lesson;
}

/** The notebooks of a lesson, one for each language, with the files they belong in. Nothing is written. */
export function builtFiles(lesson: Lesson, folder: string, variant: Variant = 'student'): BuiltFile[] {
  return langs.map((lang) => ({
    file: path.join(folder, lang, `${lesson.slug}.ipynb`),
    text: notebookText(buildNotebook(lesson, { lang, variant })),
    lang,
    lesson,
  }));
}

/** Where `genlab build` puts notebooks unless told otherwise. Solutions go where git does not see them. */
export function notebookFolder(variant: Variant, { root = defaultRoot }: Place = {}): string {
  return variant === 'student' ? path.join(root, 'notebooks') : path.join(root, 'out', 'solutions');
}

/** Writes whole or not at all, whoever else reads. */
export function writeFileSafely(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
}
