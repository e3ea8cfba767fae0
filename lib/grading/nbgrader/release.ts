import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors';
import { findLesson, loadLesson, nbgraderSource, notebookText, type Lang } from '../../lesson';
import { writeWhole } from '../class/storage';
import { disagreements, loadRelease, type Course } from '../course';
import { configMark, nbgraderConfig } from './config';

export interface NbgraderOptions extends Course {
  /** nbgrader knows one language a course; `en` unless given. */
  readonly lang?: Lang;
}

/**
 * Makes a course folder for nbgrader, or adds lessons to one: `nbgrader_config.py` and `source/SLUG/SLUG.ipynb`. What
 * comes next is nbgrader's own: `nbgrader generate_assignment SLUG`, and so on.
 * @returns the files written
 * @throws UserError where a lesson and its spec do not agree, or the folder holds another nbgrader's configuration
 */
export async function releaseNbgrader(
  folder: string,
  names: readonly string[],
  { lang = 'en', ...course }: NbgraderOptions = {},
): Promise<string[]> {
  const slugs = [...new Set(names.map((name) => findLesson(name, course)))];
  for (const slug of slugs) {
    const wrong = disagreements(await loadRelease(slug, course));
    if (wrong.length) {
      throw new UserError(`${slug} cannot be released, because it could not be graded:\n${wrong.join('\n')}`);
    }
  }
  const root = path.resolve(__dirname, '../../..');
  const specs = course.specs ?? (course.root === undefined ? undefined : path.join(course.root, 'test', 'exercises'));
  const text = nbgraderConfig({ lang, root, ...(specs === undefined ? {} : { specs: path.resolve(specs) }) });
  const config = configFile(folder, text);
  const sources = slugs.map((slug) => ({
    file: path.join(folder, 'source', slug, `${slug}.ipynb`),
    text: notebookText(nbgraderSource(loadLesson(slug, course), lang)),
  }));
  const files = [...(config ? [config] : []), ...sources];
  for (const { file, text } of files) writeWhole(file, text);
  return files.map(({ file }) => file);
}

/** The configuration to write; nothing where ours is there and staff may have added to it. */
function configFile(folder: string, text: string): { file: string; text: string } | undefined {
  const file = path.join(folder, 'nbgrader_config.py');
  if (!fs.existsSync(file)) return { file, text };
  if (fs.readFileSync(file, 'utf8').startsWith(configMark)) return undefined;
  throw new UserError(
    `${file} is there and was not written by genlab. Name another folder, or move that file aside and add its lines to the new one.`,
  );
}
