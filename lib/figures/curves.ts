import { baseAxis, baseLayout, chart, defaultSize, margins, type Chart } from './chart';
import { movingMean, rangeOf, thin, type Range } from './ranges';
import {
  neat,
  toNumbers,
  type Annotation,
  type Dash,
  type Numbers,
  type ScatterTrace,
  type Shape,
  type Size,
} from './spec';
import { colors, fontSize, softInk } from './style';

export interface Series {
  readonly name: string;
  readonly y: Numbers;
  /** 0, 1, 2 … unless told. */
  readonly x?: Numbers;
  readonly dash?: Dash;
  /** A place in `colors`; the series' own place in the list unless told. */
  readonly color?: number;
  /** Draws the mean over so many points, and the points themselves faintly. */
  readonly smooth?: number;
  /** Marks each point, with a word beside it if there are any. */
  readonly points?: boolean | readonly string[];
  /** A shaded band, from low to high. */
  readonly band?: { readonly low: Numbers; readonly high: Numbers };
  /** Shades what lies between the curve and zero: densities. */
  readonly fill?: boolean;
}

/** A line across the figure: at one x or at one y. */
export interface Mark {
  readonly x?: number;
  readonly y?: number;
  readonly label?: string;
}

export interface AxesOptions {
  /** The finding, in a sentence. */
  readonly title?: string;
  /** What the axis shows, with its unit. */
  readonly x?: string;
  readonly y?: string;
  readonly xRange?: Range;
  readonly yRange?: Range;
  readonly size?: Size;
}

export interface CurvesOptions extends AxesOptions {
  readonly series: readonly Series[];
  readonly logX?: boolean;
  readonly logY?: boolean;
  readonly marks?: readonly Mark[];
}

/** A finer line than this shows nothing more. */
const pointLimit = 1500;

/** Lines: loss against step, a density, a schedule. */
export function curves(options: CurvesOptions): Chart {
  const { title, series, logX = false, logY = false, marks = [], size = defaultSize } = options;
  if (series.length === 0) throw new TypeError('curves: series is empty, there is nothing to draw');
  const drawn = series.map(readSeries);
  const values = (axis: 'x' | 'y') => drawn.flatMap((one) => one.points.map((point) => point[axis]));
  const ends = drawn.flatMap(({ band }) => (band ? [...band.low, ...band.high] : []));
  const zero = series.some(({ fill }) => fill) ? [0] : [];
  const marked = (axis: 'x' | 'y') => marks.flatMap((mark) => mark[axis] ?? []);
  const xRange = options.xRange
    ? exponents(options.xRange, logX)
    : rangeOf([...values('x'), ...marked('x')], { log: logX, room: 0.02 });
  const yRange = options.yRange
    ? exponents(options.yRange, logY)
    : rangeOf([...values('y'), ...ends, ...zero, ...marked('y')], { log: logY, room: 0.07 });
  const names = series.length > 1 ? series.map(({ name }) => name) : [];
  const layout = baseLayout(title, size.width);
  return chart(
    drawn.flatMap((one, i) => seriesTraces(one, series[i], i)),
    {
      ...layout,
      margin: margins(layout.title?.text, names),
      showlegend: names.length > 0,
      xaxis: baseAxis(options.x, { type: logX ? 'log' : 'linear', range: xRange }),
      yaxis: baseAxis(options.y, { type: logY ? 'log' : 'linear', range: yRange }),
      ...markLayout(marks, logX, logY),
    },
    size,
  );
}

/** Distortion against rate, a curve with a word (β) at each point. */
export function rateDistortion(
  options: AxesOptions & {
    readonly points: readonly { readonly rate: number; readonly distortion: number; readonly label: string }[];
  },
): Chart {
  const points = [...options.points].sort((a, b) => a.rate - b.rate);
  const y = points.map(({ distortion }) => distortion);
  const name = options.y ?? 'distortion';
  const [low, high] = rangeOf(
    points.map(({ rate }) => rate),
    { room: 0 },
  );
  return curves({
    ...options,
    series: [{ name, x: points.map(({ rate }) => rate), y, points: points.map(({ label }) => label) }],
    xRange: options.xRange ?? [low - 0.06 * (high - low), high + 0.14 * (high - low)], // the last word needs room
    yRange: options.yRange ?? rangeOf(y, { room: 0.12 }),
  });
}

interface DrawnSeries {
  readonly points: readonly { readonly x: number | null; readonly y: number | null }[];
  readonly band?: { readonly low: (number | null)[]; readonly high: (number | null)[] };
}

function readSeries({ name, x, y, band }: Series): DrawnSeries {
  const ys = toNumbers(y);
  const xs = x ? toNumbers(x) : ys.map((_, i) => i);
  if (xs.length !== ys.length) {
    throw new TypeError(`curves: the series "${name}" has ${xs.length} x and ${ys.length} y`);
  }
  return {
    points: xs.map((value, i) => ({ x: neat(value), y: neat(ys[i]) })),
    ...(band && { band: { low: toNumbers(band.low).map(neat), high: toNumbers(band.high).map(neat) } }),
  };
}

function seriesTraces({ points, band }: DrawnSeries, series: Series, place: number): ScatterTrace[] {
  const color = colors[(series.color ?? place) % colors.length];
  const traces: ScatterTrace[] = [];
  const common = { type: 'scatter', legendgroup: series.name, hoverinfo: 'skip', showlegend: false } as const;
  if (band) {
    const x = points.map((point) => point.x);
    const edge = { ...common, mode: 'lines', x, line: { width: 0 } } as const;
    traces.push({ ...edge, y: band.low }, { ...edge, y: band.high, fill: 'tonexty', fillcolor: faint(color) });
  }
  let line = points;
  if (series.smooth && series.smooth > 1) {
    const raw = thin(points, pointLimit);
    const means = movingMean(
      points.map(({ y }) => y),
      series.smooth,
    );
    line = points.map(({ x }, i) => ({ x, y: means[i] === null ? null : neat(means[i]) }));
    traces.push({ ...common, mode: 'lines', ...columns(raw), opacity: 0.3, line: { color, width: 1 } });
  }
  const words = Array.isArray(series.points) ? series.points : undefined;
  // A run of one step: there is no line through a single point.
  const marked = series.points || line.filter(({ x, y }) => x !== null && y !== null).length === 1;
  traces.push({
    type: 'scatter',
    mode: words ? 'lines+markers+text' : marked ? 'lines+markers' : 'lines',
    name: series.name,
    legendgroup: series.name,
    ...columns(words ? line : thin(line, pointLimit)),
    line: { color, width: 3, dash: series.dash ?? 'solid' },
    ...(marked && { marker: { color, size: 10 } }),
    ...(words && { text: words, textposition: 'top right', textfont: { size: fontSize.tick } }),
    ...(series.fill && { fill: 'tozeroy', fillcolor: faint(color) }),
  });
  return traces;
}

function columns(points: DrawnSeries['points']) {
  return { x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
}

/** A colour at a fifth of its strength on white, as solid paint: overlapping bands stay readable. */
export function faint(color: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, 0.2)`;
}

function exponents([low, high]: Range, log: boolean): Range {
  return log ? [Math.log10(low), Math.log10(high)] : [low, high];
}

/** Lines across with a word at their end. */
export function markLayout(marks: readonly Mark[], logX = false, logY = false) {
  const shapes: Shape[] = [];
  const annotations: Annotation[] = [];
  const place = (value: number, log: boolean) => (log ? Math.log10(value) : value);
  for (const { x, y, label } of marks) {
    const line = { color: softInk, width: 2, dash: 'dash' } as const;
    if (y !== undefined) {
      shapes.push({ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: y, y1: y, line });
      const corner = { xref: 'paper', x: 1, xanchor: 'right', yanchor: 'bottom', yshift: 3 } as const;
      if (label) annotations.push({ ...corner, y: place(y, logY), text: label, ...wordStyle });
    }
    if (x !== undefined) {
      shapes.push({ type: 'line', yref: 'paper', y0: 0, y1: 1, x0: x, x1: x, line });
      const corner = { yref: 'paper', y: 1, yanchor: 'top', xanchor: 'left' } as const;
      if (label) annotations.push({ ...corner, x: place(x, logX), text: label, ...wordStyle });
    }
  }
  return { shapes, annotations };
}

const wordStyle = {
  showarrow: false,
  bgcolor: 'rgba(255, 255, 255, 0.75)',
  font: { size: fontSize.tick, color: softInk },
} as const;
