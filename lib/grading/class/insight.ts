/** Pages for course staff: how a lesson went, and which answers are alike. */
import fs from 'node:fs';
import path from 'node:path';
import type { Lang } from '../../lesson';
import { classReportHtml } from '../class-report';
import { loadRelease } from '../course';
import { similarityHtml, similarPairs, type ComparedSubmission, type SimilarPair } from '../similarity';
import { parseSubmission } from '../submission';
import type { StoredAttempt } from './gradebook';
import { countingAttempt, standings } from './standing';
import type { ClassRoom } from './room';
import { writeWhole } from './storage';

/** Writes `report/LESSON.html` for each lesson. @returns the files */
export async function writeReports(room: ClassRoom, lessons: readonly string[], lang: Lang): Promise<string[]> {
  const files: string[] = [];
  for (const { lesson, attempts, finals } of await standings(room, lessons)) {
    const { name: className, timeZone } = room.config;
    const file = path.join(room.places.report, `${lesson}.html`);
    writeWhole(file, await classReportHtml({ className, lang, lesson, attempts, finals, timeZone }));
    files.push(file);
  }
  return files;
}

export interface Similarity {
  readonly lesson: string;
  readonly file: string;
  readonly compared: number;
  /** Pairs that are worth a look. */
  readonly unusual: readonly SimilarPair[];
}

/** Writes `report/LESSON-similarity.html` for each lesson, over the attempt of each student that counts, or the last one. */
export async function writeSimilarity(room: ClassRoom, lessons: readonly string[], lang: Lang): Promise<Similarity[]> {
  const found: Similarity[] = [];
  for (const standing of await standings(room, lessons)) {
    const { lesson, attempts } = standing;
    const release = await loadRelease(lesson, room.course);
    const { exercises } = release;
    const ids = new Set(exercises.map((exercise) => exercise.gradeId));
    const given = exercises.flatMap(({ setup, stub }) => [...setup, stub]);
    const submissions = standing.finals.flatMap((final): ComparedSubmission[] => {
      const { student } = final;
      const attempt = countingAttempt(standing, final) ?? attempts.findLast((one) => one.student === student);
      return attempt ? [{ student, cells: answersIn(room, attempt, ids) }] : [];
    });
    const pairs = similarPairs(submissions, given);
    const file = path.join(room.places.report, `${lesson}-similarity.html`);
    writeWhole(file, similarityHtml(pairs, { lang, title: release.lesson.title[lang], submissions }));
    found.push({ lesson, file, compared: submissions.length, unusual: pairs.filter(({ unusual }) => unusual) });
  }
  return found;
}

/** A student's code: the answers, and cells of their own. */
function answersIn(room: ClassRoom, { file }: StoredAttempt, ids: ReadonlySet<string>): ComparedSubmission['cells'] {
  const read = parseSubmission(fs.readFileSync(path.join(room.folder, file)));
  if ('unreadable' in read) return [];
  return read.cells
    .filter(({ type, gradeId }) => type === 'code' || (gradeId !== undefined && ids.has(gradeId)))
    .map(({ gradeId, number, source }) => ({ gradeId: gradeId ?? `cell ${number}`, source }));
}
