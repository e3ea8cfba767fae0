import { language } from '../language';
import { platform } from '#figures-platform';
import { base64, escapeHtml, figure, type Figure } from './figure';
import { fontSize, gridLine, ink, paper, softInk } from './style';
import { textSvg, textWidth } from './svg/text';

/** A picture that is there already. */
export interface Piece {
  /** Where it comes from, in a few words. */
  readonly label: string;
  /** PNG, as base64. */
  readonly png: string;
}

export interface CollageOptions {
  readonly title?: string;
  readonly columns?: number;
  /** Screen pixels of the widest and the highest that a picture gets; it keeps its proportions and is never enlarged. */
  readonly width?: number;
  readonly height?: number;
}

const gap = 14;
const labelHeight = 24;

/**
 * Finished pictures of any size on one sheet, each under its label, in reading order.
 * @throws TypeError where there is none, or one is no PNG
 */
export function collage(pieces: readonly Piece[], options: CollageOptions = {}): Figure {
  const { title = '', columns = 4, width = 480, height = 480 } = options;
  if (pieces.length === 0) throw new TypeError('collage: there are no pictures');
  const sized = pieces.map((piece) => {
    const own = sizeOf(piece);
    const scale = Math.min(1, width / own.width, height / own.height);
    return { ...piece, ...own, scale };
  });
  const parts: string[] = [textSvg(title, { x: gap, y: gap + fontSize.title, size: fontSize.title, color: ink })];
  let top = title ? gap + 2 * fontSize.title : gap;
  for (let from = 0; from < sized.length; from += columns) {
    const row = sized.slice(from, from + columns);
    row.forEach(({ label, scale, ...own }, i) => {
      const [x, y, w, h] = [gap + i * (width + gap), top + labelHeight, own.width * scale, own.height * scale];
      const png = halved(own, scale);
      parts.push(
        textSvg(escapeHtml(fitted(label, width)), { x, y: y - 7, size: fontSize.tick, color: softInk }),
        `<image x="${x}" y="${y}" width="${w}" height="${h}" href="data:image/png;base64,${png}"/>`,
        `<rect x="${x - 1}" y="${y - 1}" width="${w + 2}" height="${h + 2}" fill="none" stroke="${gridLine}"/>`,
      );
    });
    top += labelHeight + Math.max(...row.map((piece) => piece.height * piece.scale)) + gap;
  }
  const sheet = { width: gap + Math.min(columns, sized.length) * (width + gap), height: Math.ceil(top) };
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${sheet.width}" height="${sheet.height}" font-family="DejaVu Sans">` +
    `<rect width="100%" height="100%" fill="${paper}"/>${parts.join('')}</svg>`;
  const count = language() === 'zh' ? `${pieces.length} 张图` : `${pieces.length} pictures`;
  const text = `[${title ? `${title}: ` : ''}${count}]`;
  return figure({ title, text }, () => {
    const still = platform.png(svg, 1, 'many');
    return still ? { 'image/png': base64(still) } : {};
  });
}

/**
 * The picture halved until what is left to shrink is less than a half: the renderer looks at few of a picture's pixels for
 * each of the sheet's, and would drop the strokes of letters.
 */
function halved(
  { png, width, height }: { readonly png: string; readonly width: number; readonly height: number },
  scale: number,
): string {
  if (scale > 0.5) return png;
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}">` +
    `<image width="${w}" height="${h}" preserveAspectRatio="none" href="data:image/png;base64,${png}"/></svg>`;
  const half = platform.png(svg, 1, 'many');
  return half ? halved({ png: base64(half), width: w, height: h }, scale * 2) : png;
}

/** As much of a label as stands above its picture. */
function fitted(label: string, width: number): string {
  let text = label;
  while (textWidth(text, fontSize.tick) > width && text.length > 1) text = `${text.slice(0, -2)}…`;
  return text;
}

/** A PNG opens with eight bytes of signature, then its first chunk: length, "IHDR", width and height. */
function sizeOf({ png, label }: Piece): { readonly width: number; readonly height: number } {
  const head = Array.from(atob(png.slice(0, 32)), (letter) => letter.charCodeAt(0));
  const number = (at: number): number => head.slice(at, at + 4).reduce((value, byte) => value * 256 + byte, 0);
  if (head.length < 24 || number(0) !== 0x89504e47) throw new TypeError(`collage: the picture "${label}" is no PNG`);
  return { width: number(16), height: number(20) };
}
