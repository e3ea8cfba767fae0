/** Finds checks that do not always say the same of the same answer. */
import type { ExerciseResult } from './results';

export interface Flake {
  readonly gradeId: string;
  readonly check: string;
  /** How often each number of points was earned, the most frequent first. */
  readonly earned: readonly { readonly points: number; readonly times: number }[];
  /** One reason of a run that earned less than the best. */
  readonly reason?: string;
}

export interface FlakeOptions {
  /** How often to grade; 10 unless given. */
  readonly times?: number;
  /**
   * `other` numbers each time (unless given), as other students get them: finds tolerances that are too tight and checks that
   * depend on luck. `same` numbers each time: finds what depends on time, on order or on the answer's own random numbers.
   */
  readonly seeds?: 'other' | 'same';
}

/**
 * Grades one answer over and over and names the checks whose verdict changes.
 * @param grade grades once; the seed settles the numbers that checks draw
 */
export async function findFlakes(
  grade: (seed: string) => Promise<readonly ExerciseResult[]>,
  { times = 10, seeds = 'other' }: FlakeOptions = {},
): Promise<Flake[]> {
  const seen = new Map<string, { gradeId: string; check: string; earned: number[]; reasons: Map<number, string> }>();
  for (let i = 0; i < times; i++) {
    for (const { gradeId, checks } of await grade(seeds === 'same' ? 'flakes' : `flakes ${i}`)) {
      for (const { name, earned, reason } of checks) {
        const key = `${gradeId}\n${name}`;
        const one = seen.get(key) ?? { gradeId, check: name, earned: [], reasons: new Map<number, string>() };
        seen.set(key, one);
        one.earned.push(earned);
        if (reason !== undefined) one.reasons.set(earned, reason);
      }
    }
  }
  return [...seen.values()].flatMap(({ gradeId, check, earned, reasons }): Flake[] => {
    const values = [...new Set(earned)];
    if (values.length < 2) return [];
    const counts = values.map((points) => ({ points, times: earned.filter((one) => one === points).length }));
    const reason = reasons.get(Math.min(...values));
    return [
      {
        gradeId,
        check,
        earned: counts.sort((a, b) => b.times - a.times || b.points - a.points),
        ...(reason === undefined ? {} : { reason }),
      },
    ];
  });
}
