import { platform } from '#figures-platform';
import { language } from '../language';
import { base64, escapeHtml, figure, plainText, type Figure } from './figure';
import { type Images, montage, type Picture, png, toPictures } from './pixels';
import { fontFamily, fontSize, ink, paper, softInk } from './style';
import { textSvg, textWidth } from './svg/text';

export interface GridOptions {
  /** What the pictures show. */
  readonly title?: string;
  readonly columns?: number;
  /** A few words below each picture; a line break starts a new line. */
  readonly labels?: readonly string[];
  /** A few words left of each row. */
  readonly rowLabels?: readonly string[];
  /** Screen pixels for one pixel of the pictures. */
  readonly scale?: number;
  /** White pixels between the pictures. */
  readonly gap?: number;
  /** The values that mean black and white; [0, 1] unless told. Values outside are cut off, NaN is drawn in vermillion. */
  readonly range?: readonly [number, number];
}

/** Pictures in rows. */
export function imageGrid(images: Images, options: GridOptions = {}): Figure {
  return pictureFigure(toPictures(images, 'imageGrid', 'images', options.range), 'imageGrid', options);
}

/** Pictures in one row, each with its own label: steps of a process, or a thing and its copies. */
export function imageStrip(
  items: readonly { readonly image: Images; readonly label?: string }[],
  options: Omit<GridOptions, 'labels' | 'rowLabels'> = {},
): Figure {
  const pictures = toPictures(
    items.flatMap(({ image }) => image),
    'imageStrip',
    'items',
    options.range,
  );
  if (pictures.length !== items.length) {
    throw new TypeError(
      `imageStrip: each item needs one picture, got ${pictures.length} pictures in ${items.length} items`,
    );
  }
  const labels = items.some(({ label }) => label) ? items.map(({ label }) => label ?? '') : undefined;
  return pictureFigure(pictures, 'imageStrip', { columns: items.length, ...options, labels });
}

/** Rows of pictures to compare column by column: originals above, reconstructions below. */
export function imageRows(
  rows: readonly { readonly label: string; readonly images: Images }[],
  options: Omit<GridOptions, 'columns' | 'rowLabels'> = {},
): Figure {
  const pictures = rows.map(({ images, label }) =>
    toPictures(images, 'imageRows', `images of the row "${label}"`, options.range),
  );
  const columns = pictures[0]?.length ?? 0;
  const odd = pictures.findIndex((row) => row.length !== columns);
  if (odd >= 0) {
    throw new TypeError(
      `imageRows: every row needs ${columns} pictures, "${rows[odd].label}" has ${pictures[odd].length}`,
    );
  }
  return pictureFigure(pictures.flat(), 'imageRows', {
    ...options,
    columns,
    rowLabels: rows.map(({ label }) => label),
  });
}

export interface WalkOptions extends Omit<GridOptions, 'labels' | 'columns' | 'gap'> {
  readonly columns: number;
  /** What changes from left to right, and from bottom to top. */
  readonly x?: string;
  readonly y?: string;
}

/**
 * What the decoder makes of a lattice of latent points, without gaps. Pictures go from left to right and from the top row
 * down, so the first is the point with the smallest x and the largest y.
 */
export function latentWalk(images: Images, options: WalkOptions): Figure {
  const pictures = toPictures(images, 'latentWalk', 'images', options.range);
  return pictureFigure(pictures, 'latentWalk', { gap: 0, ...options });
}

/**
 * A lattice of latent points that each stand for the same share of a standard normal's draws: quantiles in both directions,
 * in the order that `latentWalk` expects. [side², 2]
 */
export function normalGrid(side: number): [number, number][] {
  const ticks = Array.from({ length: side }, (_, i) => normalQuantile((i + 0.5) / side));
  return ticks.toReversed().flatMap((y) => ticks.map((x): [number, number] => [x, y]));
}

/** By bisection of the distribution function (Abramowitz and Stegun 1964, 7.1.26): right to 1e-6, fast enough for a lattice. */
function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (normalShareBelow(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalShareBelow(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - tail * Math.exp((-x * x) / 2);
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

type Drawing = GridOptions & Pick<WalkOptions, 'x' | 'y'>;

function pictureFigure(pictures: readonly Picture[], caller: string, options: Drawing): Figure {
  const { title = '', labels, rowLabels, gap = 4 } = options;
  if (labels && labels.length !== pictures.length) {
    throw new TypeError(`${caller}: ${pictures.length} pictures need as many labels, got ${labels.length}`);
  }
  const columns = Math.min(pictures.length, options.columns ?? defaultColumns(pictures.length));
  if (!Number.isInteger(columns) || columns < 1) throw new TypeError(`${caller}: columns must be at least 1`);
  const rows = Math.ceil(pictures.length / columns);
  if (rowLabels && rowLabels.length !== rows) {
    throw new TypeError(`${caller}: ${rows} rows need as many rowLabels, got ${rowLabels.length}`);
  }
  const { height, width } = pictures[0];
  // As large as fits a notebook's column, and no picture larger than needed to see every pixel.
  const fitting = Math.floor(Math.min(880 / columns, 128) / Math.max(width, height));
  const scale = options.scale ?? Math.max(1, fitting);
  const layout = {
    ...options,
    title,
    columns,
    rows,
    gap,
    scale,
    cell: { width: width * scale, height: height * scale },
  };
  const count =
    language() === 'zh'
      ? `${pictures.length} 张 ${width}×${height} 的图，每行 ${columns} 张`
      : `${pictures.length} pictures of ${width}×${height}, ${columns} in a row`;
  const text = title ? `[${plainText(title)}: ${count}]` : `[${count}]`;
  return figure({ title, text }, () => ({
    'text/html': html(pictures, layout),
    'image/png': base64(still(pictures, layout)),
  }));
}

interface Layout extends Drawing {
  readonly title: string;
  readonly columns: number;
  readonly rows: number;
  readonly gap: number;
  readonly scale: number;
  readonly cell: { readonly width: number; readonly height: number };
}

function defaultColumns(count: number): number {
  return count <= 12 ? count : Math.min(20, Math.ceil(Math.sqrt(count * 1.6)));
}

/** One picture a cell where there are labels, so that a reader's ears and a narrow window get on with it; else one in all. */
function html(pictures: readonly Picture[], layout: Layout): string {
  const { title, columns, rows, gap, scale, cell, labels, rowLabels, x, y } = layout;
  const image = (picture: Picture, alt: string, zoom: number) =>
    `<img src="data:image/png;base64,${base64(png(picture))}" width="${picture.width * zoom}" height="${picture.height * zoom}" ` +
    `alt="${escapeHtml(alt)}" style="image-rendering:pixelated;display:block;max-width:none;margin:0">`;
  const font = `font-family:${fontFamily.replaceAll('"', "'")};line-height:1.25`;
  const caption = title
    ? `<figcaption style="font-size:${fontSize.title}px;margin:0 0 10px">${escapeHtml(title)}</figcaption>`
    : '';
  const axis = (text: string | undefined, style: string) =>
    text ? `<div style="font-size:${fontSize.tick}px;${style}">${escapeHtml(text)}</div>` : '';
  const cellsOf = (row: number) => pictures.slice(row * columns, (row + 1) * columns);
  let body: string;
  if (labels || rowLabels) {
    const tableRows = Array.from({ length: rows }, (_, row) => {
      const head = rowLabels
        ? `<th style="border:none;background:none;font-weight:normal;text-align:right;padding:0 10px 0 0;font-size:${fontSize.tick}px;white-space:nowrap">${escapeHtml(rowLabels[row])}</th>`
        : '';
      const cells = cellsOf(row).map((picture, i) => {
        const label = labels?.[row * columns + i] ?? '';
        const words = label ? `<div style="padding:3px 0 7px">${escapeHtml(label).replaceAll('\n', '<br>')}</div>` : '';
        const alt = [rowLabels?.[row], label].filter(Boolean).join(', ');
        const style = `border:none;padding:0 ${gap}px ${gap}px 0;vertical-align:top;text-align:center;font-size:${fontSize.tick}px;width:${cell.width}px`;
        return `<td style="${style}">${image(picture, alt, scale)}${words}</td>`;
      });
      return `<tr style="background:none">${head}${cells.join('')}</tr>`;
    });
    body = `<table style="border-collapse:collapse;border:none;margin:0;table-layout:auto">${tableRows.join('')}</table>`;
  } else {
    // Gaps are whole source pixels here, because the browser enlarges the whole.
    const sheet = gap === 0 ? montage(pictures, columns, 0, 1) : montage(pictures, columns, gap, scale);
    body = image(sheet, plainText(title), gap === 0 ? scale : 1);
  }
  const upright = axis(y, 'writing-mode:vertical-rl;transform:rotate(180deg);text-align:center;margin-right:6px');
  const width = columns * cell.width;
  return (
    `<figure style="margin:8px 0;${font};overflow-x:auto">${caption}` +
    `<div style="display:flex">${upright}<div>${body}${axis(x, `text-align:center;margin-top:6px;width:${width}px`)}</div></div></figure>`
  );
}

/** Everything in one picture, words too. */
function still(pictures: readonly Picture[], layout: Layout): Uint8Array {
  const { title, columns, rows, gap, scale, cell, labels, rowLabels, x, y } = layout;
  const left = rowLabels ? 12 + Math.max(...rowLabels.map((text) => textWidth(text, fontSize.tick))) : y ? 26 : 0;
  const top = title ? 38 : 0;
  /** Where each row begins, and at last where one more would: rows are as high as their longest label. */
  const rowTops = [top];
  for (let row = 0; row < rows; row++) {
    const own = labels?.slice(row * columns, (row + 1) * columns) ?? [];
    const lines = Math.max(0, ...own.map((label) => label.split('\n').length));
    rowTops.push(rowTops[row] + cell.height + (lines > 0 ? 24 + (lines - 1) * fontSize.tick * 1.25 : 0) + gap);
  }
  const sheetWidth = columns * (cell.width + gap) - gap;
  const size = {
    width: Math.ceil(Math.max(left + sheetWidth, title ? textWidth(title, fontSize.title) : 0)) + 16,
    height: Math.ceil(rowTops[rows] - gap + (x ? 26 : 0) + 16),
  };
  const middle = { x: left + sheetWidth / 2, y: (top + rowTops[rows] - gap) / 2 };
  const small = { size: fontSize.tick, color: softInk };
  const parts = [
    ...Array.from({ length: rows }, (_, row) => {
      const sheet = montage(pictures.slice(row * columns, (row + 1) * columns), columns, gap, scale);
      const href = `data:image/png;base64,${base64(png(sheet))}`;
      return `<image x="${left}" y="${rowTops[row]}" width="${sheet.width}" height="${sheet.height}" href="${href}"/>`;
    }),
    textSvg(title, { x: 0, y: 20, size: fontSize.title, color: ink }),
    ...(labels ?? []).map((text, i) => {
      const center = left + (i % columns) * (cell.width + gap) + cell.width / 2;
      const bottom = rowTops[Math.floor(i / columns)] + cell.height + 17;
      return textSvg(text.replaceAll('\n', '<br>'), { x: center, y: bottom, anchor: 'middle', ...small });
    }),
    ...(rowLabels ?? []).map((text, row) =>
      textSvg(text, { x: left - 10, y: rowTops[row] + cell.height / 2 + 5, anchor: 'end', ...small }),
    ),
    x ? textSvg(x, { x: middle.x, y: size.height - 20, anchor: 'middle', ...small }) : '',
    y ? textSvg(y, { x: 14, y: middle.y, anchor: 'middle', rotate: -90, ...small }) : '',
  ];
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="-8 -8 ${size.width} ${size.height}" ` +
    `font-family="DejaVu Sans"><rect x="-8" y="-8" width="100%" height="100%" fill="${paper}"/>${parts.join('')}</svg>`;
  return (
    platform.png(svg, 1, pictures.some(({ channels }) => channels === 3) ? 'many' : 'few') ??
    png(montage(pictures, columns, gap, scale))
  );
}
