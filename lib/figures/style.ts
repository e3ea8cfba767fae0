/** One look for every figure: readable from the back of a lecture room, in two languages, by colour-blind eyes. */

/** Okabe and Ito's colours without black and yellow, darkest contrast first, then four more that keep apart from them. */
export const colors = [
  '#0072B2', // blue
  '#D55E00', // vermillion
  '#009E73', // green
  '#E69F00', // orange
  '#CC79A7', // purple
  '#56B4E9', // sky
  '#000000', // black
  '#8C8C8C', // grey
  '#7B4B2A', // brown
  '#B5A900', // dark yellow
] as const;

export const ink = '#1F2328';
export const softInk = '#57606A';
export const gridLine = '#E3E6EA';
export const paper = '#FFFFFF';
/** A pixel or a cell that is not a number. */
export const notANumber = [213, 94, 0] as const;

/** Dashes tell lines apart where colour cannot. */
export const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'] as const;
export const symbols = ['circle', 'square', 'diamond', 'triangle-up', 'cross', 'x', 'star', 'triangle-down'] as const;

export const fontSize = { title: 20, axis: 16, tick: 14, legend: 15 } as const;
export const fontFamily =
  "'Noto Sans', 'DejaVu Sans', system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
/** For letters that the first families lack. */
export const chineseFamily =
  "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei'";

/** Low to high, even in lightness, told apart by every eye (viridis, Smith and van der Walt, 2015). */
export const sequential: readonly (readonly [number, string])[] = [
  [0, '#440154'],
  [0.125, '#472D7B'],
  [0.25, '#3B528B'],
  [0.375, '#2C728E'],
  [0.5, '#21918C'],
  [0.625, '#28AE80'],
  [0.75, '#5EC962'],
  [0.875, '#ADDC30'],
  [1, '#FDE725'],
];

/** Around a middle that means "none": blue below, white, vermillion above. */
export const diverging: readonly (readonly [number, string])[] = [
  [0, '#00456B'],
  [0.25, '#5BA3CF'],
  [0.5, '#FFFFFF'],
  [0.75, '#EE9A5B'],
  [1, '#8A3D00'],
];

/** Black to white, as pictures are. */
export const grey: readonly (readonly [number, string])[] = [
  [0, '#000000'],
  [1, '#FFFFFF'],
];
