import type { HeatmapTrace, Layout, Trace } from '../spec';
import { fontSize, ink, softInk } from '../style';
import type { Box } from './index';
import { colorAt, dashSvg, symbolSvg } from './marks';
import { makeScale } from './scale';
import { round, textSvg, textWidth } from './text';

/** Right of the panels, one line for each name; traces of one group share a line. */
export function legendSvg(data: readonly Trace[], layout: Layout, area: Box): string {
  const seen = new Set<string>();
  const entries = data.filter((trace) => {
    const wanted = trace.name !== undefined && trace.showlegend !== false && trace.type !== 'heatmap';
    const group = trace.legendgroup ?? trace.name ?? '';
    if (!wanted || (trace.legendgroup && seen.has(group))) return false;
    seen.add(group);
    return true;
  });
  if (layout.showlegend === false || (layout.showlegend === undefined && entries.length < 2)) return '';
  const step = fontSize.legend * 1.55;
  return entries
    .map((trace, i) => {
      const [left, y] = [area.right + 18, area.top + 10 + i * step];
      const name = textSvg(trace.name ?? '', { x: left + 36, y: y + 5, size: fontSize.legend, color: ink });
      return keySvg(trace, left, y) + name;
    })
    .join('');
}

function keySvg(trace: Trace, left: number, y: number): string {
  if (trace.type === 'bar') {
    const opacity = trace.opacity === undefined ? '' : ` fill-opacity="${trace.opacity}"`;
    return `<rect x="${round(left + 6)}" y="${round(y - 7)}" width="18" height="14" fill="${trace.marker?.color ?? ink}"${opacity}/>`;
  }
  if (trace.type !== 'scatter') return '';
  const color = trace.line?.color ?? trace.marker?.color ?? ink;
  const parts: string[] = [];
  if (trace.fill)
    parts.push(`<rect x="${round(left)}" y="${round(y)}" width="30" height="7" fill="${trace.fillcolor ?? color}"/>`);
  if (trace.mode.includes('lines') && trace.line?.width !== 0) {
    const width = trace.line?.width ?? 2;
    const line = `stroke="${color}" stroke-width="${width}"${dashSvg(trace.line?.dash, width)}`;
    parts.push(`<path d="M${round(left)} ${round(y)}h30" ${line}/>`);
  }
  if (trace.mode.includes('markers')) {
    const radius = Math.max(4.5, (trace.marker?.size ?? 6) / 2);
    const mark = symbolSvg(trace.marker?.symbol ?? 'circle', left + 15, y, radius);
    parts.push(`<g fill="${trace.marker?.color ?? color}">${mark}</g>`);
  }
  return parts.join('');
}

/** The scale of a heat map's colours, right of everything. */
export function colorbarSvg(trace: HeatmapTrace, area: Box): string {
  if (trace.showscale === false) return '';
  const width = trace.colorbar?.thickness ?? 18;
  const left = area.left + (trace.colorbar?.x ?? 1.02) * (area.right - area.left);
  const length = (trace.colorbar?.len ?? 1) * (area.bottom - area.top);
  const top = area.bottom - (trace.colorbar?.y ?? 0.5) * (area.bottom - area.top) - length / 2;
  const scale = makeScale({ range: [trace.zmin, trace.zmax] }, [], [top + length, top], 42);
  const strips = 64;
  const height = length / strips;
  const parts = Array.from({ length: strips }, (_, i) => {
    const y = top + length - (i + 1) * height;
    return `<rect x="${round(left)}" y="${round(y)}" width="${width}" height="${round(height + 0.5)}" fill="${colorAt(trace.colorscale, (i + 0.5) / strips)}"/>`;
  });
  for (const { at, text } of scale.ticks) {
    parts.push(textSvg(text, { x: left + width + 6, y: at + 5, size: fontSize.tick, color: softInk }));
  }
  const title = trace.colorbar?.title?.text ?? '';
  const widest = Math.max(0, ...scale.ticks.map((tick) => textWidth(tick.text, fontSize.tick)));
  const place = { x: left + width + widest + 16, y: top + length / 2 };
  return parts.join('') + textSvg(title, { ...place, size: fontSize.axis, anchor: 'middle', rotate: 90 });
}
