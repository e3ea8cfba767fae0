import { baseAxis, baseLayout, chart, margins, type Chart, type Ranges } from './chart';
import type { AxesOptions } from './curves';
import { equalize, rangeOf } from './ranges';
import {
  neat,
  toNumbers,
  toRows,
  type Annotation,
  type Matrix,
  type Numbers,
  type ScatterTrace,
  type Size,
} from './spec';
import { colors, fontSize, ink, symbols } from './style';
import { textWidth } from './svg/text';

export interface PointSeries {
  readonly name: string;
  readonly points: Matrix; // [N, 2]
  /** A place in `colors`; the series' own place in the list unless told. */
  readonly color?: number;
  readonly symbol?: (typeof symbols)[number];
  /** Joins the points in their order. */
  readonly path?: boolean;
}

export interface ScatterOptions extends AxesOptions {
  /** The points, [N, 2], coloured by `labels`; or `series` instead of the two. */
  readonly points?: Matrix;
  readonly labels?: Numbers;
  /** Names of the classes that the labels count. */
  readonly classes?: readonly string[];
  readonly series?: readonly PointSeries[];
  /** Writes each class's name at its middle, so that no one has to match colours; for the points with labels unless told. */
  readonly names?: boolean;
  /** One scale for both axes; so unless told. */
  readonly equal?: boolean;
  /** Diameter of a point in pixels. */
  readonly pointSize?: number;
}

const squareSize: Size = { width: 760, height: 600 };

/** Points in the plane, by class: a latent space, samples beside data. */
export function scatter2d(options: ScatterOptions): Chart {
  const { title, classes, equal = true, size = squareSize } = options;
  const groups = options.series ? options.series.map(readSeries) : byClass(options);
  const all = groups.flatMap(({ points }) => points);
  if (all.length === 0) throw new TypeError('scatter2d: there are no points to draw');
  const names = groups.length > 1 ? groups.map(({ name }) => name) : [];
  const layout = baseLayout(title, size.width);
  const margin = margins(layout.title?.text, names);
  const inner = { width: size.width - margin.l - margin.r, height: size.height - margin.t - margin.b };
  const tight = {
    x: options.xRange ?? rangeOf(all.map(([value]) => value)),
    y: options.yRange ?? rangeOf(all.map(([, value]) => value)),
  };
  const [x, y] = equal ? equalize(tight.x, tight.y, inner) : [tight.x, tight.y];
  const pointSize = options.pointSize ?? (all.length > 1500 ? 5 : 7);
  const named = options.names ?? (options.labels !== undefined && classes !== undefined);
  const words = (ranges: Ranges, room: Size) => (named ? middleNames(groups, ranges, room) : []);
  return chart(
    groups.map((group, i) => groupTrace(group, i, groups.length, pointSize)),
    {
      ...layout,
      margin,
      showlegend: names.length > 0,
      legend: { ...Object(layout.legend), itemsizing: 'constant' },
      xaxis: baseAxis(options.x, { range: x }),
      yaxis: baseAxis(options.y, { range: y, ...(equal && { scaleanchor: 'x' }) }),
      annotations: words({ x, y }, inner),
    },
    size,
    { words, ...(equal && { equal: tight }) },
  );
}

interface Group {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  readonly color: number;
  readonly symbol?: string;
  readonly path?: boolean;
}

function readPoints(points: Matrix, argument: string): [number, number][] {
  return toRows(points, 'scatter2d', argument, 2).map(([x, y]) => [x, y]);
}

function readSeries({ name, points, color, symbol, path }: PointSeries, place: number): Group {
  return {
    name,
    points: readPoints(points, `points of the series "${name}"`),
    color: color ?? place,
    ...(symbol && { symbol }),
    ...(path && { path }),
  };
}

function byClass({ points, labels, classes }: ScatterOptions): Group[] {
  if (!points) throw new TypeError('scatter2d: needs points, or series');
  const all = readPoints(points, 'points');
  if (!labels) return [{ name: '', points: all, color: 0 }];
  const labelOf = toNumbers(labels);
  if (labelOf.length !== all.length) {
    throw new TypeError(`scatter2d: ${all.length} points need as many labels, got ${labelOf.length}`);
  }
  const count = classes?.length ?? Math.max(...labelOf) + 1;
  return Array.from({ length: count }, (_, label) => ({
    name: classes?.[label] ?? String(label),
    points: all.filter((_point, i) => labelOf[i] === label),
    color: label,
  }));
}

function groupTrace(group: Group, place: number, count: number, size: number): ScatterTrace {
  const color = colors[group.color % colors.length];
  // Shapes repeat later than colours, so that two classes never share both.
  const symbol = group.symbol ?? (count > 1 ? symbols[place % symbols.length] : 'circle');
  return {
    type: 'scatter',
    mode: group.path ? 'lines+markers' : 'markers',
    ...(group.name && { name: group.name, legendgroup: group.name }),
    x: group.points.map(([x]) => neat(x)),
    y: group.points.map(([, y]) => neat(y)),
    marker: { color, size, symbol, opacity: group.points.length > 300 ? 0.65 : 0.9 },
    ...(group.path && { line: { color, width: 2 } }),
  };
}

/**
 * Each class's name at the median of its points, which strays do not pull; names that would cover one another are moved
 * apart, up and down.
 */
function middleNames(groups: readonly Group[], { x, y }: Ranges, inner: Size): Annotation[] {
  const perPixel = { x: (x[1] - x[0]) / inner.width, y: (y[1] - y[0]) / inner.height };
  const boxes = groups
    .filter(({ points }) => points.length > 0)
    .map(({ name, points }) => {
      const [mx, my] = [0, 1].map((axis) => median(points.map((point) => point[axis])));
      return { name, x: mx / perPixel.x, y: my / perPixel.y, width: textWidth(name, fontSize.tick) + 8 };
    })
    .sort((a, b) => a.y - b.y);
  const height = fontSize.tick * 1.45;
  for (let round = 0; round < 100; round++) {
    let moved = false;
    boxes.forEach((upper, i) =>
      boxes.slice(0, i).forEach((lower) => {
        const overlap = height - Math.abs(upper.y - lower.y);
        if (overlap < 0.5 || Math.abs(upper.x - lower.x) >= (upper.width + lower.width) / 2) return;
        const up = upper.y >= lower.y ? overlap / 2 : -overlap / 2;
        [upper.y, lower.y, moved] = [upper.y + up, lower.y - up, true];
      }),
    );
    if (!moved) break;
  }
  const font = { size: fontSize.tick, color: ink };
  return boxes.map((box) => ({
    x: neat(box.x * perPixel.x) ?? 0,
    y: neat(box.y * perPixel.y) ?? 0,
    text: box.name,
    showarrow: false,
    font,
    bgcolor: 'rgba(255, 255, 255, 0.75)',
  }));
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
