import { existsSync, readFileSync, statSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';
import { describe, expect, it } from 'vitest';
import { withFonts } from '../../lib/figures/platform/node-fonts';
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
  const files = withFonts(svgOf('Loss β √x ‖z‖'), (all) => all);
  expect(files.every((file) => file.includes('dejavu-fonts-ttf'))).toBe(true);
});

it('a file that is no font is used as it is', () => {
  expect(fontWithOnly(Buffer.alloc(64), ['字'])).toBeUndefined();
});

describe.skipIf(!source)('a Chinese font', () => {
  /** The words drawn with the font cut down, and with the whole of it. */
  const both = (words: string) =>
    withFonts(svgOf(words), (files) => [pixels(words, files), pixels(words, [...files.slice(0, -1), noto])]);

  it('is cut down to the letters in use, which look as before', () => {
    const [own, whole] = both('变分自编码器：损失');
    expect(own).toEqual(whole);
    expect(both('变')[0]).not.toEqual(both('分')[0]);
  });

  it('grows with the letters that come later, and stays small', () => {
    const [own, whole] = both('梯度下降变分');
    expect(own).toEqual(whole);
    const size = withFonts(svgOf('第一步'), (files) => statSync(files[files.length - 1]).size);
    expect(size).toBeLessThan(3_000_000);
  });

  it('stands beside Latin letters that would join', () => {
    const ink = (words: string) =>
      withFonts(svgOf(words), (files) => pixels(words, files)).reduce((sum, byte) => sum + byte, 0);
    for (const word of ['Hopfield', 'Affluent']) expect(ink(`${word} 网络`)).toBeGreaterThan(1.2 * ink('网络'));
  });

  it('leaves no file behind', () => {
    const file = withFonts(svgOf('损失'), (files) => files[files.length - 1]);
    expect(existsSync(file)).toBe(false);
  });
});
