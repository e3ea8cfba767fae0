import { baseLayout, chart, margins, wrap, type Chart } from './chart';
import { equalize, lengthOf, type Range } from './ranges';
import type { Annotation, Axis, HeatmapTrace, Layout, Shape, Size, Trace } from './spec';
import { ink } from './style';

export interface PanelsOptions {
  readonly title?: string;
  /** Panels side by side; all of them unless told. */
  readonly columns?: number;
  readonly width?: number;
  /** Of the inside of each panel, in pixels. */
  readonly height?: number;
  /** Gives all panels one range in x, in y, or in both: to compare sizes and not only shapes. */
  readonly share?: 'x' | 'y' | 'both';
}

const titleSize = 17;

/** Where a panel is: parts of the whole, and pixels. */
interface Cell {
  readonly x: Range;
  readonly y: Range;
  readonly inner: Size;
}

/** Figures side by side under one title, with one legend for the names that they share. */
export function panels(charts: readonly Chart[], options: PanelsOptions = {}): Chart {
  if (charts.length === 0) throw new TypeError('panels: there are no figures to set side by side');
  const { title, columns = charts.length, width = charts.length > 2 ? 1080 : 960 } = options;
  const rows = Math.ceil(charts.length / columns);
  const names = charts.flatMap(({ data, layout }) =>
    layout.showlegend === false
      ? []
      : data.flatMap(({ name, showlegend }) => (showlegend === false ? [] : (name ?? []))),
  );
  const scales = charts.flatMap(({ data }) => data.filter((trace) => trace.type === 'heatmap'));
  const oneScale = scales.every(({ zmin, zmax }) => zmin === scales[0].zmin && zmax === scales[0].zmax);
  const layout = baseLayout(title, width);
  const margin = margins(layout.title?.text, names, scales.length > 0);

  const gap = scales.length > 1 && !oneScale ? 130 : 84;
  const innerWidth = (width - margin.l - margin.r - gap * (columns - 1)) / columns;
  const innerHeight = options.height ?? (charts.every(({ equal }) => equal) ? innerWidth * tallest(charts) : 300);
  const heads = charts.map((one) => wrap(one.layout.title?.text.replace(/<br>/g, ' ') ?? '', titleSize, innerWidth));
  const headRoom = Math.max(...heads.map((head) => (head ? 4 + head.split('<br>').length * titleSize * 1.3 : 0)));
  const rowGap = 72 + headRoom;
  const whole = { width: width - margin.l - margin.r, height: innerHeight * rows + rowGap * (rows - 1) };

  const aligned = shareRanges(charts, options.share);
  const seen = new Set<string>();
  const placed = aligned.map((one, i) => {
    const left = (i % columns) * (innerWidth + gap);
    const above = Math.floor(i / columns) * (innerHeight + rowGap);
    const cell: Cell = {
      x: [left / whole.width, (left + innerWidth) / whole.width],
      y: [1 - (above + innerHeight) / whole.height, 1 - above / whole.height],
      inner: { width: innerWidth, height: innerHeight },
    };
    return place(one, i, heads[i], cell, seen);
  });
  const lastScale = placed.flatMap(({ data }) => data).findLast((trace) => trace.type === 'heatmap');
  const data = placed.flatMap(({ data }) => data);
  return chart(
    oneScale ? data.map((trace) => (trace.type === 'heatmap' ? sharedBar(trace, trace === lastScale) : trace)) : data,
    {
      ...layout,
      ...Object.assign({}, ...aligned.map((one) => legendAndBars(one.layout))),
      ...Object.assign({}, ...placed.map(({ axes }) => axes)),
      margin: { ...margin, t: margin.t + headRoom },
      showlegend: new Set(names).size > 1,
      annotations: placed.flatMap(({ annotations }) => annotations),
      shapes: placed.flatMap(({ shapes }) => shapes),
    },
    { width, height: Math.ceil(margin.t + headRoom + whole.height + margin.b) },
  );
}

/** How much of its width the tallest panel needs as height, within reason. */
function tallest(charts: readonly Chart[]): number {
  const ratios = charts.flatMap(({ equal }) => (equal ? [lengthOf(equal.y) / lengthOf(equal.x)] : []));
  return Math.min(1, Math.max(0.45, ...ratios));
}

/** What a chart says about bars and the legend holds for all panels. */
function legendAndBars({ barmode, bargap, legend }: Layout): Layout {
  return { ...(barmode && { barmode }), ...(bargap !== undefined && { bargap }), ...(Boolean(legend) && { legend }) };
}

function sharedBar(trace: HeatmapTrace, shown: boolean): HeatmapTrace {
  return { ...trace, showscale: shown, colorbar: { ...trace.colorbar, x: 1.02, y: 0.5, len: 1 } };
}

function place(one: Chart, i: number, head: string, cell: Cell, seen: Set<string>) {
  const n = i === 0 ? '' : String(i + 1);
  const [x, y] = [`x${n}`, `y${n}`];
  const ranges = one.equal && equalize(one.equal.x, one.equal.y, cell.inner);
  const axis = (letter: 'x' | 'y'): Axis => ({
    ...one.layout[`${letter}axis`],
    domain: cell[letter],
    anchor: letter === 'x' ? y : x,
    ...(ranges && { range: ranges[letter === 'x' ? 0 : 1] }),
    ...(one.layout.yaxis?.scaleanchor && letter === 'y' && { scaleanchor: x }),
  });
  const data = one.data.map((trace): Trace => {
    const group = trace.legendgroup ?? trace.name;
    const repeated = group !== undefined && trace.showlegend !== false && seen.has(group);
    if (group !== undefined && trace.showlegend !== false) seen.add(group);
    const moved = {
      ...trace,
      xaxis: x,
      yaxis: y,
      ...(group && { legendgroup: group }),
      ...(repeated && { showlegend: false }),
    };
    if (moved.type !== 'heatmap') return moved;
    // A bar of its own, beside the panel.
    const bar = { thickness: 14, x: cell.x[1] + 0.005, y: (cell.y[0] + cell.y[1]) / 2, len: cell.y[1] - cell.y[0] };
    return { ...moved, colorbar: { ...moved.colorbar, ...bar } };
  });
  const ref = (name: string | undefined, own: string) =>
    name === 'paper' ? `${own} domain` : name?.length === 1 || !name ? own : name;
  const shown = { x: axis('x').range ?? [0, 1], y: axis('y').range ?? [0, 1] } as const;
  const words = one.words?.(shown, cell.inner) ?? one.layout.annotations ?? [];
  const annotations = words.map((annotation): Annotation => ({
    ...annotation,
    xref: ref(annotation.xref, x),
    yref: ref(annotation.yref, y),
    ...(annotation.axref && { axref: ref(annotation.axref, x), ayref: ref(annotation.ayref, y) }),
  }));
  const shapes = (one.layout.shapes ?? []).map((shape): Shape => ({
    ...shape,
    xref: ref(shape.xref, x),
    yref: ref(shape.yref, y),
  }));
  const title: Annotation = {
    text: head,
    x: 0,
    y: 1,
    xref: `${x} domain`,
    yref: `${y} domain`,
    xanchor: 'left',
    yanchor: 'bottom',
    align: 'left',
    yshift: 4,
    showarrow: false,
    font: { size: titleSize, color: ink },
  };
  return {
    data,
    axes: { [`xaxis${n}`]: axis('x'), [`yaxis${n}`]: axis('y') },
    annotations: head ? [...annotations, title] : annotations,
    shapes,
  };
}

/** The charts with their ranges made one, in the directions that are shared. */
function shareRanges(charts: readonly Chart[], share: PanelsOptions['share']): readonly Chart[] {
  if (!share) return charts;
  const letters = (['x', 'y'] as const).filter((letter) => share === 'both' || share === letter);
  const own = (one: Chart, letter: 'x' | 'y') => one.equal?.[letter] ?? one.layout[`${letter}axis`]?.range;
  // An axis of categories has no range; one that runs backwards (a matrix, its first row on top) goes on doing so.
  const union = (letter: 'x' | 'y'): readonly (readonly ['x' | 'y', Range])[] => {
    const all = charts.map((one) => own(one, letter)).filter((range) => range !== undefined);
    if (all.length === 0) return [];
    const [low, high] = [Math.min(...all.flat()), Math.max(...all.flat())];
    return [[letter, all.every(([from, to]) => from > to) ? [high, low] : [low, high]]];
  };
  const shared = letters.flatMap(union);
  const ranges = Object.fromEntries(shared);
  const axes = (one: Chart): Layout =>
    Object.fromEntries(shared.map(([letter, range]) => [`${letter}axis`, { ...one.layout[`${letter}axis`], range }]));
  return charts.map((one) => ({
    ...one,
    layout: { ...one.layout, ...axes(one) },
    ...(one.equal && { equal: { ...one.equal, ...ranges } }),
  }));
}
