/** What an exercise is worth where a class gives it other points than the lesson. Its checks keep their proportions. */
import { UserError } from '../errors';
import { sum } from './points';
import type { CheckSpec, ExerciseSpec } from './spec';

/**
 * Shares out `total` in the proportions of `parts`: in whole hundredths that add up to it (5 points over three equal checks
 * are 1.67, 1.67 and 1.66), unless a share would be less than one.
 */
export function apportion(parts: readonly number[], total: number): number[] {
  const whole = sum(parts);
  const exact = parts.map((part) => (whole > 0 ? (part / whole) * total * 100 : 0));
  const units = Math.round(total * 100);
  if (Math.abs(units - total * 100) > 1e-6 || exact.some((share) => share < 1))
    return exact.map((share) => share / 100);
  const shares = exact.map((share) => Math.floor(share + 1e-9));
  const byRest = exact.map((share, i) => ({ i, rest: share - shares[i] })).sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of byRest.slice(0, units - shares.reduce((all, share) => all + share, 0))) shares[i]++;
  return shares.map((share) => share / 100);
}

/** The points of checks in an exercise that is worth `worth` by its spec and `points` here; `worth` may hold more than these. */
export function sharesOf(checks: readonly { readonly points: number }[], worth: number, points: number): number[] {
  const given = checks.map((check) => check.points);
  const rest = sum([worth, -sum(given)]);
  return apportion(rest > 0 ? [...given, rest] : given, points).slice(0, checks.length);
}

/** The spec with other points. @throws UserError where `points` is no number of points */
export function weighSpec(spec: ExerciseSpec, points: number): ExerciseSpec {
  if (!(points >= 0 && Number.isFinite(points))) {
    throw new UserError(`${spec.gradeId} cannot be worth ${points} points: a number, 0 or more, is expected.`);
  }
  if (points === spec.points) return spec;
  return {
    ...spec,
    points,
    bind(subject, seed) {
      const { checks, random } = spec.bind(subject, seed);
      const worth = sharesOf(checks, spec.points, points);
      return { random, checks: checks.map((check, i): CheckSpec => ({ ...check, points: worth[i] })) };
    },
  };
}
