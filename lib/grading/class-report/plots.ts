import type { Chart } from '../../figures';
import type { Attempt } from '../class/records';
import type { Lang } from '../text';
import { average, type ClassStatistics } from './statistics';
import { words } from './words';

/** The report's charts, in order. */
export async function plots(
  found: ClassStatistics,
  attempts: readonly Attempt[],
  lang: Lang,
  timeZone: string,
): Promise<Chart[]> {
  const { bars, histogram } = await import('../../figures');
  const w = words[lang];
  const scores = found.students
    .filter(({ counting, final }) => counting && !final.excused)
    .map(({ final }) => final.score);
  const top = found.maxScore || 1;
  const charts = [
    histogram({
      title: w.distributionTitle,
      x: w.score,
      y: w.count,
      height: 'count',
      bins: Math.min(20, Math.max(5, Math.round(top))),
      range: [0, top],
      series: [{ name: w.students, values: scores }],
      marks: [{ x: average(scores), label: w.mean }],
      size,
    }),
    bars({
      title: w.successTitle,
      y: w.percent,
      yRange: [0, 112],
      categories: found.exercises.map(({ gradeId }) => gradeId),
      series: [{ name: w.earned, values: found.exercises.map(({ mean }) => (Number.isFinite(mean) ? 100 * mean : 0)) }],
      digits: 0,
      size,
    }),
  ];
  const days = attemptsByDay(attempts, timeZone);
  if (days.length < 2) return charts;
  const series = [{ name: w.attempts, values: days.map(([, count]) => count) }];
  return [
    ...charts,
    bars({ title: w.overTimeTitle, y: w.number, categories: days.map(([day]) => day.slice(5)), series, size }),
  ];
}

const size = { width: 900, height: 360 };

/** Every day from the first attempt to the last, with how many came in; months where that would be more than 60 days. */
export function attemptsByDay(attempts: readonly Attempt[], timeZone: string): [string, number][] {
  if (!attempts.length) return [];
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const counts = new Map<string, number>();
  for (const { submittedAt } of attempts) {
    const day = format.format(new Date(submittedAt));
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const sorted = [...counts.keys()].sort();
  const end = Date.parse(sorted[sorted.length - 1]);
  const days: [string, number][] = [];
  for (let day = Date.parse(sorted[0]); day <= end; day += 86_400_000) {
    const name = new Date(day).toISOString().slice(0, 10);
    days.push([name, counts.get(name) ?? 0]);
    if (days.length > 60) return byWeek(counts);
  }
  return days;
}

/** By the Monday of each week. */
function byWeek(counts: ReadonlyMap<string, number>): [string, number][] {
  const weeks = new Map<string, number>();
  for (const [day, count] of counts) {
    const date = new Date(day);
    date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    const name = date.toISOString().slice(0, 10);
    weeks.set(name, (weeks.get(name) ?? 0) + count);
  }
  return [...weeks].sort(([a], [b]) => (a < b ? -1 : 1));
}
