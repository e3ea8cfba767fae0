/** Marks by people for a whole lesson, as a table for a spreadsheet. */
import fs from 'node:fs';
import path from 'node:path';
import { answerOf, cellsOf } from '../feedback/answer';
import { marksSheet, readMarksSheet } from '../marks';
import type { Lang } from '../text';
import { addMarks } from './marks';
import { standings, countingAttempt } from './standing';
import type { ClassRoom } from './room';
import { withDisk, writeWhole } from './storage';

/** Writes a table of all that people have to score in a lesson, with the students' answers. @returns how many attempts are in it */
export async function writeSheet(room: ClassRoom, lesson: string, file: string, lang: Lang): Promise<number> {
  const [standing] = await standings(room, [lesson]);
  const release = await room.release(lesson);
  const attempts = standing.finals.flatMap((final) => countingAttempt(standing, final) ?? []);
  const cells = new Map(attempts.map((attempt) => [attempt.file, readCells(path.join(room.folder, attempt.file))]));
  const sheet = marksSheet(attempts, release, lang, (attempt, gradeId) => {
    const exercise = attempt.result?.exercises.find((one) => one.gradeId === gradeId);
    return exercise && answerOf(exercise, cells.get(attempt.file) ?? [])?.source;
  });
  writeWhole(path.resolve(file), sheet);
  return attempts.length;
}

function readCells(file: string): ReturnType<typeof cellsOf> {
  try {
    return cellsOf(JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '')));
  } catch {
    return [];
  }
}

/** Takes a filled-in table in, all rows or none. @returns how many marks @throws UserError that names each row at fault */
export async function readSheet(room: ClassRoom, lesson: string, file: string, by: string): Promise<number> {
  const text = withDisk(`${file} cannot be read`, () => fs.readFileSync(file, 'utf8'));
  const marks = readMarksSheet(text, await room.release(lesson));
  await addMarks(
    room,
    marks.map((mark) => ({ ...mark, by })),
  );
  return marks.length;
}
