/** A notebook as it is handed in: looked at before it is taken, so that its owner hears at once what is wrong with it. */
import crypto from 'node:crypto';
import fs from 'node:fs';
import { UserError } from '../../errors';
import { listLessons } from '../../lesson';
import { slugsByGradeId, type Course } from '../course';
import { parseSubmission, readSubmission, type Submission } from '../submission';
import { say } from '../text';

export interface Looked {
  /** SHA-256 of the bytes, hex. */
  readonly hash: string;
  readonly bytes: Buffer;
  /** Slug; absent where it is no lesson of this course. */
  readonly lesson?: string;
  /** Why nothing in it can be read; it can still be handed in and scores 0. */
  readonly unreadable?: string;
  /** What its owner should know, such as cells that were never run. */
  readonly warnings: readonly string[];
}

export const hashOf = (bytes: Buffer): string => crypto.createHash('sha256').update(bytes).digest('hex');

const largest = 256 << 20;

/** Reads a file that is to be handed in. @throws UserError where there is no file to read */
export function lookAtFile(file: string, course: Course): Looked {
  const read = readSubmission(file);
  // A file that cannot be had at all is a mistake of the command's; one that can be had is a submission, whatever it holds.
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > largest) {
    throw new UserError(`${file}: ${'unreadable' in read ? say(read.unreadable, 'en') : 'This is no ordinary file.'}`);
  }
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    const why = 'unreadable' in read ? say(read.unreadable, 'en') : String(error);
    throw new UserError(`${file}: ${why}`);
  }
  return lookAt(bytes, course);
}

export function lookAt(bytes: Buffer, course: Course): Looked {
  const read = parseSubmission(bytes);
  const hash = hashOf(bytes);
  if ('unreadable' in read) return { hash, bytes, unreadable: say(read.unreadable, 'en'), warnings: [] };
  const lesson = lessonOf(read, course);
  const warnings = [...read.notes.map((note) => say(note, 'en')), ...unexecuted(bytes)];
  return { hash, bytes, warnings, ...(lesson === undefined ? {} : { lesson }) };
}

/** The lesson whose exercises a notebook holds; where it holds none, what it says of itself. */
function lessonOf({ cells, lesson }: Submission, course: Course): string | undefined {
  const known = slugsByGradeId(course);
  const votes = new Map<string, number>();
  for (const { gradeId } of cells) {
    const slug = gradeId === undefined ? undefined : known.get(gradeId);
    if (slug !== undefined) votes.set(slug, (votes.get(slug) ?? 0) + 1);
  }
  const [likeliest] = [...votes].sort(([, a], [, b]) => b - a);
  return likeliest?.[0] ?? listLessons(course).find((slug) => slug === lesson);
}

interface RawCell {
  readonly cell_type?: unknown;
  readonly source?: unknown;
  readonly execution_count?: unknown;
  readonly outputs?: unknown;
}

/** Cells that were not run, or not in order, since the notebook was opened: often it was not saved after the last change. */
function unexecuted(bytes: Buffer): string[] {
  const { cells } = parseLoosely(bytes);
  const code = cells.filter(({ cell_type: type, source }) => type === 'code' && String(source ?? '').trim() !== '');
  const counts = code.map((cell) => cell.execution_count);
  const never = counts.filter((count) => typeof count !== 'number').length;
  const failed = code.filter(
    ({ outputs }) =>
      Array.isArray(outputs) && outputs.some((output) => (output as RawOutput | null)?.output_type === 'error'),
  ).length;
  const warnings: string[] = [];
  if (code.length > 0 && never === code.length) {
    warnings.push('No cell was run. Was the notebook saved after the work in it was done?');
  } else if (never > 0) {
    warnings.push(`${never} of ${code.length} code cells were not run. Was the notebook saved after the last change?`);
  }
  const numbers = counts.filter((count): count is number => typeof count === 'number');
  if (numbers.some((count, i) => i > 0 && count < numbers[i - 1])) {
    warnings.push('Cells were run out of order; grading runs them from top to bottom.');
  }
  if (failed > 0) warnings.push(`${failed} ${failed === 1 ? 'cell ends' : 'cells end'} with an error.`);
  return warnings;
}

interface RawOutput {
  readonly output_type?: unknown;
}

function parseLoosely(bytes: Buffer): { cells: RawCell[] } {
  try {
    const json = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, '')) as { cells?: unknown } | null;
    const cells = Array.isArray(json?.cells) ? json.cells : [];
    return { cells: cells.filter((cell): cell is RawCell => typeof cell === 'object' && cell !== null) };
  } catch {
    return { cells: [] };
  }
}
