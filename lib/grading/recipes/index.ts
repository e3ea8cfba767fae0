/** Graders for other platforms' machines: a folder with what builds them, and the course in it. */
import fs from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { findLesson, loadLesson } from '../../lesson';
import { writeWhole } from '../class/storage';
import { gradescopeRecipe } from './gradescope';
import { prairieLearnRecipe } from './prairielearn';
import { snapshot } from './snapshot';

export const recipes = ['gradescope-image', 'prairielearn-image'] as const;
export type Recipe = (typeof recipes)[number];

/**
 * Writes a grader of one lesson for a platform: its scripts, and `genlab/` with what of this course it needs; for
 * Gradescope also `autograder.zip`, ready for upload.
 * @returns the scripts and the ZIP file
 */
export function writeRecipe(recipe: Recipe, name: string, folder: string): string[] {
  const lesson = findLesson(name);
  const scripts =
    recipe === 'gradescope-image' ? gradescopeRecipe(lesson) : prairieLearnRecipe(lesson, loadLesson(lesson).title.en);
  const root = path.resolve(__dirname, '../../..');
  const course = snapshot(root).map((file) => ({ file, bytes: fs.readFileSync(path.join(root, file)) }));
  for (const { file, bytes } of course) {
    const copy = path.join(folder, 'genlab', file);
    fs.mkdirSync(path.dirname(copy), { recursive: true });
    fs.writeFileSync(copy, bytes);
  }
  const written = scripts.map(({ name, text }) => {
    const file = path.join(folder, name);
    writeWhole(file, text);
    if (isScript(name)) fs.chmodSync(file, 0o755);
    return file;
  });
  if (recipe !== 'gradescope-image') return written;
  const zip = path.join(folder, 'autograder.zip');
  const files = [
    ...scripts.map(({ name, text }) => ({ name, bytes: Buffer.from(text) })),
    ...course.map(({ file, bytes }) => ({ name: `genlab/${file}`, bytes })),
  ];
  writeWhole(
    zip,
    Buffer.from(zipSync(Object.fromEntries(files.map(({ name, bytes }) => [name, [bytes, mode(name)]])))),
  );
  return [...written, zip];
}

const isScript = (name: string): boolean => name.endsWith('.sh') || name === 'run_autograder';

/** Unix permissions in a ZIP entry; without them unzip makes no script executable. */
const mode = (name: string): { os: number; attrs: number } => ({
  os: 3,
  attrs: (isScript(name) ? 0o100755 : 0o100644) * 65536,
});
