import { outlineOf } from './outline';
import type { Cell, Lang, Lesson } from './types';

/** A heading as lessons write it: `### Exercise 1 · The Gaussian KL (3 points)`, `### 练习 1 · 高斯 KL 散度（3 分）`. */
const headings: Readonly<Record<Lang, { readonly found: RegExp; readonly words: (points: number) => string }>> = {
  en: {
    found: /^(#{1,6} .*\()\d+(?:\.\d+)? points?(?=[,)])/gm,
    words: (points) => `${points} ${points === 1 ? 'point' : 'points'}`,
  },
  zh: { found: /^(#{1,6} .*（)\d+(?:\.\d+)? ?分(?=[，）])/gm, words: (points) => `${points} 分` },
};

/**
 * The lesson with other points for some of its exercises: in their cells, in the headings that they stand under, and in
 * their `check(…)`, which is told so and reports in these points.
 * @param points by grade id; exercises that are not in it keep theirs
 */
export function withPoints(lesson: Lesson, points: ReadonlyMap<string, number>): Lesson {
  const cells = [...lesson.cells];
  for (const [i, cell] of lesson.cells.entries()) {
    const worth = cell.gradeId === undefined || cell.points === undefined ? undefined : points.get(cell.gradeId);
    if (worth === undefined || worth === cell.points) continue;
    cells[i] = withWorth(cells[i], worth);
    const spoken: readonly Lang[] = cell.lang ? [cell.lang] : ['en', 'zh'];
    for (const lang of spoken) {
      const at = headingAbove(lesson.cells, i, lang);
      if (at !== undefined) cells[at] = { ...cells[at], source: renamed(cells[at].source, lang, worth) };
    }
  }
  return { ...lesson, cells };
}

function withWorth(cell: Cell, points: number): Cell {
  const { outline, source } = cell;
  const marked = { ...cell, points, metadata: { ...cell.metadata, points } };
  if (!outline?.check) return marked;
  const { end } = outline.check;
  const told = `${source.slice(0, end)}, { points: ${points} }${source.slice(end)}`;
  return { ...marked, source: told, outline: outlineOf(told, () => undefined) };
}

/** The cell, this one or the nearest above it, whose heading says what the exercise is worth. */
function headingAbove(cells: readonly Cell[], from: number, lang: Lang): number | undefined {
  const { gradeId } = cells[from];
  for (let i = from; i >= 0; i--) {
    const cell = cells[i];
    if (cell.gradeId !== undefined && cell.gradeId !== gradeId) return undefined; // what stands there is another's
    if (cell.lang === lang && cell.source.search(headings[lang].found) >= 0) return i;
  }
  return undefined;
}

/** The last such heading of a cell: the exercise follows it. */
function renamed(source: string, lang: Lang, points: number): string {
  const { found, words } = headings[lang];
  const last = [...source.matchAll(found)].at(-1);
  if (!last) return source;
  const end = last.index + last[0].length;
  return `${source.slice(0, last.index)}${last[1]}${words(points)}${source.slice(end)}`;
}
