import { baseAxis, baseLayout, chart, margins, type Chart } from './chart';
import type { AxesOptions } from './curves';
import { equalize, rangeOf } from './ranges';
import { neat, toRows, type Annotation, type Matrix, type ScatterTrace, type Shape } from './spec';
import { scatter2d, type PointSeries } from './points';
import { colors, fontSize, ink, paper, softInk } from './style';

export interface ArrowsOptions extends AxesOptions {
  /** Where each arrow starts, and what it adds. */
  readonly points: Matrix; // [N, 2]
  readonly vectors: Matrix; // [N, 2]
  /** Length on the axes for one unit of a vector; long enough to fill the figure without overlap unless told. */
  readonly scale?: number;
  /** Points drawn with the arrows. */
  readonly series?: readonly PointSeries[];
}

/** A field of arrows: a score, a velocity, a gradient. */
export function arrows(options: ArrowsOptions): Chart {
  const { title, series = [], size = { width: 760, height: 600 } } = options;
  const points = toRows(options.points, 'arrows', 'points', 2);
  const vectors = toRows(options.vectors, 'arrows', 'vectors', 2);
  if (points.length !== vectors.length || points.length === 0) {
    throw new TypeError(`arrows: needs as many vectors as points, got ${vectors.length} and ${points.length}`);
  }
  const longest = Math.max(...vectors.map(([x, y]) => Math.hypot(x, y))) || 1;
  const area = (axis: 0 | 1) => rangeOf(points.map((point) => point[axis]));
  const apart = Math.sqrt(((area(0)[1] - area(0)[0]) * (area(1)[1] - area(1)[0])) / points.length);
  const scale = options.scale ?? (0.9 * apart) / longest;
  const lines = points.map((point, i) => arrowLine(point, vectors[i], scale, 0.3 * apart));
  const field: ScatterTrace = {
    type: 'scatter',
    mode: 'lines',
    x: lines.flatMap((line) => [...line.map(([x]) => neat(x)), null]),
    y: lines.flatMap((line) => [...line.map(([, y]) => neat(y)), null]),
    line: { color: softInk, width: 1.6 },
    showlegend: false,
    hoverinfo: 'skip',
  };
  const over = series.length > 0 ? scatter2d({ series }).data : [];
  const names = series.length > 1 ? series.map(({ name }) => name) : [];
  const layout = baseLayout(title, size.width);
  const margin = margins(layout.title?.text, names);
  const inner = { width: size.width - margin.l - margin.r, height: size.height - margin.t - margin.b };
  const all = [field, ...over];
  const equal = {
    x: options.xRange ?? rangeOf(all.flatMap(({ x }) => x as readonly (number | null)[])),
    y: options.yRange ?? rangeOf(all.flatMap(({ y }) => y as readonly (number | null)[])),
  };
  const [x, y] = equalize(equal.x, equal.y, inner);
  return chart(
    all,
    {
      ...layout,
      margin,
      showlegend: names.length > 0,
      xaxis: baseAxis(options.x, { range: x }),
      yaxis: baseAxis(options.y, { range: y, scaleanchor: 'x' }),
    },
    size,
    { equal },
  );
}

/** Shaft and head in one stroke of the pen. */
function arrowLine([x, y]: number[], [vx, vy]: number[], scale: number, headLimit: number): [number, number][] {
  const tip: [number, number] = [x + vx * scale, y + vy * scale];
  const length = Math.hypot(vx, vy) * scale;
  if (length === 0) return [tip];
  const head = Math.min(headLimit, 0.35 * length);
  const wing = (turn: number): [number, number] => {
    const angle = Math.atan2(vy, vx) + turn;
    return [tip[0] - head * Math.cos(angle), tip[1] - head * Math.sin(angle)];
  };
  return [[x, y], tip, wing(0.5), tip, wing(-0.5)];
}

export interface DiagramNode {
  readonly id: string;
  /** Column and row: whole numbers are a box apart; the first row is the top one. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** A filled box, a round one, or words alone. */
  readonly shape?: 'box' | 'round' | 'none';
  /** A place in `colors`; a plain box unless told. */
  readonly color?: number;
}

export interface DiagramOptions {
  readonly title?: string;
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly label?: string;
    readonly color?: number;
  }[];
  /** Pixels from one column, and one row, to the next. */
  readonly step?: readonly [number, number];
}

const boxSize = { width: 132, height: 58 };

/** Boxes and arrows: what a model maps to what. */
export function diagram({ title, nodes, edges, step = [200, 110] }: DiagramOptions): Chart {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const find = (id: string) => {
    const node = byId.get(id);
    if (!node) throw new TypeError(`diagram: an edge names the node "${id}", which does not exist`);
    return { x: node.x * step[0], y: 0 - node.y * step[1] }; // plain 0, not −0
  };
  const shapes = nodes.flatMap(({ id, shape = 'box', color }): Shape[] => {
    if (shape === 'none') return [];
    const { x, y } = find(id);
    const [w, h] = [boxSize.width / 2, boxSize.height / 2];
    const paint = color === undefined ? softInk : colors[color % colors.length];
    const box = { x0: x - w, x1: x + w, y0: y - h, y1: y + h, line: { color: paint, width: 2.5 } };
    return [
      {
        type: shape === 'box' ? 'rect' : 'circle',
        fillcolor: color === undefined ? paper : tint(paint),
        layer: 'below',
        ...box,
      },
    ];
  });
  const arrowsBetween = edges.flatMap(({ from, to, label, color }): Annotation[] => {
    const [a, b] = [find(from), find(to)];
    const [start, end] = [border(a, b), border(b, a)];
    const paint = color === undefined ? ink : colors[color % colors.length];
    const arrow: Annotation = {
      text: '',
      x: end.x,
      y: end.y,
      ax: start.x,
      ay: start.y,
      xref: 'x',
      yref: 'y',
      axref: 'x',
      ayref: 'y',
      showarrow: true,
      arrowcolor: paint,
      arrowwidth: 2,
      arrowhead: 2,
    };
    if (!label) return [arrow];
    const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
    // Above a level arrow, right of a steep one.
    const steep = Math.abs(end.y - start.y) > Math.abs(end.x - start.x);
    const beside: Partial<Annotation> = steep ? { xanchor: 'left', x: middle.x + 8 } : { yshift: 13 };
    const font = { size: fontSize.tick, color: paint };
    return [arrow, { text: label, ...middle, showarrow: false, font, ...beside }];
  });
  const words = nodes.map(({ id, text }): Annotation => ({
    text,
    ...find(id),
    showarrow: false,
    font: { size: fontSize.axis, color: ink },
  }));
  const places = nodes.map(({ id }) => find(id));
  const room = { x: boxSize.width / 2 + 24, y: boxSize.height / 2 + 20 };
  const x = [Math.min(...places.map((p) => p.x)) - room.x, Math.max(...places.map((p) => p.x)) + room.x] as const;
  const y = [Math.min(...places.map((p) => p.y)) - room.y, Math.max(...places.map((p) => p.y)) + room.y] as const;
  const width = Math.round(x[1] - x[0]);
  const layout = baseLayout(title, Math.max(width, 480));
  const top = margins(layout.title?.text, []).t;
  const hidden = { visible: false, fixedrange: true };
  return chart(
    [{ type: 'scatter', mode: 'markers', x: [x[0]], y: [y[0]], marker: { size: 1, color: paper }, hoverinfo: 'skip' }],
    {
      ...layout,
      margin: { l: 0, r: 0, t: top, b: 0 },
      showlegend: false,
      xaxis: { ...hidden, range: x },
      yaxis: { ...hidden, range: y },
      shapes,
      annotations: [...arrowsBetween, ...words],
    },
    { width, height: Math.round(top + y[1] - y[0]) },
  );
}

/** Where the line from `a` to `b` leaves `a`'s box. */
function border(a: { x: number; y: number }, b: { x: number; y: number }) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const across = Math.min(
    dx === 0 ? Infinity : (boxSize.width / 2 + 4) / Math.abs(dx),
    dy === 0 ? Infinity : (boxSize.height / 2 + 4) / Math.abs(dy),
  );
  return { x: a.x + dx * across, y: a.y + dy * across };
}

/** A colour thinned with white. */
function tint(color: string): string {
  const mixed = [1, 3, 5].map((at) => Math.round(255 - (255 - parseInt(color.slice(at, at + 2), 16)) * 0.15));
  return `#${mixed.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
