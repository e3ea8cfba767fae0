import type { Random } from '../../lib/engine';

/** One of a list. */
export function oneOf<T>(random: Random, list: readonly T[]): T {
  return list[random.int(list.length)];
}

/** The list in random order. */
export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  return Array.from(random.shuffle(list.length), (i) => list[i]);
}
