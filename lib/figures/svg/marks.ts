import type { BarTrace, ColorScale, Dash, HeatmapTrace, Layout, ScatterTrace, Trace } from '../spec';
import { fontSize, ink } from '../style';
import type { Scale } from './scale';
import { round, textSvg } from './text';

/**
 * What is drawn inside the axes. `all` is every trace of the same axes: bars share their place. Faint paint is given to
 * each mark and never to a group: resvg ends the process over a faint group that lies outside the paper.
 */
export function traceSvg(trace: Trace, x: Scale, y: Scale, all: readonly Trace[], layout: Layout): string {
  if (trace.type === 'scatter') return scatterSvg(trace, x, y, all);
  return trace.type === 'bar' ? barSvg(trace, x, y, all, layout) : heatmapSvg(trace, x, y);
}

function faint(opacity: number): string {
  return opacity === 1 ? '' : ` fill-opacity="${opacity}" stroke-opacity="${opacity}"`;
}

function scatterSvg(trace: ScatterTrace, x: Scale, y: Scale, all: readonly Trace[]): string {
  const points = trace.x.map((value, i) => [x.place(value), y.place(trace.y[i])] as const);
  const parts: string[] = [];
  const color = trace.line?.color ?? trace.marker?.color ?? ink;
  const strength = trace.opacity ?? 1;
  if (trace.fill) {
    const path = fillPath(trace, points, x, y, all);
    if (path) parts.push(`<path d="${path}" fill="${trace.fillcolor ?? color}"${faint(strength)}/>`);
  }
  if (trace.mode.includes('lines') && trace.line?.width !== 0) {
    const line = `stroke="${color}" stroke-width="${trace.line?.width ?? 2}"${dashSvg(trace.line?.dash, trace.line?.width)}`;
    parts.push(`<path d="${linePath(points)}" fill="none" ${line} stroke-linejoin="round"${faint(strength)}/>`);
  }
  if (trace.mode.includes('markers')) {
    const { size = 6, symbol = 'circle', opacity = 1, line } = trace.marker ?? {};
    const paint =
      `fill="${trace.marker?.color ?? color}"${faint(opacity * strength)}` +
      (line?.width ? ` stroke="${line.color ?? ink}" stroke-width="${line.width}"` : '');
    parts.push(
      `<g ${paint}>${points
        .filter(whole)
        .map(([px, py]) => symbolSvg(symbol, px, py, size / 2))
        .join('')}</g>`,
    );
  }
  if (trace.mode.includes('text')) {
    const { size = fontSize.tick, color: textColor = ink } = trace.textfont ?? {};
    const gap = (trace.marker?.size ?? 0) / 2 + 5;
    const position = trace.textposition ?? 'middle center';
    const dx = position.includes('right') ? gap : position.includes('left') ? -gap : 0;
    const dy = position.startsWith('top') ? -gap : position.startsWith('bottom') ? gap + size * 0.75 : size * 0.36;
    const anchor = dx > 0 ? 'start' : dx < 0 ? 'end' : 'middle';
    points.forEach(([px, py], i) => {
      const text = trace.text?.[i];
      if (text && whole([px, py]))
        parts.push(textSvg(text, { x: px + dx, y: py + dy, size, color: textColor, anchor }));
    });
  }
  return parts.join('');
}

type Point = readonly [number, number];

function whole([px, py]: Point): boolean {
  return Number.isFinite(px) && Number.isFinite(py);
}

/** One line, lifted over gaps. */
function linePath(points: readonly Point[]): string {
  let pen = 'M';
  return points
    .map((point) => {
      if (!whole(point)) {
        pen = 'M';
        return '';
      }
      const step = `${pen}${round(point[0])} ${round(point[1])}`;
      pen = 'L';
      return step;
    })
    .join('');
}

function fillPath(trace: ScatterTrace, points: readonly Point[], x: Scale, y: Scale, all: readonly Trace[]): string {
  const line = points.filter(whole);
  if (line.length === 0) return '';
  if (trace.fill === 'toself') return `${linePath(line)}Z`;
  if (trace.fill === 'tozeroy') {
    const floor = y.place(0);
    const base = Number.isFinite(floor) ? floor : y.from;
    return `${linePath([[line[0][0], base], ...line, [line[line.length - 1][0], base]])}Z`;
  }
  const before = all[all.indexOf(trace) - 1];
  if (before?.type !== 'scatter') return '';
  const back = before.x.map((value, i) => [x.place(value), y.place(before.y[i])] as const).filter(whole);
  return `${linePath([...line, ...back.reverse()])}Z`;
}

export function dashSvg(dash: Dash | undefined, width = 2): string {
  const patterns: Partial<Record<Dash, readonly number[]>> = {
    dash: [4, 3],
    dot: [1, 2],
    dashdot: [4, 2, 1, 2],
    longdash: [8, 4],
    longdashdot: [8, 3, 1, 3],
  };
  const pattern = dash && patterns[dash];
  return pattern ? ` stroke-dasharray="${pattern.map((length) => length * width).join(' ')}"` : '';
}

/** A marker of radius `r`; the symbols have about the same area. */
export function symbolSvg(symbol: string, cx: number, cy: number, r: number): string {
  const polygon = (...corners: readonly Point[]) =>
    `<path d="M${corners.map(([dx, dy]) => `${round(cx + dx * r)} ${round(cy + dy * r)}`).join('L')}Z"/>`;
  switch (symbol) {
    case 'square':
      return polygon([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]);
    case 'diamond':
      return polygon([0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]);
    case 'triangle-up':
      return polygon([0, -1.2], [1.15, 0.8], [-1.15, 0.8]);
    case 'triangle-down':
      return polygon([0, 1.2], [1.15, -0.8], [-1.15, -0.8]);
    case 'cross':
    case 'x': {
      const arm = 0.38;
      const plus: Point[] = [
        [-arm, -1.2],
        [arm, -1.2],
        [arm, -arm],
        [1.2, -arm],
        [1.2, arm],
        [arm, arm],
        [arm, 1.2],
        [-arm, 1.2],
        [-arm, arm],
        [-1.2, arm],
        [-1.2, -arm],
        [-arm, -arm],
      ];
      const turn = Math.SQRT1_2;
      return polygon(...(symbol === 'x' ? plus.map(([a, b]): Point => [(a - b) * turn, (a + b) * turn]) : plus));
    }
    case 'star': {
      const corners = Array.from({ length: 10 }, (_, i): Point => {
        const length = i % 2 === 0 ? 1.35 : 0.55;
        return [length * Math.sin((i * Math.PI) / 5), -length * Math.cos((i * Math.PI) / 5)];
      });
      return polygon(...corners);
    }
    default:
      return `<circle cx="${round(cx)}" cy="${round(cy)}" r="${round(r)}"/>`;
  }
}

function barSvg(trace: BarTrace, x: Scale, y: Scale, all: readonly Trace[], layout: Layout): string {
  const bars = all.filter((one) => one.type === 'bar');
  const grouped = (layout.barmode ?? 'group') === 'group';
  const slots = grouped ? bars.length : 1;
  const slot = grouped ? bars.indexOf(trace) : 0;
  const places = trace.x.map((value) => x.place(value));
  const apart = places.length > 1 ? Math.abs(places[1] - places[0]) : Math.abs(x.to - x.from);
  const room = trace.width ? Math.abs(x.place(trace.width) - x.place(0)) : apart * (1 - (layout.bargap ?? 0.2));
  const width = room / slots;
  const zero = y.place(0);
  const { color = ink, line } = trace.marker ?? {};
  const stroke = line?.width ? ` stroke="${line.color ?? ink}" stroke-width="${line.width}"` : '';
  const paint = `fill="${color}"${stroke}${faint(trace.opacity ?? 1)}`;
  return trace.y
    .map((value, i) => {
      const top = y.place(value);
      if (!Number.isFinite(top)) return '';
      const left = places[i] - room / 2 + slot * width;
      const text = trace.textposition === 'outside' ? trace.text?.[i] : undefined;
      return (
        `<rect x="${round(left)}" y="${round(Math.min(top, zero))}" width="${round(width)}" height="${round(Math.abs(zero - top))}" ${paint}/>` +
        (text ? textSvg(text, { x: left + width / 2, y: top - 6, size: fontSize.tick, anchor: 'middle' }) : '')
      );
    })
    .join('');
}

function heatmapSvg(trace: HeatmapTrace, x: Scale, y: Scale): string {
  const columns = edges(trace.x ?? trace.z[0]?.map((_, i) => i) ?? [], x);
  const rows = edges(trace.y ?? trace.z.map((_, i) => i), y);
  const gap = { x: (trace.xgap ?? 0) / 2, y: (trace.ygap ?? 0) / 2 };
  const parts: string[] = [];
  trace.z.forEach((line, row) =>
    line.forEach((value, column) => {
      if (value === null) return;
      const unit = (value - trace.zmin) / (trace.zmax - trace.zmin);
      const [x0, x1] = sorted(columns[column], columns[column + 1]);
      const [y0, y1] = sorted(rows[row], rows[row + 1]);
      // rounded before the width is taken: a cell ends where its neighbour begins
      const [left, right, top, bottom] = [x0 + gap.x, x1 - gap.x, y0 + gap.y, y1 - gap.y].map(round);
      const box = `x="${left}" y="${top}" width="${round(right - left)}" height="${round(bottom - top)}"`;
      parts.push(`<rect ${box} fill="${colorAt(trace.colorscale, unit)}"/>`);
      const text = trace.texttemplate ? trace.text?.[row]?.[column] : undefined;
      if (text) {
        const center = { x: (x0 + x1) / 2, y: (y0 + y1) / 2 + fontSize.tick * 0.36 };
        const color = lightness(trace.colorscale, unit) > 0.55 ? ink : '#FFFFFF';
        parts.push(textSvg(text, { ...center, size: fontSize.tick, color, anchor: 'middle' }));
      }
    }),
  );
  return `<g shape-rendering="crispEdges">${parts.join('')}</g>`;
}

function sorted(a: number, b: number): readonly [number, number] {
  return a < b ? [a, b] : [b, a];
}

/** Cells reach half-way to their neighbours. */
function edges(centers: readonly (number | string | null)[], scale: Scale): number[] {
  const at = centers.map((center) => scale.place(center));
  if (at.length === 1) return [scale.from, scale.to];
  const inner = at.slice(1).map((place, i) => (place + at[i]) / 2);
  return [2 * at[0] - inner[0], ...inner, 2 * at[at.length - 1] - inner[inner.length - 1]];
}

function rgbAt(scale: ColorScale, unit: number): readonly [number, number, number] {
  const clipped = Math.min(1, Math.max(0, unit));
  const above = Math.max(
    1,
    scale.findIndex(([stop]) => stop >= clipped),
  );
  const [[low, from], [high, to]] = [scale[above - 1], scale[above]];
  const mix = (clipped - low) / (high - low);
  const channel = (at: number) => {
    const [a, b] = [from, to].map((color) => parseInt(color.slice(at, at + 2), 16));
    return Math.round(a + (b - a) * mix);
  };
  return [channel(1), channel(3), channel(5)];
}

export function colorAt(scale: ColorScale, unit: number): string {
  return `#${rgbAt(scale, unit)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')}`;
}

function lightness(scale: ColorScale, unit: number): number {
  const [r, g, b] = rgbAt(scale, unit);
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}
