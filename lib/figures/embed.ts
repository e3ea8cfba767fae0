import type { PlotlyBundle } from './platform/types';
import type { Frame, Layout, Size } from './spec';
import { escapeHtml } from './figure';

/**
 * Runs in the page, in every figure; the first one that runs stays. It unpacks plotly when a figure brings it, and draws
 * each figure once plotly is there, whichever of the two comes first: a front end may show outputs in any order, or only
 * those in view. Until then, and where plotly never comes, the still picture stands in its place.
 */
const pageScript = `
window.genlabFigures = window.genlabFigures || (() => {
  const bundles = {};
  const bundle = (name) => {
    if (!bundles[name]) {
      bundles[name] = {};
      bundles[name].ready = new Promise((resolve) => (bundles[name].resolve = resolve));
    }
    return bundles[name];
  };
  async function unpack(packed, key) {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const code = await new Response(stream).text();
    // As a script of its own, and hidden from a module loader that the page may have.
    const script = document.createElement('script');
    const holder = 'window[' + JSON.stringify(key) + ']';
    script.textContent = '(function (module, exports, define) {' + code + '\\n}).call(window, ' + holder + ', ' + holder + '.exports);';
    window[key] = { exports: {} };
    document.head.append(script);
    script.remove();
    const { exports } = window[key];
    delete window[key];
    return exports.newPlot ? exports : window.Plotly;
  }
  return {
    provide(name, packed) {
      const one = bundle(name);
      if (!one.provided) {
        one.provided = true;
        one.resolve(unpack(packed, 'genlabPlotly_' + name));
      }
    },
    async draw(id, name, figure) {
      for (const place of document.querySelectorAll('[data-genlab="' + id + '"]')) {
        if (place.dataset.drawn) continue;
        place.dataset.drawn = 'waiting';
        const chinese = /^zh/.test(document.documentElement.lang || navigator.language);
        const note = setTimeout(() => {
          const words = document.createElement('p');
          words.textContent = chinese
            ? '静态图：要得到可交互的图，请重启内核并运行全部单元格。'
            : 'Still picture. For the interactive one, restart the kernel and run all cells.';
          words.style.cssText = 'font-size:13px;opacity:.7;margin:2px 16px';
          place.append(words);
        }, 10000);
        const plotly = await bundle(name).ready;
        clearTimeout(note);
        const live = document.createElement('div');
        live.style.cssText = 'position:absolute;inset:0';
        place.append(live);
        try {
          await plotly.newPlot(live, figure.data, figure.layout, figure.config);
          if (figure.frames) await plotly.addFrames(live, figure.frames);
          live.style.position = 'static';
          live.style.height = figure.layout.height + 'px';
          place.replaceChildren(live);
          if (live.clientWidth) plotly.Plots.resize(live);
          place.dataset.drawn = 'live';
        } catch (error) {
          live.remove();
          console.error(error);
        }
      }
    },
  };
})();`;

export interface LiveFigure {
  readonly data: readonly { readonly type: string }[];
  readonly layout: Layout;
  readonly frames?: readonly Frame[];
  readonly config: Readonly<Record<string, unknown>>;
}

/** What plotly needs to draw: everything flat is in its small bundle. */
export function bundleFor(data: readonly { readonly type: string }[]): PlotlyBundle {
  const flat = [
    'scatter',
    'bar',
    'heatmap',
    'contour',
    'histogram',
    'histogram2d',
    'histogram2dcontour',
    'image',
    'box',
    'violin',
    'pie',
  ];
  return data.every(({ type }) => flat.includes(type)) ? 'cartesian' : 'full';
}

/**
 * A piece of HTML that shows the figure with no network.
 * @param still the picture that stands in, as base64 of a PNG
 * @param code plotly itself, packed, if this piece is to bring it
 */
export function figureHtml(
  figure: LiveFigure,
  {
    title,
    size,
    still,
    bundle,
    code,
  }: { title: string; size: Size; still: string | undefined; bundle: PlotlyBundle; code: string | undefined },
): string {
  const json = scriptJson(figure);
  const id = hash(json);
  const picture = still
    ? `<img src="data:image/png;base64,${still}" alt="${escapeHtml(title)}" width="${size.width}" style="display:block;max-width:100%;height:auto;margin:0">`
    : `<p>${escapeHtml(title)}</p>`;
  const provide = code ? `genlabFigures.provide(${scriptJson(bundle)}, "${code}");\n` : '';
  return (
    `<div data-genlab="${id}" style="position:relative;width:100%;max-width:${size.width}px;background:#fff;margin:8px 0">${picture}</div>\n` +
    `<script>${pageScript}\n${provide}genlabFigures.draw("${id}", ${scriptJson(bundle)}, ${json});</script>`
  );
}

/** Plotly for the figures to come, and nothing to see. */
export function codeHtml(bundle: PlotlyBundle, code: string): string {
  return `<script>${pageScript}\ngenlabFigures.provide(${scriptJson(bundle)}, "${code}");</script>`;
}

/** JSON that cannot end the script it stands in. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

/** A name for a figure, the same each time it is made: two words of FNV-1a. */
function hash(text: string): string {
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
