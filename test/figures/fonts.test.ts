import { readFileSync, statSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';
import { describe, expect, it } from 'vitest';
import { fontsFor } from '../../lib/figures/platform/node-fonts';
import { fontWithOnly } from '../../lib/figures/platform/node-subset';
import { textSvg } from '../../lib/figures/svg/text';

const svgOf = (words: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="60" font-family="DejaVu Sans">${textSvg(words, { x: 5, y: 40, size: 24 })}</svg>`;

const noto = '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc';
let source: Buffer | undefined;
try {
  source = readFileSync(noto);
} catch {
  console.warn(`Cutting down a Chinese font is not tried: there is no ${noto}.`);
}

function pixels(words: string, fontFiles: string[]): Uint8Array {
  return new Resvg(svgOf(words), {
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' },
  }).render().pixels;
}

it('Latin words need no font of this machine', () => {
  expect(fontsFor(svgOf('Loss β √x ‖z‖')).every((file) => file.includes('dejavu-fonts-ttf'))).toBe(true);
});

it('a file that is no font is used as it is', () => {
  expect(fontWithOnly(Buffer.alloc(64), ['字'])).toBeUndefined();
});

describe.skipIf(!source)('a Chinese font', () => {
  it('is cut down to the letters in use, which look as before', () => {
    const files = fontsFor(svgOf('变分自编码器：损失，第一步'));
    const [own] = files.slice(-1);
    expect(statSync(own).size).toBeLessThan(3_000_000);
    const latin = files.slice(0, -1);
    expect(pixels('变分自编码器：损失', files)).toEqual(pixels('变分自编码器：损失', [...latin, noto]));
    expect(pixels('变', files)).not.toEqual(pixels('分', files));
  });

  it('grows with the letters that come later', () => {
    const files = fontsFor(svgOf('梯度下降'));
    const latin = files.slice(0, -1);
    expect(pixels('梯度下降变分', fontsFor(svgOf('变分')))).toEqual(pixels('梯度下降变分', [...latin, noto]));
  });
});
