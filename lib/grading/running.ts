import { AsyncLocalStorage } from 'node:async_hooks';
import { CheckFailure } from './failure';
import { sum } from './points';
import type { Text } from './text';

/** The check that runs, as far as its matchers and its credit need to know. */
export interface Running {
  /** How often chance alone may fail a right answer, as the check states it; absent where it states nothing. */
  readonly falseFailRate?: number;
  /** Statistical questions asked so far. */
  asked: number;
  /** Share of the points that stands whatever comes. */
  share: number;
  /** What that share is for. */
  credit?: Text;
}

// Shared by all copies of this module (see CheckFailure); and not a plain variable, because a notebook can run two checks at once.
const key = Symbol.for('genlab.grading.running');
const shared = globalThis as { [key]?: AsyncLocalStorage<Running> };
const storage = (shared[key] ??= new AsyncLocalStorage<Running>());

/** Runs a check's body. @returns what it earned, which holds also when the body fails */
export async function running(
  body: () => Promise<void> | void,
  falseFailRate: number | undefined,
): Promise<{ share: number; credit?: Text; error?: unknown }> {
  const check: Running = { share: 0, asked: 0, ...(falseFailRate === undefined ? {} : { falseFailRate }) };
  try {
    await storage.run(check, async () => body());
    return { share: 1 };
  } catch (error) {
    const { share, credit } = check;
    return { share, error, ...(credit === undefined ? {} : { credit }) };
  }
}

/**
 * The chance of a false alarm that the next statistical question of a check may take: the first one half of what the check
 * states, the second a quarter, and so on, so that all of them together stay within it. Outside any check, 1e-7.
 */
export function nextFalseFailRate(): number {
  const check = storage.getStore();
  if (!check) return 1e-7;
  if (check.falseFailRate === undefined || check.falseFailRate === 0) {
    throw new Error('A check on random numbers states its falseFailRate, such as 1e-7.');
  }
  check.asked += 1;
  return check.falseFailRate / 2 ** check.asked;
}

/** Ways to score a part of a check. */
export interface Credit {
  /**
   * What was asked so far is worth this share of the points, whatever comes after: `credit(0.5, 'the shape')`.
   * @param share above 0 and below 1, and above the one before
   * @param what words for "half of the points, for …"
   */
  (share: number, what?: Text): void;
  /**
   * Asks one thing after the other until one is met, and gives its share: the right answer first, with share 1, then
   * typical mistakes that are worth something. Where none is met, the reason is that of the first.
   */
  levels(...levels: readonly Level[]): Promise<void>;
}

export interface Level {
  readonly share: number;
  readonly ask: () => unknown;
  /** Why this answer is not worth more; the reason that the first level gave unless there is one. */
  readonly reason?: Text;
}

function give(share: number, what?: Text): void {
  const check = storage.getStore();
  if (!check) throw new Error('credit(…) stands inside a check.');
  if (!(share > check.share && share < 1)) {
    throw new Error(`credit(${share}): a share is above the one before (${check.share}) and below 1`);
  }
  check.share = share;
  check.credit = what;
}

async function levels(...all: readonly Level[]): Promise<void> {
  if (all[0]?.share !== 1) throw new Error('credit.levels: the first level is the right answer, with share 1');
  let first: CheckFailure | undefined;
  for (const { share, ask, reason } of all) {
    try {
      await ask();
    } catch (error) {
      // An answer that stops or hangs is not asked for something lesser.
      if (!CheckFailure.is(error) || error.cause !== 'wrong') throw error;
      first ??= error;
      continue;
    }
    if (!first) return;
    give(share);
    throw new CheckFailure(reason ?? first.reason, 'wrong', first.details);
  }
  if (first) throw first;
}

export const credit: Credit = Object.assign(give, { levels });

/** Points for a share of a check. */
export const shareOf = (points: number, share: number): number => sum([points * share]);
