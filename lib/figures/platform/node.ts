import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { encodePng } from './node-png';
import type { FigurePlatform, PlotlyBundle } from './types';

const bundleFiles: Readonly<Record<PlotlyBundle, string>> = {
  cartesian: 'plotly.js-cartesian-dist-min/plotly-cartesian.min.js',
  full: 'plotly.js-dist/plotly.js',
};

const packed = new Map<PlotlyBundle, string>();
let latin: string[] | undefined;
let chinese: string[] | undefined;

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
    // Fonts are loaded anew for each picture, so only those that this one needs: it is the slowest part.
    latin ??= ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf', 'DejaVuSans-Oblique.ttf'].map((file) =>
      require.resolve(`dejavu-fonts-ttf/ttf/${file}`),
    );
    const needed = /[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFFEF]/.test(svg) ? (chinese ??= chineseFonts()) : [];
    const picture = new Resvg(svg, {
      fitTo: { mode: 'zoom', value: scale },
      font: { loadSystemFonts: false, fontFiles: [...latin, ...needed], defaultFontFamily: 'DejaVu Sans' },
    });
    const { pixels, width, height } = picture.render();
    return encodePng(pixels, width, height, colors);
  },
};

/** Fonts with Chinese letters, best first, as Linux, macOS and Windows name their files: regular, then bold. */
const chineseFiles = [
  ['NotoSansCJK-Regular.ttc', 'NotoSansCJK-Bold.ttc'],
  ['NotoSansCJKsc-Regular.otf', 'NotoSansCJKsc-Bold.otf'],
  ['NotoSansSC-Regular.otf', 'NotoSansSC-Bold.otf'],
  ['NotoSansSC-Regular.ttf', 'NotoSansSC-Bold.ttf'],
  ['SourceHanSansSC-Regular.otf', 'SourceHanSansSC-Bold.otf'],
  ['SourceHanSansCN-Regular.otf', 'SourceHanSansCN-Bold.otf'],
  ['PingFang.ttc'],
  ['Hiragino Sans GB.ttc'],
  ['msyh.ttc', 'msyhbd.ttc'],
  ['wqy-microhei.ttc'],
  ['wqy-zenhei.ttc'],
  ['DroidSansFallbackFull.ttf'],
  ['simhei.ttf'],
];

/** Without one, still pictures show boxes for Chinese letters; the live figure beside them does not. */
function chineseFonts(): string[] {
  const folders = [
    '/usr/share/fonts',
    '/usr/local/share/fonts',
    path.join(homedir(), '.local/share/fonts'),
    '/System/Library/Fonts',
    '/Library/Fonts',
    path.join(process.env.WINDIR ?? 'C:\\Windows', 'Fonts'),
  ];
  const found = new Map(folders.filter((folder) => existsSync(folder)).flatMap(filesBelow));
  const set = chineseFiles.find(([regular]) => found.has(regular)) ?? [];
  return set.flatMap((name) => found.get(name) ?? []);
}

function filesBelow(folder: string): [name: string, file: string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => [
    path.basename(file),
    path.join(folder, file),
  ]);
}
