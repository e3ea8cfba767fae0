import { fontSize, gridLine, ink, softInk } from '../style';
import type { Panel } from './index';
import type { Tick } from './scale';
import { round, textSvg, textWidth } from './text';

/** Grid lines, and the lines through zero. */
export function gridSvg({ box, x, y, axes }: Panel): string {
  const vertical = (at: number, color: string) =>
    `<path d="M${round(at)} ${round(box.top)}V${round(box.bottom)}" stroke="${color}"/>`;
  const horizontal = (at: number, color: string) =>
    `<path d="M${round(box.left)} ${round(at)}H${round(box.right)}" stroke="${color}"/>`;
  const parts: string[] = [];
  if (axes.x.visible !== false && axes.x.showgrid !== false)
    parts.push(...x.ticks.map(({ at }) => vertical(at, gridLine)));
  if (axes.y.visible !== false && axes.y.showgrid !== false)
    parts.push(...y.ticks.map(({ at }) => horizontal(at, gridLine)));
  return parts.join('');
}

/** Axis lines, tick labels and titles. */
export function frameSvg({ box, x, y, axes }: Panel): string {
  const parts: string[] = [];
  const small = { size: fontSize.tick, color: softInk };
  if (axes.x.visible !== false) {
    parts.push(`<path d="M${round(box.left)} ${round(box.bottom)}H${round(box.right)}" stroke="${softInk}"/>`);
    const shown = axes.x.showticklabels !== false ? x.ticks : [];
    const slanted = crowded(shown);
    for (const { at, text } of shown) {
      parts.push(
        slanted
          ? textSvg(text, { x: at + 4, y: box.bottom + 16, anchor: 'end', rotate: -30, ...small })
          : textSvg(text, { x: at, y: box.bottom + 20, anchor: 'middle', ...small }),
      );
    }
    const widest = Math.max(0, ...shown.map(({ text }) => textWidth(text, fontSize.tick)));
    const place = { x: (box.left + box.right) / 2, y: box.bottom + (slanted ? 44 + widest / 2 : 48) };
    parts.push(textSvg(axes.x.title?.text ?? '', { ...place, size: fontSize.axis, anchor: 'middle', color: ink }));
  }
  if (axes.y.visible !== false) {
    parts.push(`<path d="M${round(box.left)} ${round(box.top)}V${round(box.bottom)}" stroke="${softInk}"/>`);
    const shown = axes.y.showticklabels !== false ? y.ticks : [];
    for (const { at, text } of shown)
      parts.push(textSvg(text, { x: box.left - 8, y: at + 5, anchor: 'end', ...small }));
    const room = Math.max(0, ...shown.map(({ text }) => textWidth(text, fontSize.tick)));
    const place = { x: box.left - room - 22, y: (box.top + box.bottom) / 2 };
    parts.push(
      textSvg(axes.y.title?.text ?? '', { ...place, size: fontSize.axis, anchor: 'middle', rotate: -90, color: ink }),
    );
  }
  return parts.join('');
}

/** Labels that would touch are written aslant, as plotly does. */
function crowded(ticks: readonly Tick[]): boolean {
  return ticks.some(({ at, text }, i) => {
    const next = ticks[i + 1];
    if (!next) return false;
    const needed = (textWidth(text, fontSize.tick) + textWidth(next.text, fontSize.tick)) / 2 + 6;
    return Math.abs(next.at - at) < needed;
  });
}
