/** Figures that every notebook front end can show: picture grids, charts, animations, tables. */
export { animation, type AnimationFrame, type AnimationOptions } from './animation';
export { arrows, diagram, type ArrowsOptions, type DiagramNode, type DiagramOptions } from './arrows';
export { bars, histogram, type BarsOptions, type HistogramOptions } from './bars';
export type { Chart } from './chart';
export { collage, type CollageOptions, type Piece } from './collage';
export { curves, rateDistortion, type AxesOptions, type CurvesOptions, type Mark, type Series } from './curves';
export type { Figure, MimeBundle } from './figure';
export { heatmap, type HeatmapOptions } from './heatmap';
export { imageGrid, imageRows, imageStrip, latentWalk, normalGrid, type GridOptions, type WalkOptions } from './images';
export { pageFigures } from './page';
export { panels, type PanelsOptions } from './panels';
export type { Images, PixelTensor } from './pixels';
export { plotly, type AnyTrace } from './plotly';
export { scatter2d, type PointSeries, type ScatterOptions } from './points';
export { show } from './show';
export { colors } from './style';
export { table, type TableOptions } from './table';
export { wrapped } from './wrapped';
