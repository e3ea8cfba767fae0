import { baseAxis, baseLayout, chart, margins, wrap, type Chart } from './chart';
import type { AxesOptions } from './curves';
import {
  neat,
  toNumbers,
  toRows,
  type ColorScale,
  type HeatmapTrace,
  type Matrix,
  type Numbers,
  type Size,
} from './spec';
import { diverging, fontSize, grey, sequential } from './style';
import { lengthOf, rangeOf } from './ranges';

export interface HeatmapOptions extends AxesOptions {
  /** Row by row from the bottom up; from the top down with `topDown`, as a matrix is written. */
  readonly values: Matrix; // [rows, columns]
  /** Where the columns and the rows are: numbers, or names. */
  readonly xs?: Numbers | readonly string[];
  readonly ys?: Numbers | readonly string[];
  /** What a colour stands for, with its unit. */
  readonly color?: string;
  /** Low to high; around a middle; black to white. */
  readonly scale?: 'sequential' | 'diverging' | 'grey';
  /** The values of the first and the last colour; around zero for a diverging scale unless told. */
  readonly range?: readonly [number, number];
  readonly topDown?: boolean;
  /** Writes each value in its cell with so many digits. */
  readonly digits?: number;
}

const scales: Readonly<Record<'sequential' | 'diverging' | 'grey', ColorScale>> = { sequential, diverging, grey };

/** A function of two variables, or a matrix, in colours. */
export function heatmap(options: HeatmapOptions): Chart {
  const { title, scale = 'sequential', topDown = false, digits } = options;
  const values = toRows(options.values, 'heatmap', 'values');
  const z = values.map((row) => row.map(neat));
  const [low, high] = rangeOf(z.flat(), { room: 0 });
  const most = Math.max(Math.abs(low), Math.abs(high));
  const [zmin, zmax] = options.range ?? (scale === 'diverging' ? [-most, most] : [low, high]);
  const places = (list: Numbers | readonly string[] | undefined, count: number, argument: string) => {
    const all = list && (isNames(list) ? list : toNumbers(list).map((value) => neat(value) ?? 0));
    if (all && all.length !== count) {
      throw new TypeError(
        `heatmap: values has ${count} ${argument === 'xs' ? 'columns' : 'rows'}, ${argument} has ${all.length}`,
      );
    }
    return all;
  };
  const columns = places(options.xs, z[0]?.length ?? 0, 'xs');
  const rows = places(options.ys, z.length, 'ys');
  const trace: HeatmapTrace = {
    type: 'heatmap',
    z,
    ...(columns && { x: columns }),
    ...(rows && { y: rows }),
    zmin,
    zmax,
    colorscale: scales[scale],
    colorbar: { title: { text: options.color ?? '', side: 'right' }, thickness: 18 },
    ...(digits !== undefined && {
      text: values.map((row) => row.map((value) => value.toFixed(digits).replace('-', '−'))),
      texttemplate: '%{text}',
      xgap: 2,
      ygap: 2,
    }),
  };
  const edge = (places_: readonly (number | string)[] | undefined, count: number): readonly [number, number] => {
    const at = places_ && !isNames(places_) ? places_.map(Number) : Array.from({ length: count }, (_, i) => i);
    const half = at.length > 1 ? (at[1] - at[0]) / 2 : 0.5;
    const ends = [at[0] - half, at[at.length - 1] + half] as const;
    return ends;
  };
  const x = edge(columns, z[0]?.length ?? 0);
  const up = edge(rows, z.length);
  const y = topDown ? ([up[1], up[0]] as const) : up;
  const named = Boolean((columns && isNames(columns)) || (rows && isNames(rows)));
  const size = options.size ?? naturalSize(title, lengthOf(x), lengthOf(y));
  const layout = baseLayout(title, size.width);
  return chart(
    [trace],
    {
      ...layout,
      margin: margins(layout.title?.text, [], true),
      xaxis: baseAxis(options.x, {
        range: x,
        showgrid: false,
        ...(columns && isNames(columns) && { type: 'category' }),
      }),
      yaxis: baseAxis(options.y, {
        range: y,
        showgrid: false,
        ...(rows && isNames(rows) && { type: 'category' }),
      }),
    },
    size,
    named ? {} : { equal: { x, y } },
  );
}

/** One unit is as long up as across, unless that makes the figure flat or tall. */
function naturalSize(title: string | undefined, across: number, up: number): Size {
  const { l, r, t, b } = margins(title && wrap(title, fontSize.title, 700), [], true);
  const inner = { width: 500, height: Math.min(600, Math.max(200, (500 * up) / across)) };
  return { width: inner.width + l + r, height: inner.height + t + b };
}

function isNames(list: Numbers | readonly (number | string)[]): list is readonly string[] {
  return Array.isArray(list) && typeof list[0] === 'string';
}
