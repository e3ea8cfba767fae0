/** What a submission has not as it was released: said, and put right by grading with the lesson's own cells. */
import type { Notebook } from '../lesson';
import type { Reading } from './source';
import type { Submission, SubmittedCell } from './submission';
import type { Text } from './text';

/** A cell that the lesson gave out and whose text or marks matter. */
export interface ReleasedCell {
  /** Its grade_id; for a setup cell its number among these. */
  readonly name: string;
  readonly kind: 'setup' | 'test' | 'answer';
  readonly bare: string;
  readonly marks: string;
}

/**
 * What a cell's metadata says about grading, in one order: equal for cells that are graded alike. Not its points: a class
 * may give others than the lesson, and change them after it was handed out; what a notebook says of them never counts.
 */
export function marksOf(metadata: unknown): string {
  const at = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  const nbgrader = at(metadata, 'nbgrader');
  const marks = ['grade', 'solution', 'locked', 'task'].map((key) => at(nbgrader, key) ?? false);
  return JSON.stringify([
    ...marks.map((mark) => (typeof mark === 'object' ? 'object' : mark)),
    at(metadata, 'editable') ?? true,
  ]);
}

/** The cells of a released notebook that matter here, in order. */
export function releasedCells({ cells }: Notebook, bareOf: (source: string) => string): ReleasedCell[] {
  let setups = 0;
  return cells.flatMap((cell): ReleasedCell[] => {
    const { nbgrader, tags } = cell.metadata as {
      nbgrader?: { grade_id: string; grade: boolean; solution: boolean };
      tags?: readonly string[];
    };
    const rest = { bare: bareOf(cell.source), marks: marksOf(cell.metadata) };
    if (nbgrader?.solution) return [{ name: nbgrader.grade_id, kind: 'answer', ...rest }];
    if (nbgrader?.grade) return [{ name: nbgrader.grade_id, kind: 'test', ...rest }];
    if (cell.cell_type === 'code' && tags?.includes('setup')) {
      return [{ name: `setup ${++setups}`, kind: 'setup', ...rest }];
    }
    return [];
  });
}

type Read = SubmittedCell & { readonly reading: Pick<Reading, 'bare'> };

interface Differences {
  readonly missing: string[];
  readonly changed: string[];
  readonly marked: string[];
  readonly twice: string[];
  moved: boolean;
}

/** Compares with the release in the language that it fits best. */
export function restoredNotes(
  { lang }: Pick<Submission, 'lang'>,
  cells: readonly Read[],
  released: Readonly<Record<'en' | 'zh', readonly ReleasedCell[]>>,
): Text[] {
  const size = ({ missing, changed, marked }: Differences): number => missing.length + changed.length + marked.length;
  const [first, second] = [lang ?? 'en', lang === 'zh' ? 'en' : 'zh'] as const;
  const [one, other] = [differences(cells, released[first]), differences(cells, released[second])];
  return told(size(other) < size(one) ? other : one);
}

function differences(cells: readonly Read[], released: readonly ReleasedCell[]): Differences {
  const found: Differences = { missing: [], changed: [], marked: [], twice: [], moved: false };
  let last = 0;
  for (const { name, kind, bare, marks } of released) {
    const named = kind === 'setup' ? [] : cells.filter((cell) => cell.gradeId === name);
    const same = cells.filter((cell) => cell.reading.bare === bare && cell.type === 'code');
    const match = named[0] ?? same[0];
    if (!match) {
      if (kind !== 'answer') found.missing.push(name); // a missing answer is told with its exercise
      continue;
    }
    if (kind !== 'answer' && (match.reading.bare !== bare || match.type !== 'code')) found.changed.push(name);
    if (match.marks !== marks && (kind !== 'answer' || named.length)) found.marked.push(name);
    const copies = new Set(named.map((cell) => cell.source)).size;
    if (named.length > 1 && (kind === 'test' || copies === 1)) found.twice.push(name);
    if (match.number < last) found.moved = true;
    last = Math.max(last, match.number);
  }
  return found;
}

function told({ missing, changed, marked, twice, moved }: Differences): Text[] {
  const notes: Text[] = [];
  const note = (names: readonly string[], en: string, zh: string): void => {
    if (names.length) notes.push({ en: `${en}: ${names.join(', ')}.`, zh: `${zh}：${names.join('、')}。` });
  };
  note(
    missing,
    "Cells of the lesson are missing; the lesson's own were used",
    '缺少课程自带的单元格，已用原单元格代替',
  );
  note(
    changed,
    "Cells of the lesson were changed; the lesson's own were used",
    '课程自带的单元格被改动，已用原单元格代替',
  );
  note(
    marked,
    "The grading marks of cells were changed; the lesson's own count",
    '单元格的评分标记被改动，以课程原标记为准',
  );
  note(twice, 'Cells stand there more than once', '单元格出现多次');
  if (moved) {
    notes.push({
      en: "The cells stand in another order; they were graded in the lesson's.",
      zh: '单元格的顺序与课程不同，已按课程的顺序评分。',
    });
  }
  return notes;
}
