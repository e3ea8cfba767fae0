import fs from 'node:fs';
import { buildNotebook, findLesson, loadLesson, notebookText, type Lang } from '../../lesson';
import { disagreements, loadRelease } from '../course';
import { UserError } from '../../errors';
import { addLessons, shown, type ClassRoom } from './room';
import { withDisk, writeWhole } from './storage';

export interface Released {
  readonly file: string;
  readonly lang: Lang;
  readonly lesson: string;
  /** `changed`: another version of it was released before. */
  readonly state: 'new' | 'same' | 'changed';
}

/**
 * Writes the notebooks that students of a class get, and notes the lessons in `class.json`.
 * @param due the due date of these lessons, as `class.json` takes it
 * @throws UserError where a lesson and its spec do not agree: it could not be graded
 */
export async function releaseLessons(
  room: ClassRoom,
  names: readonly string[],
  { languages = room.languages, due }: { languages?: readonly Lang[]; due?: string } = {},
): Promise<Released[]> {
  const slugs = [...new Set(names.map((name) => findLesson(name, room.course)))];
  for (const slug of slugs) {
    const wrong = disagreements(await loadRelease(slug, room.course));
    if (wrong.length)
      throw new UserError(`${slug} cannot be released, because it could not be graded:\n${wrong.join('\n')}`);
  }
  addLessons(room, slugs, due);
  return slugs.flatMap((lesson) =>
    languages.map((lang): Released => {
      const file = room.places.release(lang, lesson);
      const text = notebookText(buildNotebook(loadLesson(lesson, room.course), { lang }));
      const before = withDisk(`${shown(file)} cannot be read`, () =>
        fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined,
      );
      if (before !== text) writeWhole(file, text);
      return { file, lang, lesson, state: before === undefined ? 'new' : before === text ? 'same' : 'changed' };
    }),
  );
}
