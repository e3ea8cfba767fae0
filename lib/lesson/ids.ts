import { isDeckOnly } from './deck';
import { pairsOf } from './pairs';
import type { Cell, Lesson } from './types';

/**
 * A stable id for each cell: the grade_id, the figure's name, the heading, or else the section and a number within it. A cell
 * put into one section thus leaves the ids of every other section as they are, and an id says what it is.
 * Both languages of a prose cell have the same id.
 */
export function cellIds(lesson: Lesson): Map<Cell, string> {
  const ids = new Map<Cell, string>();
  const taken = new Set(lesson.cells.flatMap(({ gradeId }) => (gradeId ? [gradeId, `${gradeId}-check`] : [])));
  const unique = (wish: string): string => {
    let id = wish;
    for (let n = 2; taken.has(id); n++) id = `${wish}-${n}`;
    taken.add(id);
    return id;
  };

  let section = 'start';
  let [proses, codes, slides] = [0, 0, 0];
  for (const pair of pairsOf(lesson.cells)) {
    const cell = pair.find(({ lang }) => lang === 'en') ?? pair[0];
    // A slide's title is no section: slides come and go without a change to the ids of what students have.
    const onSlide = isDeckOnly(cell);
    const heading = cell.lang && !onSlide ? /^#{1,6} +(.+)/.exec(cell.source)?.[1] : undefined;
    const { figure } = cell.metadata;
    if (heading !== undefined) [section, proses, codes, slides] = [unique(slugify(heading) || 'section'), 0, 0, 0];

    let id: string;
    if (cell.gradeId) id = cell.gradeId;
    else if (onSlide) id = unique(`${section}-slide-${++slides}`);
    else if (heading !== undefined) id = section;
    else if (typeof figure === 'string') id = unique(figure);
    else if (cell.title && slugify(cell.title)) id = unique(slugify(cell.title));
    else id = unique(cell.kind === 'code' ? `${section}-code-${++codes}` : `${section}-text-${++proses}`);
    for (const each of pair) ids.set(each, id);
  }
  return ids;
}

/** "3 · Jumping straight to step t" → "jumping-straight-to-step-t"; the number would change with every section put in. */
function slugify(heading: string): string {
  return heading
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[\d-]+/, '')
    .slice(0, 44)
    .replace(/-+$/, '');
}
