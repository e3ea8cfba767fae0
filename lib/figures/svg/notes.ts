import type { Annotation, Shape } from '../spec';
import { fontSize, ink } from '../style';
import type { Box, Panel } from './index';
import { dashSvg } from './marks';
import { round, textSvg, textWidth } from './text';

/** A place along one direction: on an axis (`x2`), on the paper (`paper`, 0 to 1), or in a panel (`x2 domain`). */
function placeAt(
  value: number,
  ref: string | undefined,
  letter: 'x' | 'y',
  panels: ReadonlyMap<string, Panel>,
  area: Box,
): number {
  const along = (box: Box) =>
    letter === 'x' ? box.left + value * (box.right - box.left) : box.bottom - value * (box.bottom - box.top);
  if (ref === 'paper') return along(area);
  const [axis, domain] = (ref ?? letter).split(' ');
  for (const [key, panel] of panels) {
    if (key.split(' ')[letter === 'x' ? 0 : 1] !== axis) continue;
    if (domain) return along(panel.box);
    // Annotations on a log axis are given in exponents, as plotly has it.
    return panel[letter].place(panel.axes[letter].type === 'log' ? 10 ** value : value);
  }
  return NaN;
}

export function shapeSvg(shape: Shape, panels: ReadonlyMap<string, Panel>, area: Box): string {
  // Shapes on a log axis are given in values, annotations in exponents.
  const log = (letter: 'x' | 'y', ref: string | undefined) =>
    [...panels].some(([key, panel]) => key.includes(ref ?? letter) && panel.axes[letter].type === 'log');
  const at = (value: number, letter: 'x' | 'y') => {
    const ref = letter === 'x' ? shape.xref : shape.yref;
    return placeAt(ref !== 'paper' && log(letter, ref) ? Math.log10(value) : value, ref, letter, panels, area);
  };
  const [x0, x1, y0, y1] = [at(shape.x0, 'x'), at(shape.x1, 'x'), at(shape.y0, 'y'), at(shape.y1, 'y')].map(round);
  const width = shape.line?.width ?? 2;
  const paint = `fill="${shape.fillcolor ?? 'none'}" stroke="${shape.line?.color ?? ink}" stroke-width="${width}"${dashSvg(shape.line?.dash, width)}`;
  if (shape.type === 'line') return `<path d="M${x0} ${y0}L${x1} ${y1}" ${paint}/>`;
  const [left, top, w, h] = [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)].map(round);
  if (shape.type === 'rect') return `<rect x="${left}" y="${top}" width="${w}" height="${h}" ${paint}/>`;
  return `<ellipse cx="${round(left + w / 2)}" cy="${round(top + h / 2)}" rx="${round(w / 2)}" ry="${round(h / 2)}" ${paint}/>`;
}

export function annotationSvg(annotation: Annotation, panels: ReadonlyMap<string, Panel>, area: Box): string {
  const head = {
    x: placeAt(annotation.x, annotation.xref, 'x', panels, area),
    y: placeAt(annotation.y, annotation.yref, 'y', panels, area) - (annotation.yshift ?? 0),
  };
  const arrow = annotation.showarrow !== false;
  const tail = !arrow
    ? head
    : {
        x: annotation.axref
          ? placeAt(annotation.ax ?? 0, annotation.axref, 'x', panels, area)
          : head.x + (annotation.ax ?? -10),
        y: annotation.ayref
          ? placeAt(annotation.ay ?? 0, annotation.ayref, 'y', panels, area)
          : head.y + (annotation.ay ?? -30),
      };
  const { size = fontSize.tick, color = ink } = annotation.font ?? {};
  const lines = annotation.text.split('<br>').length;
  const width = textWidth(annotation.text, size) + 6;
  const height = size * 1.25 * lines;
  const anchor = ({ left: 'start', right: 'end', center: 'middle' } as const)[annotation.xanchor ?? 'center'];
  const top = tail.y - { top: 0, middle: height / 2, bottom: height }[annotation.yanchor ?? 'middle'];
  const rotate = annotation.textangle ?? 0;
  const text = textSvg(annotation.text, {
    x: tail.x + (rotate ? size * 0.36 : 0),
    y: rotate ? tail.y : top + size * 0.98,
    size,
    color,
    anchor,
    rotate,
  });
  const left = tail.x - { start: 3, middle: width / 2, end: width - 3 }[anchor];
  const ground =
    annotation.bgcolor && annotation.text
      ? `<rect x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" fill="${annotation.bgcolor}"/>`
      : '';
  return (arrow ? arrowSvg(tail, head, annotation) : '') + ground + text;
}

function arrowSvg(tail: { x: number; y: number }, head: { x: number; y: number }, annotation: Annotation): string {
  const { arrowcolor = ink, arrowwidth = 2, arrowhead = 2 } = annotation;
  const [dx, dy] = [head.x - tail.x, head.y - tail.y];
  const length = Math.hypot(dx, dy);
  if (!(length > 0)) return '';
  const [ux, uy] = [dx / length, dy / length];
  const tip = arrowhead === 0 ? 0 : 3.5 * arrowwidth + 2;
  const neck = { x: head.x - ux * tip, y: head.y - uy * tip };
  const wing = tip * 0.45;
  const triangle = [
    [head.x, head.y],
    [neck.x - uy * wing, neck.y + ux * wing],
    [neck.x + uy * wing, neck.y - ux * wing],
  ];
  const shaft = `<path d="M${round(tail.x)} ${round(tail.y)}L${round(neck.x)} ${round(neck.y)}" stroke="${arrowcolor}" stroke-width="${arrowwidth}"/>`;
  if (tip === 0) return shaft;
  return `${shaft}<path d="M${triangle.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}Z" fill="${arrowcolor}"/>`;
}
