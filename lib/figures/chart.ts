import { platform } from '#figures-platform';
import { bundleFor, codeHtml, figureHtml, type LiveFigure } from './embed';
import { base64, figure, plainText, type Figure, type MimeBundle } from './figure';
import type { PlotlyBundle } from './platform/types';
import type { Annotation, Axis, Frame, Layout, Size, Trace } from './spec';
import type { Range } from './ranges';
import { fontFamily, fontSize, gridLine, ink, paper, softInk } from './style';
import { renderSvg } from './svg';
import { textWidth } from './svg/text';

export interface Ranges {
  readonly x: Range;
  readonly y: Range;
}

/** A figure that plotly draws live; its parts are open, to be combined into panels and animations. */
export interface Chart extends Figure {
  readonly data: readonly Trace[];
  readonly layout: Layout;
  readonly size: Size;
  readonly frames?: readonly Frame[];
  /** Both axes have one scale: what they have to show, before the one with room to spare was widened. */
  readonly equal?: Ranges;
  /** Words whose places depend on the room there is, for whoever changes that room. */
  readonly words?: (ranges: Ranges, inner: Size) => readonly Annotation[];
  /** The part of plotly that it takes to draw it. */
  readonly needs: PlotlyBundle;
}

const config = {
  responsive: true,
  displaylogo: false,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'],
  toImageButtonOptions: { scale: 2 },
};

/** Pixels of a still picture for each of the figure's: sharp on a projector, and not much larger. */
const stillScale = 2;

/**
 * @param still what the still picture shows, where that is not the figure as it starts (an animation)
 */
export function chart(
  data: readonly Trace[],
  layout: Layout,
  size: Size,
  more: Pick<Chart, 'frames' | 'equal' | 'words'> & { readonly still?: Pick<Chart, 'data' | 'layout' | 'size'> } = {},
): Chart {
  const { frames, equal, words, still = { data, layout, size } } = more;
  const live = { data, layout: { ...layout, height: size.height, autosize: true }, config, ...(frames && { frames }) };
  let picture: string | undefined;
  const render = () => {
    if (picture === undefined) {
      const bytes = platform.png(renderSvg(still.data, still.layout, still.size), stillScale, 'few');
      picture = bytes && base64(bytes);
    }
    return picture;
  };
  return liveFigure(live, size, summary(data, frames), render, {
    data,
    layout,
    size,
    ...(frames && { frames }),
    ...(equal && { equal }),
    ...(words && { words }),
  });
}

/** A chart of traces that only plotly can draw: it has no still picture, and cannot become a panel. */
export function foreignChart(data: readonly { readonly type: string }[], layout: Layout, size: Size): Figure {
  const live = { data, layout: { ...layout, height: size.height, autosize: true }, config };
  const kinds = [...new Set(data.map(({ type }) => type))].join(', ');
  return liveFigure(live, size, kinds, () => undefined, {});
}

function liveFigure<More extends object>(
  live: LiveFigure,
  size: Size,
  words: string,
  still: () => string | undefined,
  more: More,
): Figure & More & { readonly needs: PlotlyBundle } {
  const title = plainText(live.layout.title?.text ?? '');
  const needs = bundleFor(live.data);
  return figure({ title, text: `[${title || 'chart'}: ${words}]`, needs, ...more }, () => {
    const picture = still();
    const code = bringPast(needs) ? undefined : codeToBring(needs, title);
    return {
      'application/vnd.plotly.v1+json': live,
      'text/html': figureHtml(live, { title, size, still: picture, bundle: needs, code }),
      ...(picture !== undefined && { 'image/png': picture }),
    };
  });
}

function summary(data: readonly Trace[], frames: readonly Frame[] | undefined): string {
  if (frames) return `${frames.length} frames`;
  const names = [...new Set(data.flatMap(({ name }) => name ?? []))];
  return names.length > 0 ? names.join(', ') : `${data.length} ${data.length === 1 ? 'trace' : 'traces'}`;
}

/** Who brought plotly into the notebook: brought once, and again when the same cell runs again and its output is made anew. */
const carriers = new Map<PlotlyBundle, { readonly who: string; readonly run: unknown }>();

function codeToBring(bundle: PlotlyBundle, title: string): string | undefined {
  // A kernel may tell which cell runs; without that, the title tells cells apart well enough.
  const cell: unknown = Reflect.get(globalThis, Symbol.for('jupyter.cell'));
  const who = typeof cell === 'string' ? `cell ${cell}` : `figure ${title}`;
  // The same for what a widget of the cell draws later: its page has plotly by then.
  const run: unknown = kernelSays('jupyter.run') ?? kernelSays('jupyter.signal');
  const carrier = carriers.get(bundle);
  if (carrier && !(carrier.who === who && carrier.run !== run)) return undefined;
  carriers.set(bundle, { who, run });
  return platform.plotly(bundle);
}

const kernelSays = (name: string): unknown => Reflect.get(globalThis, Symbol.for(name));

/** Inside an output widget, which is emptied again and again: plotly goes under the cell itself. @returns whether it is so */
function bringPast(bundle: PlotlyBundle): boolean {
  const display = kernelSays('jupyter.display');
  if (kernelSays('jupyter.captured') !== true || typeof display !== 'function') return false;
  const code = bringPlotly(bundle);
  if (code) display(code, { past: true });
  return true;
}

/** Plotly as an output of its own, if the notebook has none yet. */
export function bringPlotly(bundle: PlotlyBundle): MimeBundle | undefined {
  const code = codeToBring(bundle, '');
  return code === undefined ? undefined : { 'text/html': codeHtml(bundle, code), 'text/plain': '' };
}

export const defaultSize: Size = { width: 900, height: 460 };

/** Room around the panels, for one y axis title on the left and a legend or a colour bar on the right. */
export function margins(title: string | undefined, legend: readonly string[], colorbar = false) {
  const lines = title ? title.split('<br>').length : 0;
  const names = legend.length > 0 ? 72 + Math.max(...legend.map((name) => textWidth(name, fontSize.legend))) : 24;
  return { l: 84, r: colorbar ? 104 : Math.round(names), t: 24 + lines * fontSize.title * 1.5, b: 68 };
}

/** The look of every chart. */
export function baseLayout(title: string | undefined, width: number): Layout {
  const text = title ? wrap(title, fontSize.title, width - 32) : '';
  return {
    title: {
      text,
      x: 0,
      xref: 'container',
      xanchor: 'left',
      y: 1,
      yref: 'container',
      yanchor: 'top',
      pad: { l: 16, t: 14 + 13 * (text.split('<br>').length - 1) }, // plotly lifts a second line's first by half a line
      font: { size: fontSize.title, color: ink },
    },
    font: { family: fontFamily, size: fontSize.tick, color: ink },
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    hovermode: 'closest',
    legend: { x: 1, xanchor: 'left', y: 1, yanchor: 'top', font: { size: fontSize.legend }, tracegroupgap: 0 },
  };
}

export function baseAxis(title: string | undefined, more: Axis = {}): Axis {
  return {
    title: { text: title ?? '', standoff: 10, font: { size: fontSize.axis, color: ink } },
    tickfont: { size: fontSize.tick, color: softInk },
    gridcolor: gridLine,
    zeroline: false,
    linecolor: softInk,
    showline: true,
    ticks: '',
    automargin: true,
    // Plotly enlarges powers by a quarter.
    ...(more.type === 'log' && { exponentformat: 'power', dtick: 1, tickfont: { size: 12, color: softInk } }),
    ...more,
  };
}

/** Breaks a title that is too wide: between words, and between Chinese letters. */
export function wrap(text: string, size: number, width: number): string {
  const pieces =
    text.match(
      /<br>|<[^>]*>|[\u2E80-\u9FFF\uFF00-\uFFEF][，。；：、）》！？]?|[^\s<\u2E80-\u9FFF\uFF00-\uFFEF]+\s*|\s+/g,
    ) ?? [];
  const lines = [''];
  for (const piece of pieces) {
    const line = lines[lines.length - 1];
    if (piece === '<br>') lines.push('');
    else if (line && textWidth(line + piece.trimEnd(), size) > width) lines.push(piece);
    else lines[lines.length - 1] = line + piece;
  }
  return lines.map((line) => line.trimEnd()).join('<br>');
}
