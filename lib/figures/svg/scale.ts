import type { Axis, Coordinate } from '../spec';

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** From values to places on paper. */
export interface Scale {
  /** NaN for a gap. */
  place(value: Coordinate | undefined): number;
  readonly ticks: readonly Tick[];
  /** Where the axis begins and ends on paper. */
  readonly from: number;
  readonly to: number;
}

/**
 * @param values all that is drawn along this axis: the range unless the axis has one, and the categories
 * @param every how many units of paper a tick label needs
 */
export function makeScale(
  axis: Axis,
  values: readonly Coordinate[],
  [from, to]: readonly [number, number],
  every: number,
): Scale {
  const categories = [...new Set(values.filter((value) => typeof value === 'string'))];
  const category = axis.type === 'category' || (axis.type === undefined && categories.length > 0);
  const log = axis.type === 'log';
  const toUnit = (value: Coordinate | undefined): number => {
    if (value === null || value === undefined) return NaN;
    if (category) return typeof value === 'string' ? categories.indexOf(value) : value;
    return log ? Math.log10(Number(value)) : Number(value);
  };
  const natural = category ? ([-0.5, categories.length - 0.5] as const) : extent(values.map(toUnit));
  const [start, end] = axis.range ?? (axis.autorange === 'reversed' ? [natural[1], natural[0]] : natural);
  const onPaper = (unit: number) => from + ((unit - start) / (end - start)) * (to - from);
  const [low, high] = [Math.min(start, end), Math.max(start, end)];
  const count = Math.max(2, Math.floor(Math.abs(to - from) / every));
  let ticks: Tick[];
  if (axis.tickvals) {
    ticks = axis.tickvals.map((value, i) => ({ at: toUnit(value), text: axis.ticktext?.[i] ?? String(value) }));
  } else if (category) {
    ticks = categories.map((text, at) => ({ at, text }));
  } else {
    ticks = log ? logTicks(low, high, count) : linearTicks(low, high, count);
  }
  return {
    from,
    to,
    place: (value) => onPaper(toUnit(value)),
    ticks: ticks
      .filter(({ at }) => at >= low - 1e-9 * (high - low) && at <= high + 1e-9 * (high - low))
      .map(({ at, text }) => ({ at: onPaper(at), text })),
  };
}

function extent(units: readonly number[]): readonly [number, number] {
  const finite = units.filter((unit) => Number.isFinite(unit));
  if (finite.length === 0) return [0, 1];
  const [low, high] = finite.reduce(([a, b], unit) => [Math.min(a, unit), Math.max(b, unit)], [Infinity, -Infinity]);
  const room = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}

/** Steps of 1, 2 or 5 times a power of ten; smaller ones where less than two would show, for one tick is no scale. */
function linearTicks(low: number, high: number, count: number): Tick[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = [10, 5, 2, 1, 0.5, 0.2].map((factor) => factor * power);
  const fitting = Math.max(
    0,
    steps.findLastIndex((step) => step >= rough),
  );
  const all = steps.slice(fitting).map((step) => ticksOf(low, high, step));
  return all.find((ticks) => ticks.length > 1) ?? all[all.length - 1];
}

function ticksOf(low: number, high: number, step: number): Tick[] {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
    ticks.push({ at: i * step, text: numberText(i * step, digits) });
  }
  return ticks;
}

/** Powers of ten; within less than two decades also their doubles and fivefolds. */
function logTicks(low: number, high: number, count: number): Tick[] {
  const factors = high - low < 2 ? [1, 2, 5] : [1];
  const skip = Math.max(1, Math.ceil((high - low) / count));
  const ticks: Tick[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    if (factors.length === 1 && power % skip !== 0) continue;
    for (const factor of factors) ticks.push({ at: power + Math.log10(factor), text: powerText(factor, power) });
  }
  return ticks;
}

/** 12000 as 12k, as plotly writes it; a true minus sign. */
function numberText(value: number, digits: number): string {
  const size = Math.abs(value);
  const [divisor, suffix] = size >= 1e9 ? [1e9, 'B'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  const text = divisor === 1 ? value.toFixed(digits) : String(Number((value / divisor).toPrecision(4)));
  return (value === 0 ? text.replace('-', '') : text).replace('-', '−') + suffix;
}

function powerText(factor: number, power: number): string {
  if (power >= -3 && power <= 4) return numberText(factor * 10 ** power, Math.max(0, -power));
  const base = `10<sup>${String(power).replace('-', '−')}</sup>`;
  return factor === 1 ? base : `${factor}·${base}`;
}
