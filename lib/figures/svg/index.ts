/** A still picture of a plotly figure: the part of plotly's format in `spec.ts`, drawn as SVG without a browser. */
import { axisKey, type Axis, type Layout, type Size, type Trace } from '../spec';
import { fontSize, ink, paper } from '../style';
import { colorbarSvg, legendSvg } from './legend';
import { annotationSvg, shapeSvg } from './notes';
import { traceSvg } from './marks';
import { frameSvg, gridSvg } from './frame';
import { makeScale, type Scale } from './scale';
import { round, textSvg } from './text';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** One pair of axes and what is drawn on it. */
export interface Panel {
  readonly box: Box;
  readonly x: Scale;
  readonly y: Scale;
  readonly axes: { readonly x: Axis; readonly y: Axis };
  readonly traces: readonly Trace[];
}

export function renderSvg(data: readonly Trace[], layout: Layout, { width, height }: Size): string {
  const { l, r, t, b } = layout.margin ?? { l: 80, r: 80, t: 100, b: 80 };
  const area: Box = { left: l, top: t, right: width - r, bottom: height - b };
  const panels = panelsOf(data, layout, area);
  const shapes = layout.shapes ?? [];
  const drawShapes = (layer: 'below' | 'above') =>
    shapes
      .filter((shape) => (shape.layer ?? 'above') === layer)
      .map((shape) => shapeSvg(shape, panels, area))
      .join('');
  const clips = [...panels.values()].map(({ box }, i) => {
    const size = `width="${round(box.right - box.left)}" height="${round(box.bottom - box.top)}"`;
    return `<clipPath id="panel${i}"><rect x="${round(box.left)}" y="${round(box.top)}" ${size}/></clipPath>`;
  });
  const marks = [...panels.values()].map(({ traces, x, y, box }, i) => {
    const drawn = traces.map((trace) => traceSvg(trace, x, y, traces, layout));
    // A panel that shows nothing (all its data lie outside) still needs something inside: resvg ends the process otherwise.
    const place = `x="${round(box.left)}" y="${round(box.top)}"`;
    const size = `width="${round(box.right - box.left)}" height="${round(box.bottom - box.top)}"`;
    return `<g clip-path="url(#panel${i})"><rect ${place} ${size} fill="${paper}" fill-opacity="0"/>${drawn.join('')}</g>`;
  });
  const title = layout.title?.text ?? '';
  const parts = [
    `<defs>${clips.join('')}</defs>`,
    `<rect width="100%" height="100%" fill="${paper}"/>`,
    ...[...panels.values()].map(gridSvg),
    drawShapes('below'),
    ...marks,
    ...[...panels.values()].map(frameSvg),
    drawShapes('above'),
    ...data.map((trace) => (trace.type === 'heatmap' ? colorbarSvg(trace, area) : '')),
    legendSvg(data, layout, area),
    ...(layout.annotations ?? []).map((annotation) => annotationSvg(annotation, panels, area)),
    textSvg(title, { x: 16, y: 16 + fontSize.title * 0.8, size: fontSize.title, color: ink }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans">${parts.join('')}</svg>`;
}

function panelsOf(data: readonly Trace[], layout: Layout, area: Box): Map<string, Panel> {
  const groups = new Map<string, Trace[]>();
  for (const trace of data) {
    const key = `${trace.xaxis ?? 'x'} ${trace.yaxis ?? 'y'}`;
    groups.set(key, [...(groups.get(key) ?? []), trace]);
  }
  if (groups.size === 0) groups.set('x y', []);
  return new Map(
    [...groups].map(([key, traces]) => {
      const [xId, yId] = key.split(' ');
      const axes = { x: layout[axisKey('x', xId)] ?? {}, y: layout[axisKey('y', yId)] ?? {} };
      const [x0, x1] = axes.x.domain ?? [0, 1];
      const [y0, y1] = axes.y.domain ?? [0, 1];
      const [w, h] = [area.right - area.left, area.bottom - area.top];
      const box = {
        left: area.left + x0 * w,
        right: area.left + x1 * w,
        top: area.bottom - y1 * h,
        bottom: area.bottom - y0 * h,
      };
      const along = (letter: 'x' | 'y') =>
        traces.flatMap((trace) =>
          trace.type === 'heatmap' ? heatmapPlaces(trace[letter], trace.z, letter) : [...trace[letter]],
        );
      const zero = traces.some(({ type }) => type === 'bar') ? [0] : [];
      const x = makeScale(axes.x, along('x'), [box.left, box.right], 75);
      const y = makeScale(axes.y, [...along('y'), ...zero], [box.bottom, box.top], 42);
      return [key, { box, x, y, axes, traces }];
    }),
  );
}

function heatmapPlaces<T>(places: readonly T[] | undefined, z: readonly (readonly unknown[])[], letter: 'x' | 'y') {
  return places ?? (letter === 'x' ? (z[0] ?? []) : z).map((_, i) => i);
}
