import { decode, type DecodedPng } from 'fast-png';
import type { Figure } from '../../lib/figures';

/** A picture out of a figure's MIME bundle. */
export function pngOf(figure: Figure): DecodedPng {
  const bundle = figure.bundle();
  return decode(Buffer.from(String(bundle['image/png']), 'base64'));
}

/** The colour of a pixel as `#RRGGBB`. */
export function pixel(png: DecodedPng, x: number, y: number): string {
  const at = y * png.width + x;
  const color = png.palette
    ? png.palette[png.data[at]]
    : [0, 1, 2].map((c) => png.data[at * png.channels + (png.channels < 3 ? 0 : c)]);
  return `#${color
    .slice(0, 3)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')}`.toUpperCase();
}

/** The part of all pixels that are not paper. */
export function inkShare(png: DecodedPng): number {
  let count = 0;
  for (let y = 0; y < png.height; y += 2)
    for (let x = 0; x < png.width; x += 2) if (pixel(png, x, y) !== '#FFFFFF') count += 1;
  return (4 * count) / (png.width * png.height);
}
