/** Figures that every notebook front end can show: picture grids, charts, animations, tables. */
export type { Figure, MimeBundle } from './figure';
export { show } from './show';
export { colors } from './style';
export { imageGrid, imageRows, imageStrip, latentWalk, type GridOptions, type WalkOptions } from './images';
export type { Images, PixelTensor } from './pixels';
export { curves, rateDistortion, type CurvesOptions, type Mark, type Series } from './curves';
export type { Chart } from './chart';
