/** Submissions of a lesson as a class hands them in: right, wrong in part, broken, hostile. */
import { applyWrong, classTools } from '../../lib/grading';
import { buildNotebook, type Notebook, notebookText } from '../../lib/lesson';

export type Kind = 'good' | 'partial' | 'broken' | 'hostile';

export interface Generated {
  readonly kind: Kind;
  readonly text: string;
}

/** Of 20 in a row. */
const mix: readonly Kind[] = [
  ...Array<Kind>(11).fill('good'),
  ...Array<Kind>(5).fill('partial'),
  ...Array<Kind>(3).fill('broken'),
  'hostile',
];

/** What stands in an answer's place. None gains a point, and each ends the child or keeps it busy. */
const hostile: readonly string[] = [
  'process.exit(0);',
  'for (;;);',
  'const all: number[][] = []; for (;;) all.push(Array(1e6).fill(1));',
  'setInterval(() => 0, 1); throw { toString() { process.exit(1); } };',
  "require('node:child_process').execSync('sleep 100');",
];

/**
 * @param count how many; no two are alike
 * @param only of this kind alone
 */
export async function submissionsOf(slug: string, count: number, only?: Kind): Promise<Generated[]> {
  const { loadRelease } = await classTools();
  const { lesson, exercises, specs } = await loadRelease(slug);
  const solved = buildNotebook(lesson, { lang: 'en', variant: 'solution' });
  const graded = exercises.filter(({ gradeId }) => specs.has(gradeId));
  const gradeIdOf = (metadata: object): string | undefined =>
    (metadata as { nbgrader?: { grade_id?: string } }).nbgrader?.grade_id;
  const answering = (gradeId: string, source: string): Notebook => ({
    ...solved,
    cells: solved.cells.map((cell) => (gradeIdOf(cell.metadata) === gradeId ? { ...cell, source } : cell)),
  });
  const make = (kind: Kind, i: number): string => {
    const exercise = graded[i % graded.length];
    const { gradeId, solution } = exercise;
    if (kind === 'good') return remarked(solved, i);
    if (kind === 'hostile') return remarked(answering(gradeId, `${solution}\n${hostile[i % hostile.length]}`), i);
    if (kind === 'partial') {
      const wrongs = specs.get(gradeId)?.wrongs ?? [];
      return remarked(answering(gradeId, applyWrong(wrongs[i % wrongs.length], solution)), i);
    }
    const text = remarked(solved, i);
    if (i % 3 === 0) return text.slice(0, text.length / 2);
    if (i % 3 === 1) return remarked(answering(gradeId, `${solution}\nfunction (`), i);
    return remarked({ ...solved, cells: solved.cells.filter((cell) => gradeIdOf(cell.metadata) !== gradeId) }, i);
  };
  return Array.from({ length: count }, (_, i) => {
    const kind = only ?? mix[(i * 7) % mix.length]; // 7 and 20 share no divisor: kinds come mixed
    return { kind, text: make(kind, i) };
  });
}

/** No two submissions have the same bytes, or the second would cost nothing. */
function remarked(notebook: Notebook, i: number): string {
  const remark = { cell_type: 'code' as const, id: 'own', metadata: {}, source: `const own${i} = ${i};` };
  return notebookText({ ...notebook, cells: [...notebook.cells, remark] });
}
