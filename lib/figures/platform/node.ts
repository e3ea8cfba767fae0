import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { withFonts } from './node-fonts';
import { encodePng } from './node-png';
import type { FigurePlatform, PlotlyBundle } from './types';

const bundleFiles: Readonly<Record<PlotlyBundle, string>> = {
  cartesian: 'plotly.js-cartesian-dist-min/plotly-cartesian.min.js',
  full: 'plotly.js-dist/plotly.js',
};

const packed = new Map<PlotlyBundle, string>();

export const platform: FigurePlatform = {
  plotly(bundle) {
    let code = packed.get(bundle);
    if (code === undefined) {
      code = gzipSync(readFileSync(require.resolve(bundleFiles[bundle])), { level: 9 }).toString('base64');
      packed.set(bundle, code);
    }
    return code;
  },
  png(svg, scale, colors) {
    const { pixels, width, height } = withFonts(svg, (fontFiles) =>
      new Resvg(svg, {
        fitTo: { mode: 'zoom', value: scale },
        font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' },
      }).render(),
    );
    return encodePng(pixels, width, height, colors);
  },
};
