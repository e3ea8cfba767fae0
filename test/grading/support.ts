import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gradeFiles, type FileResult } from '../../lib/grading';
import { buildNotebook, loadLesson, type Lang, type Notebook, type NotebookCell, type Variant } from '../../lib/lesson';

const root = path.join(__dirname, 'fixtures', 'course');
/** A lesson of three exercises, worth 2 + 3 + 3 points, made for these tests. */
export const course = { root, specs: path.join(root, 'specs') };

export function miniNotebook(variant: Variant = 'solution', lang: Lang = 'en'): Notebook {
  return buildNotebook(loadLesson('01-mini', course), { lang, variant });
}

export const gradeIdOf = (cell: NotebookCell): string | undefined => {
  const { nbgrader } = cell.metadata as { nbgrader?: { grade_id?: string } };
  return nbgrader?.grade_id;
};

/** The solution with other code in some exercises' cells. */
export function answering(answers: Readonly<Record<string, string>>): Notebook {
  const notebook = miniNotebook();
  return {
    ...notebook,
    cells: notebook.cells.map((cell) => ({ ...cell, source: answers[gradeIdOf(cell) ?? ''] ?? cell.source })),
  };
}

/** Code of the solution's cell for an exercise. */
export const solutionOf = (gradeId: string): string =>
  miniNotebook().cells.find((cell) => gradeIdOf(cell) === gradeId)?.source ?? '';

/** Grades a notebook, or any bytes, as a file of its own, which is removed afterwards. */
export async function grade(
  submission: Notebook | string | Buffer,
  options: { seconds?: number; lesson?: string; lang?: Lang } = {},
): Promise<FileResult> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-test-'));
  const file = path.join(folder, 'submission.ipynb');
  const isBytes = typeof submission === 'string' || Buffer.isBuffer(submission);
  fs.writeFileSync(file, isBytes ? submission : JSON.stringify(submission));
  try {
    const [result] = await gradeFiles([file], { ...course, seconds: 10, ...options });
    return result;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Scores by exercise: `{ 'mini-scale': 2, … }`. */
export const scores = (result: FileResult): Record<string, number> =>
  Object.fromEntries(result.exercises.map((exercise) => [exercise.gradeId, exercise.score]));

/** Every reason and note of a result in one text. */
export const words = (result: FileResult): string =>
  [
    ...result.notes,
    ...result.exercises.flatMap((exercise) => [
      ...exercise.notes,
      ...exercise.checks.map((check) => check.reason ?? ''),
    ]),
  ].join('\n');
