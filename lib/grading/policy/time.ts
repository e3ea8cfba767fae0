import { UserError } from '../../errors';

const written = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * The moment that a date in a policy means, in milliseconds since 1970. A date without an hour is the end of that day; one
 * without an offset is on the clock of `timeZone`. An hour that a change of clocks leaves out counts as the hour after it;
 * of an hour that comes twice, the later one counts, in the student's favour.
 * @param timeZone IANA name, such as `Asia/Shanghai`
 * @throws UserError where the date or the zone is none
 */
export function momentOf(date: string, timeZone = 'UTC'): number {
  const parts = written.exec(date.trim());
  const [year, month, day, hour, minute, second] = (parts ?? []).slice(1, 7).map((part) => Number(part ?? NaN));
  const whole = Number.isNaN(hour);
  const wall = whole
    ? Date.UTC(year, month - 1, day, 23, 59, 59)
    : Date.UTC(year, month - 1, day, hour, minute, Number.isNaN(second) ? 0 : second);
  // Date.UTC turns 31 April into 1 May, and 25:00 into the next day.
  const read = new Date(wall);
  const exists = parts && read.getUTCMonth() === month - 1 && read.getUTCDate() === day && (whole || hour < 24);
  if (!exists || minute > 59 || second > 59) {
    throw new UserError(
      `"${date}" is no date. Write it as 2026-10-01T23:59, or with an offset as 2026-10-01T23:59+08:00.`,
    );
  }
  const offset = parts[7];
  if (offset === 'Z') return wall;
  if (offset) {
    const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
    return wall - (offset.startsWith('-') ? -1 : 1) * minutes * 60_000;
  }
  // The zone's clock a day earlier and a day later knows both offsets that can hold at this hour.
  const day24 = 86_400_000;
  const offsets = [offsetAt(wall - day24, timeZone), offsetAt(wall + day24, timeZone)];
  const right = offsets.map((one) => wall - one).filter((moment) => moment + offsetAt(moment, timeZone) === wall);
  return right.length ? Math.max(...right) : wall - Math.min(...offsets);
}

/** How far a zone's clock is ahead of UTC at a moment, in milliseconds. */
function offsetAt(moment: number, timeZone: string): number {
  const shown = new Map(
    format(timeZone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
  const clock = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return clock - Math.floor(moment / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, made);
    return made;
  } catch {
    throw new UserError(`"${timeZone}" is no time zone. Write an IANA name, such as Asia/Shanghai or Europe/Berlin.`);
  }
}
