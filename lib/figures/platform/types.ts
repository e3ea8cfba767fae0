/** `cartesian` draws everything flat; `full` has 3-D and maps too, and is three times as large. */
export type PlotlyBundle = 'cartesian' | 'full';

/** What this room needs from where it runs. */
export interface FigurePlatform {
  /** Plotly's code as base64 of gzip, to be put into a notebook; undefined where the page has a plotly of its own. */
  plotly(bundle: PlotlyBundle): string | undefined;
  /**
   * A picture of an SVG, `scale` pixels for each of its units; undefined where there is nothing to make it with.
   * @param colors `few` gets along with 256: a third of the size, right for all but photographs
   */
  png(svg: string, scale: number, colors: 'few' | 'many'): Uint8Array | undefined;
}
