import { baseLayout, chart, margins, type Chart } from './chart';
import { panels } from './panels';
import type { Axis, Frame } from './spec';
import { fontSize, ink, softInk } from './style';

export interface AnimationFrame {
  /** What the scrubber shows: `t = 100`. */
  readonly label: string;
  readonly figure: Chart;
}

export interface AnimationOptions {
  readonly title?: string;
  /** How long each frame stays. */
  readonly milliseconds?: number;
}

/** Room below the axes for the scrubber. */
const controls = 96;
/** Pixels that the two buttons left of the scrubber take. */
const buttonRoom = 108;

/**
 * A figure that changes, with a scrubber and a play button. All frames show the same series. Still pictures show four of
 * the frames side by side.
 */
export function animation(frames: readonly AnimationFrame[], options: AnimationOptions = {}): Chart {
  if (frames.length === 0) throw new TypeError('animation: there are no frames');
  const [first] = frames;
  const { title = first.figure.layout.title?.text, milliseconds = 200 } = options;
  const odd = frames.find(({ figure }) => figure.data.length !== first.figure.data.length);
  if (odd) {
    const [got, wanted] = [odd.figure.data.length, first.figure.data.length];
    throw new TypeError(`animation: every frame needs the same series, "${odd.label}" has ${got} instead of ${wanted}`);
  }
  const { width, height } = first.figure.size;
  const layout = baseLayout(title, width);
  const margin = { ...margins(layout.title?.text, []), ...first.figure.layout.margin };
  const besideButtons = Math.min(0.5, Math.max(0.14, buttonRoom / (width - margin.l - margin.r)));
  const play = { mode: 'immediate', fromcurrent: true, transition: { duration: 0 } };
  const jump = { ...play, frame: { duration: 0, redraw: true } };
  const button = (label: string, args: readonly unknown[]) => ({ label, method: 'animate', args });
  const axes = commonAxes(frames.map(({ figure }) => figure));
  const labels = frames.map(({ label }) => label);
  return chart(
    first.figure.data,
    {
      ...first.figure.layout,
      ...layout,
      ...axes,
      showlegend: first.figure.layout.showlegend,
      legend: first.figure.layout.legend ?? layout.legend,
      margin: { ...margin, b: margin.b + controls },
      updatemenus: [
        {
          type: 'buttons',
          direction: 'left',
          showactive: false,
          x: 0,
          xanchor: 'left',
          y: 0,
          yanchor: 'top',
          pad: { t: 78, l: 0 },
          font: { size: fontSize.tick },
          buttons: [
            button('▶', [null, { ...play, frame: { duration: milliseconds, redraw: true } }]),
            button('❚❚', [[null], jump]),
          ],
        },
      ],
      sliders: [
        {
          active: 0,
          x: besideButtons,
          len: 1 - besideButtons,
          y: 0,
          yanchor: 'top',
          pad: { t: 62 },
          currentvalue: { font: { size: fontSize.axis, color: ink }, xanchor: 'left' },
          font: { size: fontSize.tick, color: softInk },
          steps: labels.map((label) => ({ label, method: 'animate', args: [[label], jump] })),
        },
      ],
    },
    { width, height: height + controls },
    {
      frames: frames.map(({ label, figure }): Frame => {
        const { annotations, shapes } = figure.layout;
        return {
          name: label,
          data: figure.data,
          layout: { ...(annotations && { annotations }), ...(shapes && { shapes }) },
        };
      }),
      still: filmStrip(frames, title, axes),
    },
  );
}

/** Axes wide enough for every frame: otherwise the picture would jump, not the data. */
function commonAxes(charts: readonly Chart[]): Record<'xaxis' | 'yaxis', Axis> {
  const range = (letter: 'x' | 'y'): Axis => {
    const ranges = charts.flatMap(({ layout }) => layout[`${letter}axis`]?.range ?? []);
    const own = charts[0].layout[`${letter}axis`] ?? {};
    const backwards = own.range !== undefined && own.range[0] > own.range[1];
    const ends = [Math.min(...ranges), Math.max(...ranges)] as const;
    return ranges.length === 0 ? own : { ...own, range: backwards ? [ends[1], ends[0]] : ends };
  };
  return { xaxis: range('x'), yaxis: range('y') };
}

function filmStrip(
  frames: readonly AnimationFrame[],
  title: string | undefined,
  axes: Record<'xaxis' | 'yaxis', Axis>,
) {
  const count = Math.min(4, frames.length);
  const chosen = Array.from({ length: count }, (_, i) =>
    Math.round((i * (frames.length - 1)) / Math.max(1, count - 1)),
  );
  const stills = chosen.map((place): Chart => {
    const { label, figure } = frames[place];
    return { ...figure, layout: { ...figure.layout, ...axes, title: { text: label } } };
  });
  return panels(stills, { ...(title && { title }), columns: Math.min(2, count), share: 'both' });
}
