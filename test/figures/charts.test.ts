import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../lib/engine';
import {
  animation,
  arrows,
  bars,
  curves,
  diagram,
  heatmap,
  histogram,
  panels,
  plotly,
  rateDistortion,
  scatter2d,
  table,
  type Chart,
} from '../../lib/figures';
import { equalize, movingMean, rangeOf, thin } from '../../lib/figures/ranges';
import { makeScale } from '../../lib/figures/svg/scale';
import { textWidth } from '../../lib/figures/svg/text';
import { wrap } from '../../lib/figures/chart';
import { inkShare, pixel, pngOf } from './support';

beforeAll(async () => {
  await ready({ engine: 'wasm' });
});

const wave = Array.from({ length: 50 }, (_, i) => Math.sin(i / 5));
const spots = Array.from({ length: 60 }, (_, i) => [Math.cos(i), Math.sin(i) * 2]);
const thirds = spots.map((_, i) => i % 3);

const kinds: Record<string, () => Chart> = {
  curves: () =>
    curves({
      title: 'Sine',
      x: 'step',
      y: 'loss (nats)',
      series: [
        { name: 'a', y: wave, smooth: 5 },
        { name: 'b', y: wave, points: true, band: { low: wave.map((v) => v - 1), high: wave } },
      ],
      marks: [{ y: 0.5, label: 'half' }, { x: 10 }],
    }),
  'log curves': () => curves({ series: [{ name: 'a', x: [1, 10, 100], y: [1e-6, 1, 1e6] }], logX: true, logY: true }),
  rateDistortion: () =>
    rateDistortion({ points: [2, 1, 3].map((rate) => ({ rate, distortion: 10 / rate, label: `β = ${rate}` })) }),
  scatter2d: () => scatter2d({ points: spots, labels: thirds, classes: ['包', '裤子', 'Bag'], x: 'z₁', y: 'z₂' }),
  histogram: () => histogram({ series: [{ name: 'x', values: wave }], curves: [{ name: 'p', x: [-1, 1], y: [0, 1] }] }),
  bars: () =>
    bars({
      categories: ['a', 'b'],
      series: [
        { name: 's', values: [1, -2] },
        { name: 't', values: [2, 3] },
      ],
      digits: 1,
    }),
  heatmap: () =>
    heatmap({
      values: [
        [0, 1],
        [2, 3],
      ],
      xs: [0, 1],
      ys: [0, 1],
      color: 'D(x)',
      digits: 1,
      title: 'Heat',
    }),
  arrows: () =>
    arrows({ points: spots, vectors: spots.map(([x, y]) => [-x, -y]), series: [{ name: 'data', points: spots }] }),
  diagram: () =>
    diagram({
      nodes: [
        { id: 'x', x: 0, y: 0, text: 'x' },
        { id: 'z', x: 1, y: 1, text: 'z', shape: 'round', color: 1 },
      ],
      edges: [{ from: 'x', to: 'z', label: 'q(z|x)' }],
    }),
  panels: () => panels([kinds.scatter2d(), kinds.scatter2d()], { title: 'Two' }),
  animation: () =>
    animation(
      [0, 1, 2].map((t) => ({ label: `t = ${t}`, figure: scatter2d({ points: spots.map(([x, y]) => [x + t, y]) }) })),
    ),
};

describe.each(Object.entries(kinds))('%s', (_name, make) => {
  it('comes live, as HTML, as a picture of twice its size, and as a line of text', () => {
    const chart = make();
    const bundle = chart.bundle();
    expect(Object.keys(bundle).sort()).toEqual([
      'application/vnd.plotly.v1+json',
      'image/png',
      'text/html',
      'text/plain',
    ]);
    expect(String(bundle['text/plain'])).toMatch(/^\[.+\]$/);
    const json = JSON.stringify(bundle['application/vnd.plotly.v1+json']);
    expect(json).toMatch(/"height":\d+/);
    expect(JSON.parse(json)).toEqual(bundle['application/vnd.plotly.v1+json']); // nothing that JSON would change
    const picture = pngOf(chart);
    if (!chart.frames)
      expect([picture.width, picture.height]).toEqual([2 * chart.size.width, 2 * Math.round(chart.size.height)]);
    expect(inkShare(picture)).toBeGreaterThan(0.005);
    expect(pixel(picture, 0, 0)).toBe('#FFFFFF');
  });

  it('is the same each time', () => {
    const [first, second] = [make(), make()];
    expect([first.data, first.layout, first.frames]).toEqual([second.data, second.layout, second.frames]);
  });
});

describe('charts', () => {
  it('are the same pictures each time', () => {
    const draw = () => kinds.curves().bundle()['image/png'];
    expect(draw()).toBe(draw());
  });

  it('read tensors and lists alike', () => {
    const list = curves({ series: [{ name: 'a', y: [1, 2, 3] }] });
    const tensor = curves({ series: [{ name: 'a', y: tf.tensor1d([1, 2, 3]) }] });
    expect(tensor.data).toEqual(list.data);
    const points = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    expect(scatter2d({ points }).data).toEqual(
      scatter2d({
        points: [
          [1, 2],
          [3, 4],
        ],
      }).data,
    );
  });

  it('leave a gap where a value is not a number, and keep the rest in view', () => {
    const chart = curves({ series: [{ name: 'loss', y: [1, NaN, 3, Infinity, 2] }] });
    expect(chart.data[0]).toMatchObject({ y: [1, null, 3, null, 2] });
    const [low, high] = chart.layout.yaxis?.range ?? [];
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThan(4);
  });

  it('draw a line where the numbers say, and a point where there is no more than one', () => {
    const middleOf = (chart: ReturnType<typeof curves>) => {
      const { l, r, t, b } = chart.layout.margin ?? { l: 0, r: 0, t: 0, b: 0 };
      const middle = { x: (l + (chart.size.width - r)) / 2, y: (t + (chart.size.height - b)) / 2 };
      return pixel(pngOf(chart), Math.round(2 * middle.x), Math.round(2 * middle.y));
    };
    const ranges = { yRange: [0, 10], xRange: [0, 98] } as const;
    expect(middleOf(curves({ series: [{ name: 'flat', y: Array(99).fill(5) }], ...ranges }))).toBe('#0072B2');
    expect(middleOf(curves({ series: [{ name: 'one', x: [49, 98], y: [5, NaN] }], ...ranges }))).toBe('#0072B2');
  });

  it('mark classes by colour and by shape, and write their names apart', () => {
    const chart = scatter2d({ points: spots.map(() => [0, 0]), labels: thirds, classes: ['a', 'b', 'c'] });
    const marks = chart.data.map((trace) =>
      trace.type === 'scatter' ? `${trace.marker?.color} ${trace.marker?.symbol}` : '',
    );
    expect(new Set(marks).size).toBe(3);
    const heights = (chart.layout.annotations ?? []).map(({ y }) => y);
    expect(new Set(heights).size).toBe(3);
  });

  it('share one legend between panels', () => {
    const both = panels([kinds.scatter2d(), kinds.scatter2d()]);
    expect(both.data.map(({ showlegend }) => showlegend ?? true)).toEqual([true, true, true, false, false, false]);
    expect(both.layout.xaxis2?.domain?.[0]).toBeGreaterThan(both.layout.xaxis?.domain?.[1] ?? 1);
  });

  it('share ranges between panels when asked', () => {
    const near = scatter2d({
      points: [
        [0, 0],
        [1, 1],
      ],
    });
    const far = scatter2d({
      points: [
        [0, 0],
        [100, 100],
      ],
    });
    expect(panels([near, far], { share: 'both' }).layout.xaxis?.range).toEqual(
      panels([near, far], { share: 'both' }).layout.xaxis2?.range,
    );
    expect(panels([near, far]).layout.xaxis?.range).not.toEqual(panels([near, far]).layout.xaxis2?.range);
  });

  it('share ranges of bars in height only: names of categories have no range', () => {
    const two = [1, 2].map((height) =>
      bars({ categories: ['a', 'b'], series: [{ name: 's', values: [height, -height] }] }),
    );
    const { xaxis, xaxis2, yaxis, yaxis2 } = panels(two, { share: 'both' }).layout;
    expect([xaxis?.range, xaxis2?.range]).toEqual([undefined, undefined]);
    expect(yaxis?.range).toEqual(yaxis2?.range);
  });

  it('go on running backwards when they share a range: a matrix keeps its first row on top, and its proportions', () => {
    const matrix = heatmap({ values: Array.from({ length: 4 }, () => [0, 1, 2, 3, 4, 5, 6, 7]), topDown: true });
    for (const share of ['both', undefined] as const) {
      const both = panels([matrix, matrix], { share, columns: 2 });
      const [left, right] = both.layout.yaxis2?.range ?? [0, 0];
      expect(left).toBeGreaterThan(right);
      const { xaxis: x, yaxis: y } = both.layout;
      const { l, r, t, b } = both.layout.margin ?? { l: 0, r: 0, t: 0, b: 0 };
      const across = (both.size.width - l - r) * ((x?.domain?.[1] ?? 0) - (x?.domain?.[0] ?? 0));
      const up = (both.size.height - t - b) * ((y?.domain?.[1] ?? 0) - (y?.domain?.[0] ?? 0));
      const length = (range: readonly number[] = []) => Math.abs(range[1] - range[0]);
      expect(length(x?.range) / across).toBeCloseTo(length(y?.range) / up, 3);
    }
  });

  it('show what they hold in the still picture of an animation', () => {
    const rising = animation(
      [0, 1, 2, 3].map((t) => ({
        label: `t = ${t}`,
        figure: bars({ categories: ['a', 'b'], series: [{ name: 's', values: [1 + t, 2] }], yRange: [0, 5] }),
      })),
    );
    expect(inkShare(pngOf(rising))).toBeGreaterThan(0.08); // the bars; frames and words alone have less
    const rows = animation(
      ['a', 'b'].map((label) => ({
        label,
        figure: heatmap({ values: [[0], [1]], range: [0, 1], scale: 'grey', topDown: true }),
      })),
    );
    const picture = pngOf(rows);
    const column = Array.from({ length: picture.height }, (_, y) => pixel(picture, Math.round(picture.width / 4), y));
    expect(column.indexOf('#000000')).toBeGreaterThan(0);
    expect(column.indexOf('#000000')).toBeLessThan(picture.height / 2); // the first row, black, is above
  });

  it('bring a color bar to each panel unless one scale serves all', () => {
    const heat = (high: number) =>
      heatmap({
        values: [
          [0, 1],
          [2, 3],
        ],
        range: [0, high],
      });
    const scales = (chart: Chart) => chart.data.map((trace) => trace.type === 'heatmap' && trace.showscale !== false);
    expect(scales(panels([heat(3), heat(3)]))).toEqual([false, true]);
    expect(scales(panels([heat(3), heat(4)]))).toEqual([true, true]);
  });

  it('keep all frames of an animation on the same axes', () => {
    const moving = kinds.animation();
    expect(moving.frames?.map(({ name }) => name)).toEqual(['t = 0', 't = 1', 't = 2']);
    expect(moving.layout.xaxis?.range?.[1]).toBeGreaterThan(3);
  });

  it('count values in bins: densities have the area 1', () => {
    const chart = histogram({ series: [{ name: 'x', values: [0, 0.5, 1, 1, 2] }], bins: 4 });
    expect(chart.data[0]).toMatchObject({ y: [0.4, 0.4, 0.8, 0.4].map((v) => expect.closeTo(v, 4)), width: 0.5 });
    expect(
      histogram({ series: [{ name: 'x', values: [0, 0.5, 1, 1, 2] }], bins: 4, height: 'count' }).data[0],
    ).toMatchObject({ y: [1, 1, 2, 1] });
  });

  it.each([
    [() => curves({ series: [] }), /curves: series is empty/],
    [() => curves({ series: [{ name: 'a', x: [1], y: [1, 2] }] }), /"a" has 1 x and 2 y/],
    [() => scatter2d({}), /needs points, or series/],
    [() => scatter2d({ points: tf.zeros([4, 3]) }), /scatter2d: points must have 2 numbers in each row, row 0 has 3/],
    [() => scatter2d({ points: tf.zeros([4]) }), /must have the shape \[N,2\], got \[4\]/],
    [() => scatter2d({ points: spots, labels: [1] }), /60 points need as many labels, got 1/],
    [
      () => bars({ categories: ['a'], series: [{ name: 's', values: [1, 2] }] }),
      /1 categories need as many values, "s" has 2/,
    ],
    [() => heatmap({ values: [[1, 2], [3]] }), /heatmap: values must have 2 numbers in each row, row 1 has 1/],
    [() => heatmap({ values: [[1, 2]], xs: [1] }), /values has 2 columns, xs has 1/],
    [() => arrows({ points: spots, vectors: [] }), /as many vectors as points/],
    [() => diagram({ nodes: [], edges: [{ from: 'a', to: 'b' }] }), /names the node "a"/],
    [() => panels([]), /no figures/],
    [() => animation([]), /no frames/],
    [
      () =>
        animation([
          { label: 'a', figure: kinds.scatter2d() },
          { label: 'b', figure: kinds.curves() },
        ]),
      /every frame needs the same series, "b" has/,
    ],
  ])('say in words what is wrong', (draw, message) => {
    expect(draw).toThrow(message);
  });
});

describe('figures as plotly takes them', () => {
  it('have a still picture where this room can draw them, and none where not', () => {
    const known = plotly([{ type: 'scatter', mode: 'lines', x: [1, 2], y: [3, 4] }], { title: { text: 'Line' } });
    expect(inkShare(pngOf(known))).toBeGreaterThan(0.005);
    const surface = plotly([{ type: 'surface', z: [[1, 2], [3, 4]] }], { title: { text: 'Surface' } }); // prettier-ignore
    expect(surface.text).toBe('[Surface: surface]');
    const bundle = surface.bundle();
    expect(Object.keys(bundle).sort()).toEqual(['application/vnd.plotly.v1+json', 'text/html', 'text/plain']);
    expect(String(bundle['text/html'])).toContain('genlabFigures.provide("full"');
  });
});

describe('values far outside the axes', () => {
  const far = [1e-9, 1e9, -1e30, 5e8];
  const window = { xRange: [0, 1], yRange: [0, 1] } as const;
  it.each<[string, () => Chart]>([
    [
      'a curve',
      () => curves({ series: [{ name: 'a', y: far, smooth: 2, points: true }], ...window, xRange: [50, 60] }),
    ],
    ['a shaded curve', () => curves({ series: [{ name: 'a', y: far, fill: true, dash: 'dash' }], ...window })],
    ['points', () => scatter2d({ points: [[1e9, -1e9], [-1e12, 4]], ...window })], // prettier-ignore
    [
      'bars',
      () =>
        histogram({
          series: [
            { name: 'a', values: [1, 2] },
            { name: 'b', values: [3] },
          ],
          ...window,
          xRange: [80, 90],
        }),
    ],
    ['arrows', () => arrows({ points: [[1e7, 1e7]], vectors: [[1, 1]], ...window })],
    ['marks', () => curves({ series: [{ name: 'a', y: [1, 2] }], marks: [{ y: 1e12, label: 'far' }], ...window })],
  ])('are left out of %s without harm to the process', (_what, draw) => {
    expect(pngOf(draw()).width).toBeGreaterThan(1000);
  });
});

describe('tables', () => {
  const results = table(
    [
      { model: 'AE', loss: 231.23456 },
      { model: 'VAE | β', loss: -246.1 },
    ],
    { title: 'Loss', digits: { loss: 1 } },
  );

  it('come as HTML, Markdown and text', () => {
    const bundle = results.bundle();
    expect(String(bundle['text/html'])).toContain('>231.2</td>');
    expect(String(bundle['text/markdown']).split('\n')).toEqual([
      '**Loss**',
      '',
      '| model | loss |',
      '|:---|---:|',
      '| AE | 231.2 |',
      '| VAE \\| β | −246.1 |',
    ]);
    expect(bundle['text/plain']).toBe(
      ['Loss', 'model      loss', '───────  ──────', 'AE        231.2', 'VAE | β  −246.1'].join('\n'),
    );
  });

  it('take a column list, and hold nothing back when there are no rows', () => {
    expect(table([], { columns: ['a'] }).text).toBe('a\n─');
    expect(table([{ a: 1, b: 2 }], { columns: ['b'] }).text).toBe('b\n─\n2');
  });
});

describe('axes', () => {
  it('have two ticks at least, however narrow', () => {
    const ticks = (range: [number, number], paper: number) =>
      makeScale({ range, type: 'linear' }, [], [0, paper], 80).ticks.map(({ text }) => text);
    expect(ticks([-4, 4], 150)).toEqual(['−4', '−2', '0', '2', '4']);
    expect(ticks([-1.3, 1.4], 90)).toEqual(['−1', '0', '1']);
    expect(ticks([0.1, 0.9], 60)).toEqual(['0.2', '0.4', '0.6', '0.8']);
  });

  it('have round ticks', () => {
    const labels = (range: [number, number], log = false) =>
      makeScale({ range, type: log ? 'log' : 'linear' }, [], [0, 400], 80).ticks.map(({ text }) => text);
    expect(labels([0, 1])).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(labels([-2, 2])).toEqual(['−2', '−1', '0', '1', '2']);
    expect(labels([0, 60000])).toEqual(['0', '20k', '40k', '60k']);
    expect(labels([-5, 1], true)).toEqual(['10<sup>−4</sup>', '0.01', '1']);
    expect(labels([0, 1], true)).toEqual(['1', '2', '5', '10']);
  });

  it('reach around all values', () => {
    expect(rangeOf([1, 3, null, NaN], { room: 0.5 })).toEqual([0, 4]);
    expect(rangeOf([])).toEqual([0, 1]);
    expect(rangeOf([5])).toEqual([4.5, 5.5]);
    expect(rangeOf([0, 1, 100], { log: true, room: 0 })).toEqual([0, 2]);
    expect(equalize([0, 1], [0, 1], { width: 200, height: 100 })).toEqual([
      [-0.5, 1.5],
      [0, 1],
    ]);
  });

  it('keep spikes when a line is thinned', () => {
    const points = Array.from({ length: 10000 }, (_, x) => ({ x, y: x === 4321 ? 99 : x === 77 ? -99 : Math.sin(x) }));
    const kept = thin(points, 500);
    expect(kept.length).toBeLessThanOrEqual(500);
    expect(kept).toContainEqual({ x: 4321, y: 99 });
    expect(kept).toContainEqual({ x: 77, y: -99 });
    expect(kept.map(({ x }) => x)).toEqual(kept.map(({ x }) => x).toSorted((a, b) => a - b));
  });

  it('smooth over a window', () => {
    expect(movingMean([1, 2, 3, null, 5], 2)).toEqual([1, 1.5, 2.5, 3, 5]);
  });

  it('break long titles in both languages', () => {
    const lines = (text: string) => wrap(text, 20, 300).split('<br>');
    for (const text of [
      'The loss falls fast, then slowly: most of the gain is in the first epoch',
      '三种散度随两堆沙子的距离而变：JS 很快饱和，Wasserstein 一直在涨',
    ]) {
      expect(lines(text).length).toBeGreaterThan(1);
      expect(lines(text).every((line) => textWidth(line, 20) <= 300)).toBe(true);
      expect(lines(text).join('').replace(/ /g, '')).toBe(text.replace(/ /g, ''));
    }
  });
});
