import { chineseFamily, ink } from '../style';

export interface TextStyle {
  readonly x: number;
  /** Of the first line's baseline. */
  readonly y: number;
  readonly size: number;
  readonly color?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Degrees, clockwise. */
  readonly rotate?: number;
  readonly weight?: 'normal' | 'bold';
}

/** Letters that the Latin font lacks: Chinese, its punctuation, full-width forms. */
const chinese = /[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFFEF]+/g;

/** SVG for a line of text, or several with `<br>` between them. Knows `<b>`, `<i>`, `<sub>` and `<sup>`, as plotly does. */
export function textSvg(markup: string, style: TextStyle): string {
  if (!markup) return '';
  const { x, y, size, color = ink, anchor = 'start', rotate = 0, weight = 'normal' } = style;
  const turn = rotate ? ` transform="rotate(${rotate} ${round(x)} ${round(y)})"` : '';
  const lines = markup.split(/<br ?\/?>/).map((line, i) => {
    const place = `x="${round(x)}" y="${round(y + i * size * 1.25)}"`;
    return `<tspan ${place}>${spans(line, size)}</tspan>`;
  });
  const bold = weight === 'bold' ? ' font-weight="bold"' : '';
  return `<text font-size="${size}" fill="${color}" text-anchor="${anchor}"${bold}${turn}>${lines.join('')}</text>`;
}

/** About how wide a text will be. Exact enough to leave room for it. */
export function textWidth(markup: string, size: number): number {
  const lines = markup.split(/<br ?\/?>/).map((line) => {
    let width = 0;
    for (const letter of line.replace(/<[^>]*>/g, '')) {
      width +=
        letter >= '\u2E80'
          ? 1
          : /[A-ZMWmw@%–—]/.test(letter)
            ? 0.78
            : /[iljtf.,:;'|!()[\] ]/.test(letter)
              ? 0.37
              : 0.62;
    }
    return width * size;
  });
  return Math.max(...lines);
}

const open: Readonly<Record<string, (size: number) => string>> = {
  b: () => '<tspan font-weight="bold">',
  i: () => '<tspan font-style="italic">',
  sub: (size) => `<tspan font-size="${round(size * 0.72)}" baseline-shift="${round(-size * 0.22)}">`,
  sup: (size) => `<tspan font-size="${round(size * 0.72)}" baseline-shift="${round(size * 0.38)}">`,
};

/** Tags that do not match are let go: a half-written title must not cost the whole picture. */
function spans(line: string, size: number): string {
  const opened: string[] = [];
  const mixed = line.search(chinese) >= 0;
  const parts = line.split(/(<\/?(?:b|i|sub|sup)>)/).map((piece) => {
    const tag = /^<(\/?)(b|i|sub|sup)>$/.exec(piece);
    if (!tag) {
      return (mixed ? unligated(escapeXml(piece)) : escapeXml(piece)).replace(
        chinese,
        (letters) => `<tspan font-family="${chineseFamily}">${letters}</tspan>`,
      );
    }
    if (!tag[1]) {
      opened.push(tag[2]);
      return open[tag[2]](size);
    }
    if (opened[opened.length - 1] !== tag[2]) return '';
    opened.pop();
    return '</tspan>';
  });
  return parts.join('') + '</tspan>'.repeat(opened.length);
}

/**
 * Keeps f and i from becoming one letter, by a hair space. The renderer drops a line in which one of its fonts joins them
 * and the other does not ("Hopfield 网络").
 */
function unligated(text: string): string {
  return text.replace(/f(?=[fil])/g, 'f\u200A');
}

/** Entities that a caller wrote (`&lt;`) stay what they are. */
function escapeXml(text: string): string {
  return text
    .replace(/&(?!(?:lt|gt|amp|quot|#\d+);)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

/** A coordinate with as many digits as can be seen, and no farther out than the renderer can reckon with. */
export function round(value: number): number {
  return Math.round(Math.min(1e5, Math.max(-1e5, value)) * 100) / 100;
}
