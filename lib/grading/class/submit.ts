import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors';
import type { Gradebook } from './gradebook';
import { hashOf, lookAtFile, type Looked } from './notebook';
import { timeName, timeOfName, whyNotStudent } from './names';
import type { Attempt } from './records';
import { shown, type ClassRoom } from './room';
import { diskError, writeNew } from './storage';

export interface Submitted {
  readonly attempt: Attempt;
  readonly warnings: readonly string[];
  /** The same notebook was handed in before: nothing new was kept. */
  readonly again: boolean;
}

export interface SubmitOptions {
  /** Slug or another name of the lesson; what the notebook is unless given. */
  readonly lesson?: string;
  /** ISO 8601; now unless given. */
  readonly at?: string;
}

/**
 * Hands in one notebook for a student.
 * @throws UserError where the file cannot be had, is no lesson of the class, or the student is not in it
 */
export async function submit(
  room: ClassRoom,
  file: string,
  student: string,
  options: SubmitOptions = {},
): Promise<Submitted> {
  const who = room.student(student);
  const looked = lookAtFile(file, room.course);
  const lesson = lessonFor(room, looked, options.lesson, file);
  const warnings = [...looked.warnings];
  if (looked.unreadable) warnings.push(`${looked.unreadable} It will score 0.`);
  return room.gradebook(`submitting for ${who}`, (book) => {
    const [last] = book.attempts({ student: who, lesson }).slice(-1);
    if (last?.hash === looked.hash) return { attempt: last, warnings, again: true };
    const attempt = keep(room, book, { student: who, lesson, bytes: looked.bytes, at: options.at ?? now() });
    return { attempt, warnings, again: false };
  });
}

function lessonFor(room: ClassRoom, looked: Looked, asked: string | undefined, file: string): string {
  if (asked !== undefined) {
    const slug = room.lesson(asked);
    if (looked.lesson !== undefined && looked.lesson !== slug) {
      throw new UserError(`${file} is the notebook of ${looked.lesson}, not of ${slug}.`);
    }
    return slug;
  }
  if (looked.lesson !== undefined) return room.lesson(looked.lesson);
  throw new UserError(
    looked.unreadable
      ? `${file}: ${looked.unreadable} To hand it in all the same, name its lesson with --lesson.`
      : `${file} holds no exercise of this course. Is it the right file? If it is, name its lesson with --lesson.`,
  );
}

const now = (): string => new Date().toISOString();

/** Writes a notebook under its student, lesson and time, then into the gradebook. A crash in between is made good by `adopt`. */
export function keep(
  room: ClassRoom,
  book: Gradebook,
  { student, lesson, bytes, at }: { student: string; lesson: string; bytes: Buffer; at: string },
): Attempt {
  const submittedAt = new Date(at).toISOString();
  const folder = path.join('submitted', student, lesson);
  for (let copy = 1; ; copy++) {
    const file = path.join(folder, `${timeName(submittedAt)}${copy > 1 ? `-${copy}` : ''}.ipynb`);
    if (!writeNew(path.join(room.folder, file), bytes)) continue;
    const entry = { student, lesson, submittedAt, hash: hashOf(bytes), file: file.split(path.sep).join('/') };
    return book.addAttempt(entry);
  }
}

export interface Adopted {
  readonly attempts: readonly Attempt[];
  /** What lies in `submitted/` and is no submission, with the reason. */
  readonly strange: readonly string[];
}

/**
 * Takes notebooks into the gradebook that lie in `submitted/` and are not in it: a crash came between writing and noting
 * one, or somebody put it there.
 */
export function adopt(room: ClassRoom, book: Gradebook): Adopted {
  const known = book.files();
  const found: { student: string; lesson: string; submittedAt: string; file: string }[] = [];
  const strange: string[] = [];
  const list = (folder: string): fs.Dirent[] => {
    try {
      return fs.readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw diskError(`${shown(folder)} cannot be read`, error);
    }
  };
  for (const who of list(room.places.submitted)) {
    if (!who.isDirectory() || whyNotStudent(who.name)) {
      if (!who.name.startsWith('.')) strange.push(path.join('submitted', who.name));
      continue;
    }
    for (const slug of list(path.join(room.places.submitted, who.name))) {
      if (!slug.isDirectory() || !/^\d\d-[a-z0-9-]+$/.test(slug.name)) {
        strange.push(path.join('submitted', who.name, slug.name));
        continue;
      }
      for (const one of list(path.join(room.places.submitted, who.name, slug.name))) {
        const file = ['submitted', who.name, slug.name, one.name].join('/');
        const submittedAt = timeOfName(one.name);
        if (known.has(file) || (one.name.startsWith('.') && one.name.endsWith('.tmp'))) continue;
        if (submittedAt === undefined || !one.isFile()) strange.push(file);
        else found.push({ student: who.name, lesson: slug.name, submittedAt, file });
      }
    }
  }
  found.sort((a, b) =>
    a.submittedAt < b.submittedAt ? -1 : a.submittedAt > b.submittedAt ? 1 : a.file < b.file ? -1 : 1,
  );
  const attempts = found.length
    ? book.transaction(() =>
        found.map((one) =>
          book.addAttempt({ ...one, hash: hashOf(fs.readFileSync(path.join(room.folder, one.file))) }),
        ),
      )
    : [];
  return { attempts, strange };
}
