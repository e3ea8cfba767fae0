/** The part of plotly's figure format that this room draws with; the same data goes to plotly and to the still picture. */

/** A number, a category, or a gap. */
export type Coordinate = number | string | null;
export type ColorScale = readonly (readonly [number, string])[];
export type Dash = 'solid' | 'dash' | 'dot' | 'dashdot' | 'longdash' | 'longdashdot';

interface CommonTrace {
  readonly name?: string;
  readonly showlegend?: boolean;
  readonly legendgroup?: string;
  /** Which axes: `x` and `y`, or `x2` and `y2` in the second panel. */
  readonly xaxis?: string;
  readonly yaxis?: string;
  readonly opacity?: number;
  readonly hoverinfo?: string;
  readonly hovertemplate?: string;
}

export interface ScatterTrace extends CommonTrace {
  readonly type: 'scatter';
  readonly mode: 'lines' | 'markers' | 'lines+markers' | 'text' | 'markers+text' | 'lines+markers+text';
  readonly x: readonly Coordinate[];
  readonly y: readonly Coordinate[];
  readonly text?: readonly string[];
  readonly textposition?:
    'top center' | 'bottom center' | 'middle right' | 'middle left' | 'top right' | 'middle center';
  readonly textfont?: Font;
  readonly line?: { readonly color?: string; readonly width?: number; readonly dash?: Dash };
  readonly marker?: {
    readonly color?: string;
    readonly size?: number;
    readonly symbol?: string;
    readonly opacity?: number;
    readonly line?: { readonly color?: string; readonly width?: number };
  };
  readonly fill?: 'tozeroy' | 'tonexty' | 'toself';
  readonly fillcolor?: string;
}

export interface BarTrace extends CommonTrace {
  readonly type: 'bar';
  readonly x: readonly Coordinate[];
  readonly y: readonly (number | null)[];
  readonly width?: number;
  readonly text?: readonly string[];
  readonly textposition?: 'outside' | 'none';
  readonly marker?: { readonly color?: string; readonly line?: { readonly color?: string; readonly width?: number } };
}

export interface HeatmapTrace extends CommonTrace {
  readonly type: 'heatmap';
  readonly z: readonly (readonly (number | null)[])[];
  readonly x?: readonly Coordinate[];
  readonly y?: readonly Coordinate[];
  readonly zmin: number;
  readonly zmax: number;
  readonly colorscale: ColorScale;
  readonly showscale?: boolean;
  readonly colorbar?: {
    readonly title?: { readonly text: string; readonly side?: 'right' };
    readonly thickness?: number;
    readonly x?: number;
    readonly y?: number;
    readonly len?: number;
  };
  readonly text?: readonly (readonly string[])[];
  readonly texttemplate?: string;
  readonly xgap?: number;
  readonly ygap?: number;
}

export type Trace = ScatterTrace | BarTrace | HeatmapTrace;

export interface Font {
  readonly size?: number;
  readonly color?: string;
  readonly family?: string;
}

export interface Axis {
  readonly title?: { readonly text: string; readonly standoff?: number; readonly font?: Font };
  readonly type?: 'linear' | 'log' | 'category';
  /** Exponents of ten on a log axis. */
  readonly range?: readonly [number, number];
  readonly autorange?: boolean | 'reversed';
  /** Part of the width or height, from 0 to 1. */
  readonly domain?: readonly [number, number];
  /** The axis that this one crosses. */
  readonly anchor?: string;
  readonly scaleanchor?: string;
  readonly matches?: string;
  readonly visible?: boolean;
  readonly showgrid?: boolean;
  readonly zeroline?: boolean;
  readonly showticklabels?: boolean;
  readonly tickvals?: readonly number[];
  readonly ticktext?: readonly string[];
  readonly [option: string]: unknown;
}

export interface Annotation {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly xref?: string;
  readonly yref?: string;
  readonly xanchor?: 'left' | 'center' | 'right';
  readonly yanchor?: 'top' | 'middle' | 'bottom';
  readonly showarrow?: boolean;
  /** Where the arrow starts: pixels from its head, or a place on the axes if `axref` and `ayref` name them. */
  readonly ax?: number;
  readonly ay?: number;
  readonly axref?: string;
  readonly ayref?: string;
  readonly arrowcolor?: string;
  readonly arrowwidth?: number;
  readonly arrowhead?: number;
  readonly font?: Font;
  readonly bgcolor?: string;
  readonly textangle?: number;
  readonly align?: 'left' | 'center' | 'right';
  /** Pixels further up. */
  readonly yshift?: number;
}

export interface Shape {
  readonly type: 'line' | 'rect' | 'circle';
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly xref?: string;
  readonly yref?: string;
  readonly line?: { readonly color?: string; readonly width?: number; readonly dash?: Dash };
  readonly fillcolor?: string;
  readonly layer?: 'below' | 'above';
}

export interface Layout {
  readonly title?: { readonly text: string; readonly [option: string]: unknown };
  readonly margin?: { readonly l: number; readonly r: number; readonly t: number; readonly b: number };
  readonly showlegend?: boolean;
  readonly barmode?: 'group' | 'overlay' | 'stack';
  readonly bargap?: number;
  readonly annotations?: readonly Annotation[];
  readonly shapes?: readonly Shape[];
  readonly [axis: `xaxis${string}`]: Axis | undefined;
  readonly [axis: `yaxis${string}`]: Axis | undefined;
  readonly [option: string]: unknown;
}

export interface Frame {
  readonly name: string;
  readonly data: readonly Trace[];
  readonly layout?: Layout;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `x2` as a trace names it is `xaxis2` in the layout. */
export function axisKey<Letter extends 'x' | 'y'>(letter: Letter, id: string | undefined): `${Letter}axis${string}` {
  return `${letter}axis${(id ?? letter).slice(1)}`;
}

/** Numbers for JSON: five digits are more than a screen can show; what is not a number becomes a gap. */
export function neat(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(5)) : null;
}

/** A list of numbers or a tensor of rank 1. */
export type Numbers = ArrayLike<number> | { readonly shape: number[]; dataSync(): ArrayLike<number> };

export function toNumbers(values: Numbers): number[] {
  return Array.from('dataSync' in values ? values.dataSync() : values);
}

/** A list of rows or a tensor of rank 2. */
export type Matrix = readonly ArrayLike<number>[] | { readonly shape: number[]; dataSync(): ArrayLike<number> };

/** @param caller and `argument`: what the message names */
export function toRows(values: Matrix, caller: string, argument: string, columns?: number): number[][] {
  let rows: number[][];
  if ('dataSync' in values) {
    const [height, width] = values.shape;
    if (values.shape.length !== 2) {
      throw new TypeError(
        `${caller}: ${argument} must have the shape [N,${columns ?? 'M'}], got [${values.shape.join(',')}]`,
      );
    }
    const flat = Array.from(values.dataSync());
    rows = Array.from({ length: height }, (_, row) => flat.slice(row * width, (row + 1) * width));
  } else {
    rows = values.map((row) => Array.from(row));
  }
  const wanted = columns ?? rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== wanted);
  if (odd >= 0) {
    throw new TypeError(
      `${caller}: ${argument} must have ${wanted} numbers in each row, row ${odd} has ${rows[odd].length}`,
    );
  }
  return rows;
}
