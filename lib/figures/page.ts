import { platform } from '#figures-platform';
import type { Chart } from './chart';
import { figureHtml, type LiveFigure } from './embed';
import { plainText } from './figure';
import type { PlotlyBundle } from './platform/types';

/**
 * Charts as pieces of HTML for one page outside any notebook. It needs no network: the first piece of each kind brings
 * plotly, and a still picture stands in each until plotly draws it, or where scripts do not run.
 */
export function pageFigures(charts: readonly Chart[]): string[] {
  const brought = new Set<PlotlyBundle>();
  return charts.map((chart) => {
    const { size, needs: bundle } = chart;
    const { 'application/vnd.plotly.v1+json': live, 'image/png': still } = chart.bundle();
    const code = brought.has(bundle) ? undefined : platform.plotly(bundle);
    brought.add(bundle);
    const title = plainText(chart.title);
    return figureHtml(live as LiveFigure, {
      title,
      size,
      still: typeof still === 'string' ? still : undefined,
      bundle,
      code,
    });
  });
}
