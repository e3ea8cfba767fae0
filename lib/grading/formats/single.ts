import type { FileResult } from '../results';
import { exportCsv } from './csv';
import { fileName, type ClassResults } from './entries';
import { exportExercism } from './exercism';
import { exportGradescope } from './gradescope';
import { exportJUnit } from './junit';
import { exportPrairieLearn } from './prairielearn';

/** Results of single notebooks as those of a class: each student is called after the file, and the attempt is the first. */
export function singleResults(results: readonly FileResult[], at = new Date()): ClassResults {
  const time = at.toISOString();
  const named = results.map((result) => ({
    result,
    student: fileName(
      result.file
        .split(/[\\/]/)
        .at(-1)
        ?.replace(/\.ipynb$/, '') ?? '',
    ),
    lesson: result.lesson ?? 'unknown',
  }));
  return {
    attempts: named.map(({ result, student, lesson }) => ({
      ...{ student, lesson, result, number: 1, submittedAt: time, gradedAt: time, hash: '', file: result.file },
      marks: [],
    })),
    finals: named.map(({ result: { score, maxScore }, student, lesson }) => ({
      ...{ student, lesson, attempt: 1, raw: score, penalty: 0, score, maxScore },
    })),
  };
}

const writers = {
  csv: (results: ClassResults) => exportCsv(results).slice(-1), // the checks; a row a student is for classes
  junit: exportJUnit,
  gradescope: exportGradescope,
  prairielearn: exportPrairieLearn,
  exercism: exportExercism,
} as const;

/** Single notebooks in one format; for one of a file a student, the first notebook's. */
export function singleText(results: readonly FileResult[], format: keyof typeof writers): string {
  return writers[format](singleResults(results))[0]?.text ?? '';
}
