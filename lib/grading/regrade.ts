/** What a regrade changed: who gained or lost what, and where. */
import { sum } from './points';
import type { FileResult } from './results';
import { points } from './text';

export interface CheckChange {
  readonly gradeId: string;
  /** Name of the check; absent where a person's cell, or the exercise as a whole, came or went. */
  readonly check?: string;
  readonly before: number;
  readonly after: number;
}

export interface ResultChange {
  readonly score: number;
  readonly maxScore: number;
  readonly changes: readonly CheckChange[];
}

/** Earned points by exercise and check. Checks are told apart by name: a check of another name is another check. */
function earned(result: FileResult): Map<string, CheckChange> {
  const found = new Map<string, CheckChange>();
  for (const { gradeId, checks } of result.exercises) {
    for (const { name, earned: points } of checks) {
      found.set(`${gradeId}\n${name}`, { gradeId, check: name, before: points, after: 0 });
    }
  }
  return found;
}

/** The difference between two gradings of one notebook in one language; nothing where both say the same. */
export function resultChange(before: FileResult, after: FileResult): ResultChange | undefined {
  const [old, now] = [earned(before), earned(after)];
  const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap((key): CheckChange[] => {
    const one = old.get(key) ?? now.get(key);
    const [was, is] = [old.get(key)?.before ?? 0, now.get(key)?.before ?? 0];
    return one && was !== is ? [{ ...one, before: was, after: is }] : [];
  });
  const score = sum([after.score, -before.score]);
  const maxScore = sum([after.maxScore, -before.maxScore]);
  return changes.length || score || maxScore ? { score, maxScore, changes } : undefined;
}

export interface Regraded {
  readonly student: string;
  readonly lesson: string;
  readonly attempt: number;
  readonly before: FileResult;
  readonly after: FileResult;
}

export interface RegradeReport {
  readonly gained: number;
  readonly lost: number;
  readonly same: number;
  /** For a terminal: a line for each attempt that changed, and one for each check that did. */
  readonly text: string;
}

const signed = (value: number): string => (value > 0 ? `+${points(value)}` : value < 0 ? `−${points(-value)}` : '±0');

/** A regrade of many attempts. For course staff: hidden checks are named. */
export function regradeReport(all: readonly Regraded[]): RegradeReport {
  const changed = all.flatMap((one) => {
    const change = resultChange(one.before, one.after);
    return change ? [{ ...one, change }] : [];
  });
  const lines = changed.flatMap(({ student, lesson, attempt, before, after, change }) => [
    `${student}  ${lesson}  attempt ${attempt}: ${points(before.score)} → ${points(after.score)} (${signed(change.score)})${change.maxScore ? `, of ${points(after.maxScore)} instead of ${points(before.maxScore)}` : ''}`,
    ...change.changes.map(
      ({ gradeId, check, before: was, after: is }) => `    ${signed(sum([is, -was]))}  ${gradeId}: ${check}`,
    ),
  ]);
  const gained = changed.filter(({ change }) => change.score > 0).length;
  const lost = changed.filter(({ change }) => change.score < 0).length;
  const same = all.length - gained - lost;
  const total = `${all.length} regraded: ${gained} gained, ${lost} lost, ${same} kept their score.`;
  return { gained, lost, same, text: [...lines, total].join('\n') };
}
