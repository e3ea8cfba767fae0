import { baseLayout, chart, defaultSize, foreignChart } from './chart';
import type { Figure } from './figure';
import type { Layout, Size, Trace } from './spec';

/** A trace of any kind that plotly knows. */
export interface AnyTrace {
  readonly type: string;
  readonly [option: string]: unknown;
}

/**
 * A figure as plotly takes it, for what the other functions do not draw: surfaces, contours, polar axes. It has a still
 * picture if it consists of curves, points, bars and heat maps; 3-D brings all of plotly into the notebook (2.6 MB).
 */
export function plotly(
  data: readonly AnyTrace[],
  layout: Layout = {},
  { size = defaultSize }: { readonly size?: Size } = {},
): Figure {
  const base = baseLayout(layout.title?.text, size.width);
  const title = { ...Object(base.title), ...Object(layout.title), text: base.title?.text ?? '' };
  const whole = { ...base, ...layout, title };
  return data.every(isKnown) ? chart(data, whole, size) : foreignChart(data, whole, size);
}

/** Of a kind that has a still picture, with all that it takes spelt out. */
function isKnown(trace: AnyTrace): trace is AnyTrace & Trace {
  const has = (...options: string[]) => options.every((option) => option in trace);
  if (trace.type === 'scatter') return has('mode', 'x', 'y');
  if (trace.type === 'bar') return has('x', 'y');
  return trace.type === 'heatmap' && has('z', 'zmin', 'zmax') && Array.isArray(trace.colorscale);
}
