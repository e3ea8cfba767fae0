import { describe, expect, it } from 'vitest';
import { checkLatePolicy, latePenalty, momentOf, type LatePolicy } from '../../../lib/grading/policy';
import golden from '../../golden/due-dates.json';

describe('dates', () => {
  it.each(golden.cases)('$date in $timeZone', ({ date, timeZone, moment }) => {
    expect(new Date(momentOf(date, timeZone)).toISOString()).toBe(new Date(moment).toISOString());
  });
  it.each([
    ['2026-10-01T23:59+08:00', 'Europe/Berlin', '2026-10-01T15:59:00.000Z'],
    ['2026-10-01T23:59-0330', undefined, '2026-10-02T03:29:00.000Z'],
    ['2026-10-01 23:59', 'Asia/Shanghai', '2026-10-01T15:59:00.000Z'],
    ['2026-10-01', 'Asia/Shanghai', '2026-10-01T15:59:59.000Z'],
    ['2026-10-01T15:59:59.999Z', 'Asia/Shanghai', '2026-10-01T15:59:59.000Z'],
  ])('%s (%s)', (date, zone, moment) => {
    expect(new Date(momentOf(date, zone)).toISOString()).toBe(moment);
  });
  it.each(['', 'tomorrow', '2026-13-01', '2026-04-31', '2026-10-01T24:30', '2026-10-01T23:60', '01.10.2026'])(
    'refuses %j',
    (date) => expect(() => momentOf(date)).toThrow(`"${date}" is no date`),
  );
  it('refuses a zone that is none', () => {
    expect(() => momentOf('2026-10-01', 'Mars/Olympus')).toThrow('"Mars/Olympus" is no time zone');
  });
});

describe('lateness', () => {
  const due = '2026-10-01T23:59';
  const policy: LatePolicy = {
    timeZone: 'Asia/Shanghai',
    graceMinutes: 15,
    percentPerDay: 10,
    maxPercent: 30,
    closesAfterDays: 7,
  };
  // Submitted in UTC; due at 15:59Z.
  it.each<[string, string, number, number, boolean]>([
    ['in time', '2026-10-01T15:58:00Z', 0, 0, false],
    ['on the minute', '2026-10-01T15:59:00Z', 0, 0, false],
    ['at the end of the grace period', '2026-10-01T16:14:00Z', 0, 0, false],
    ['just after it', '2026-10-01T16:14:01Z', 1, 0.8, false],
    ['a whole day', '2026-10-02T15:59:00Z', 1, 0.8, false],
    ['a day and a second', '2026-10-02T15:59:01Z', 2, 1.6, false],
    ['at the cap', '2026-10-05T12:00:00Z', 4, 2.4, false],
    ['at the hard close', '2026-10-08T15:59:00Z', 7, 2.4, false],
    ['after the hard close', '2026-10-08T15:59:01Z', 8, 8, true],
  ])('%s', (_, submittedAt, daysLate, penalty, closed) => {
    const found = latePenalty(policy, due, submittedAt, 8);
    expect(found.penalty).toBeCloseTo(penalty, 12);
    expect(found).toMatchObject({ daysLate, closed });
  });

  it('costs nothing without a policy, and is still counted', () => {
    expect(latePenalty({}, '2026-10-01', '2026-10-04T00:00:00Z', 8)).toEqual({
      daysLate: 3,
      penalty: 0,
      closed: false,
    });
  });
  it('can close a lesson at once', () => {
    const now = { closesAfterDays: 0, graceMinutes: 5 };
    expect(latePenalty(now, '2026-10-01T12:00Z', '2026-10-01T12:05:00Z', 8).closed).toBe(false);
    expect(latePenalty(now, '2026-10-01T12:00Z', '2026-10-01T12:05:01Z', 8)).toMatchObject({
      penalty: 8,
      closed: true,
    });
  });
  it.each<[LatePolicy, RegExp]>([
    [{ percentPerDay: 101 }, /percentPerDay is 101; it must be a number from 0 to 100/],
    [{ graceMinutes: -1 }, /graceMinutes is -1; it must be a number from 0 on/],
    [{ maxPercent: NaN }, /maxPercent/],
    [{ timeZone: 'CST6' }, /no time zone/],
  ])('%j cannot be meant', (wrong, message) => {
    expect(() => checkLatePolicy(wrong)).toThrow(message);
  });
});
