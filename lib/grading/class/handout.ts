/** What goes out of the class: feedback pages, reports, and results in other systems' formats. */
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors';
import type { Lang } from '../../lesson';
import { feedbackHtml } from '../feedback';
import {
  askedBy,
  exportCsv,
  exportExercism,
  exportGradescope,
  exportJUnit,
  exportNbgrader,
  exportPrairieLearn,
  type ClassResults,
  type ExportedFile,
} from '../formats';
import { momentOf } from '../policy';
import { findSpec, specFolder } from '../specs';
import { countingAttempt, standings } from './standing';
import type { ClassRoom } from './room';
import { writeWhole } from './storage';

export interface FeedbackWritten {
  readonly files: readonly string[];
  /** Students with an attempt that was not graded yet: no page was written for them. */
  readonly ungraded: readonly string[];
}

/** Writes a page for each student and lesson, of the attempt that counts. @param lang of the pages; each student's own unless given */
export async function writeFeedback(
  room: ClassRoom,
  lessons: readonly string[],
  { student, lang }: { student?: string; lang?: Lang } = {},
): Promise<FeedbackWritten> {
  const [files, ungraded]: [string[], string[]] = [[], []];
  for (const standing of await standings(room, lessons, student === undefined ? {} : { student })) {
    const release = await room.release(standing.lesson);
    for (const final of standing.finals) {
      const attempt = countingAttempt(standing, final);
      const waiting = standing.attempts.some((one) => one.student === final.student && one.wanted !== undefined);
      if (waiting) ungraded.push(`${final.student} ${standing.lesson}`);
      if (!attempt?.result) continue;
      const own = room.entryOf(final.student)?.lang;
      const page = feedbackHtml(attempt, readNotebook(path.join(room.folder, attempt.file)), {
        lang: lang ?? (own === 'en' || own === 'zh' ? own : attempt.result.lang),
        final,
        release,
        timeZone: room.config.timeZone,
      });
      const file = room.places.feedback(final.student, standing.lesson);
      writeWhole(file, page);
      files.push(file);
    }
  }
  return { files, ungraded };
}

/** Whatever can be read of a notebook; `undefined` where it is none. */
function readNotebook(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

const formats = {
  csv: exportCsv,
  junit: exportJUnit,
  gradescope: exportGradescope,
  prairielearn: exportPrairieLearn,
  exercism: exportExercism,
  nbgrader: exportNbgrader,
} as const;

export type ClassFormat = keyof typeof formats;
export const classFormats = Object.keys(formats) as ClassFormat[];

/**
 * Writes the results of the class in another system's format.
 * @param folder where to; `export/FORMAT` in the class unless given
 * @returns the files, in order
 * @throws UserError where nothing was handed in yet, or two files would have one name
 */
export async function exportClass(
  room: ClassRoom,
  lessons: readonly string[],
  format: ClassFormat,
  folder = path.join(room.places.export, format),
): Promise<string[]> {
  const found = await standings(room, lessons);
  const results: ClassResults = {
    attempts: found.flatMap(({ attempts }) => attempts),
    finals: found.flatMap(({ finals }) => finals),
  };
  const exported = filesOf(room, lessons, format, results);
  const twice = exported.find(({ name }, i) => exported.findIndex((one) => one.name === name) !== i);
  if (twice) throw new UserError(`two files of the export would be called ${twice.name}; nothing was written.`);
  return exported.map(({ name, text }) => {
    const file = path.join(folder, name);
    writeWhole(file, text);
    return file;
  });
}

function filesOf(
  room: ClassRoom,
  lessons: readonly string[],
  format: ClassFormat,
  results: ClassResults,
): ExportedFile[] {
  if (format === 'exercism') {
    const specs = lessons.flatMap((slug) => findSpec(slug, room.course.specs ?? specFolder(room.course.root)) ?? []);
    const asked = specs.flatMap((spec) => [...askedBy(fs.readFileSync(spec, 'utf8'))]);
    return exportExercism(results, { testCode: new Map(asked) });
  }
  if (format === 'nbgrader') {
    const due = lessons.flatMap((slug) => {
      const { dueAt } = room.policy(slug);
      return dueAt === undefined ? [] : [[slug, new Date(momentOf(dueAt, room.config.timeZone)).toISOString()]];
    });
    return exportNbgrader(results, { dueAt: Object.fromEntries(due) });
  }
  return formats[format](results);
}
