import fs from 'node:fs';
import { ResultCache } from './cache';
import { createGradebook } from './gradebook';
import { takeLock } from './lock';
import { notedMarks } from './marks';
import type { ClassRoom } from './room';
import { withDisk } from './storage';
import { adopt } from './submit';

export interface Rebuilt {
  readonly attempts: number;
  readonly results: number;
  readonly marks: number;
  /** Where the gradebook that was there lies now. */
  readonly aside?: string;
  readonly strange: readonly string[];
}

/**
 * Makes the gradebook anew from the notebooks in `submitted/`, the results in `cache/` and the marks in `marks.jsonl`. One
 * that is there is moved aside, never deleted.
 */
export async function rebuildGradebook(room: ClassRoom): Promise<Rebuilt> {
  const lock = await takeLock(room.places.gradingLock, 'rebuilding the gradebook');
  try {
    const { gradebook } = room.places;
    let aside: string | undefined;
    if (fs.existsSync(gradebook)) {
      const stamp = new Date().toISOString().replace(/[:.]/g, '-');
      aside = `${gradebook}.${stamp}.aside`;
      const to = aside;
      withDisk(`${gradebook} cannot be moved aside`, () => {
        fs.renameSync(gradebook, to);
        if (fs.existsSync(`${gradebook}-journal`)) fs.renameSync(`${gradebook}-journal`, `${to}-journal`);
      });
    }
    await createGradebook(gradebook);
    const cached = new ResultCache(room.places.cache).all();
    const marks = notedMarks(room);
    return await room.gradebook('rebuilding', (book) => {
      const { strange } = adopt(room, book);
      const attempts = book.attempts();
      let [results, given] = [0, 0];
      book.transaction(() => {
        for (const { id, hash, student, lesson, file } of attempts) {
          const own = cached.filter(
            ({ content: c }) => c.hash === hash && c.student === student && c.lesson === lesson,
          );
          for (const grading of own) book.addResult(id, { ...grading, result: { ...grading.result, file } });
          results += own.length;
          const mine = marks.filter((noted) => noted.file === file && noted.hash === hash);
          for (const { mark } of mine) book.addMark(id, mark);
          given += mine.length;
        }
      });
      return { attempts: attempts.length, results, marks: given, strange, ...(aside === undefined ? {} : { aside }) };
    });
  } finally {
    lock.release();
  }
}
