import { english, type Text } from './text';
import { sum } from './points';
import { registry } from './registry';

/** One line of a rubric. */
export interface RubricItem {
  /** Short, of letters, digits, `-` and `_`; unique in its rubric. */
  readonly id: string;
  /** Added where the item applies; below 0 for a deduction. */
  readonly points: number;
  readonly text: Text;
}

/** How people score a cell. Stands in the lesson's spec file, beside the exercises that are checked. */
export interface Rubric {
  readonly gradeId: string;
  readonly items: readonly RubricItem[];
  /** The most that can be had: the sum of the items above 0. */
  readonly points: number;
}

/**
 * Defines the rubric of a cell that people score. The items above 0 add up to the cell's points.
 *
 *     rubric('vae-question', [
 *       { id: 'both-terms', points: 1, text: { en: 'names both terms', zh: '说出了两项' } },
 *       { id: 'sign', points: -0.5, text: { en: 'has a sign wrong', zh: '符号有误' } },
 *     ]);
 */
export function rubric(gradeId: string, items: readonly RubricItem[]): Rubric {
  const wrong = (what: string): never => {
    throw new Error(`rubric('${gradeId}'): ${what}`);
  };
  if (!items.length) wrong('it has no items');
  const ids = items.map(({ id }) => id);
  for (const [i, { id, points, text }] of items.entries()) {
    if (!/^[\w-]+$/.test(id)) wrong(`"${id}" is no id: letters, digits, - and _`);
    if (ids.indexOf(id) !== i) wrong(`two items are called "${id}"`);
    if (!Number.isFinite(points) || points === 0) wrong(`item "${id}" needs points`);
    if (!english(text).trim()) wrong(`item "${id}" needs a text`);
  }
  const points = sum(items.map((item) => Math.max(0, item.points)));
  if (!points) wrong('no item gives points');
  const made: Rubric = { gradeId, items, points };
  registry.rubrics?.push(made);
  return made;
}

/** What a set of items is worth: never below 0, never above the whole. */
export function rubricPoints({ items, points }: Rubric, ids: readonly string[]): number {
  const all = sum(items.filter(({ id }) => ids.includes(id)).map((item) => item.points));
  return Math.min(points, Math.max(0, all));
}
