import { baseAxis, baseLayout, chart, defaultSize, margins, type Chart } from './chart';
import { markLayout, type AxesOptions, type Mark } from './curves';
import { rangeOf } from './ranges';
import { neat, toNumbers, type BarTrace, type Numbers, type ScatterTrace } from './spec';
import { colors, fontSize } from './style';
import { textWidth } from './svg/text';

export interface HistogramOptions extends AxesOptions {
  readonly series: readonly { readonly name: string; readonly values: Numbers; readonly color?: number }[];
  readonly bins?: number;
  /** Where the bins begin and end; around all values unless told. */
  readonly range?: readonly [number, number];
  /** Heights are counts, or densities whose area is 1 (so unless told): to compare with a curve or another count. */
  readonly height?: 'count' | 'density';
  /** Densities to compare with. */
  readonly curves?: readonly { readonly name: string; readonly x: Numbers; readonly y: Numbers }[];
  readonly marks?: readonly Mark[];
}

/** How often values fall where. */
export function histogram(options: HistogramOptions): Chart {
  const { title, series, bins = 40, height = 'density', size = defaultSize, curves = [], marks = [] } = options;
  const values = series.map((one) => toNumbers(one.values));
  const [low, high] = options.range ?? rangeOf(values.flat(), { room: 0 });
  const width = (high - low) / bins;
  const x = Array.from({ length: bins }, (_, bin) => neat(low + (bin + 0.5) * width));
  const bars = series.map(({ name, color }, i): BarTrace => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of values[i]) {
      if (value >= low && value <= high) counts[Math.min(bins - 1, Math.floor((value - low) / width))] += 1;
    }
    const unit = height === 'count' ? 1 : values[i].length * width;
    const paint = colors[(color ?? i) % colors.length];
    return {
      type: 'bar',
      name,
      x,
      y: counts.map((count) => neat(count / unit)),
      width: neat(width) ?? 1,
      opacity: series.length > 1 ? 0.55 : 0.8,
      marker: { color: paint, line: { color: '#FFFFFF', width: 0.5 } },
    };
  });
  const lines = curves.map((curve, i): ScatterTrace => ({
    type: 'scatter',
    mode: 'lines',
    name: curve.name,
    x: toNumbers(curve.x).map(neat),
    y: toNumbers(curve.y).map(neat),
    line: { color: colors[(series.length + i) % colors.length], width: 3 },
  }));
  const traces = [...bars, ...lines];
  const top = rangeOf([0, ...traces.flatMap(({ y }) => y as readonly (number | null)[])], { room: 0.07 })[1];
  const names = traces.length > 1 ? traces.map(({ name }) => name ?? '') : [];
  const layout = baseLayout(title, size.width);
  return chart(
    traces,
    {
      ...layout,
      margin: margins(layout.title?.text, names),
      barmode: 'overlay',
      bargap: 0,
      showlegend: names.length > 0,
      xaxis: baseAxis(options.x, { range: options.xRange ?? [low, high] }),
      yaxis: baseAxis(options.y ?? height, { range: options.yRange ?? [0, top] }),
      ...markLayout(marks),
    },
    size,
  );
}

export interface BarsOptions extends AxesOptions {
  readonly categories: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: Numbers; readonly color?: number }[];
  readonly marks?: readonly Mark[];
  /** Digits after the point of the number above each bar; no numbers unless told. */
  readonly digits?: number;
}

/** One bar for each category and series. */
export function bars(options: BarsOptions): Chart {
  const { title, categories, series, size = defaultSize, marks = [], digits } = options;
  const traces = series.map(({ name, values, color }, i): BarTrace => {
    const y = toNumbers(values);
    if (y.length !== categories.length) {
      throw new TypeError(`bars: ${categories.length} categories need as many values, "${name}" has ${y.length}`);
    }
    return {
      type: 'bar',
      name,
      x: categories,
      y: y.map(neat),
      marker: { color: colors[(color ?? i) % colors.length] },
      ...(digits !== undefined && {
        text: y.map((value) => value.toFixed(digits).replace('-', '−')),
        textposition: 'outside',
      }),
    };
  });
  const heights = traces.flatMap(({ y }) => y);
  const [low, high] = rangeOf([0, ...heights, ...marks.flatMap(({ y }) => y ?? [])], { room: 0.1 });
  const bottom = heights.some((value) => value !== null && value < 0) ? low : 0;
  const names = series.length > 1 ? series.map(({ name }) => name) : [];
  const layout = baseLayout(title, size.width);
  const margin = margins(layout.title?.text, names);
  const widest = Math.max(...categories.map((category) => textWidth(category, fontSize.tick)));
  const slanted = widest + 6 > (size.width - margin.l - margin.r) / categories.length;
  return chart(
    traces,
    {
      ...layout,
      margin: { ...margin, b: slanted ? 64 + widest / 2 : margin.b },
      barmode: 'group',
      bargap: 0.3,
      showlegend: names.length > 0,
      xaxis: baseAxis(options.x, { type: 'category', showgrid: false }),
      yaxis: baseAxis(options.y, { range: options.yRange ?? [bottom, high] }),
      ...markLayout(marks),
    },
    size,
  );
}
