import fs from 'node:fs';
import { buildNotebook, findLesson, notebookText, readNotebook, type Lang, type NotebookCell } from '../../lesson';
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
      const text = notebookText(buildNotebook(room.lessonOf(lesson), { lang }));
      const before = withDisk(`${shown(file)} cannot be read`, () =>
        fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined,
      );
      if (before !== text) writeWhole(file, text);
      return { file, lang, lesson, state: before === undefined ? 'new' : before === text ? 'same' : 'changed' };
    }),
  );
}

/** Lessons whose released notebooks say other points than `class.json` and the course do now. */
export function releasesWithOtherPoints(room: ClassRoom): string[] {
  return room.released().filter((slug) => {
    const worth = room.worth(slug);
    return room.languages.some((lang) => {
      const file = room.places.release(lang, slug);
      if (!fs.existsSync(file)) return false;
      const text = withDisk(`${shown(file)} cannot be read`, () => fs.readFileSync(file, 'utf8'));
      return cellsIn(text).some(({ metadata }) => {
        const { nbgrader } = metadata as { nbgrader?: { grade_id?: string; points?: number } };
        const points = worth.get(nbgrader?.grade_id?.replace(/-check$/, '') ?? '');
        return nbgrader?.points !== undefined && points !== undefined && nbgrader.points !== points;
      });
    });
  });
}

/** None where somebody broke the file: that is for whoever opens it to be told. */
function cellsIn(text: string): readonly NotebookCell[] {
  try {
    return readNotebook(text).cells;
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
