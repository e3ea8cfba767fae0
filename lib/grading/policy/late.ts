import { UserError } from '../../errors';
import { momentOf } from './time';

/** What lateness costs. Days are of 24 hours from the due date on, and a day that has begun counts whole. */
export interface LatePolicy {
  /** IANA name of the zone that dates without an offset are in, such as `Asia/Shanghai`; UTC unless given. */
  readonly timeZone?: string;
  /** Minutes after the due date that still count as in time. */
  readonly graceMinutes?: number;
  /** Percent of what was earned that each day takes. */
  readonly percentPerDay?: number;
  /** Lateness never takes more percent than this; 100 unless given. */
  readonly maxPercent?: number;
  /** So many days after the due date nothing counts any more; never unless given. */
  readonly closesAfterDays?: number;
}

const day = 86_400_000;

/** @throws UserError where a number of the policy cannot be meant */
export function checkLatePolicy(policy: LatePolicy): void {
  const limits = { graceMinutes: Infinity, percentPerDay: 100, maxPercent: 100, closesAfterDays: Infinity } as const;
  for (const [key, most] of Object.entries(limits)) {
    const value = policy[key as keyof typeof limits];
    if (value !== undefined && !(value >= 0 && value <= most)) {
      const range = most === Infinity ? 'a number from 0 on' : `a number from 0 to ${most}`;
      throw new UserError(`The late policy's ${key} is ${JSON.stringify(value)}; it must be ${range}.`);
    }
  }
  momentOf('2026-01-01', policy.timeZone);
}

/** What one attempt's lateness costs. */
export interface Lateness {
  /** Days begun since the due date; 0 within the grace period. */
  readonly daysLate: number;
  /** Points taken, of those given. */
  readonly penalty: number;
  /** Handed in after the lesson closed: takes all points. */
  readonly closed: boolean;
}

/**
 * What lateness takes from an attempt.
 * @param dueAt a date of the policy's zone, or one with an offset; see `momentOf`
 * @param submittedAt likewise; the gradebook's are in UTC
 * @param points what the attempt earned
 */
export function latePenalty(policy: LatePolicy, dueAt: string, submittedAt: string, points: number): Lateness {
  checkLatePolicy(policy);
  const { timeZone, graceMinutes = 0, percentPerDay = 0, maxPercent = 100, closesAfterDays = Infinity } = policy;
  const late = momentOf(submittedAt, timeZone) - momentOf(dueAt, timeZone);
  const closed = late > Math.max(closesAfterDays * day, graceMinutes * 60_000);
  if (late <= graceMinutes * 60_000) return { daysLate: 0, penalty: 0, closed };
  const daysLate = Math.ceil(late / day);
  const percent = closed ? 100 : Math.min(maxPercent, percentPerDay * daysLate);
  return { daysLate, penalty: (points * percent) / 100, closed };
}
