import { encode } from 'fast-png';
import { notANumber } from './style';

/** A tensor, as far as a figure needs one: a shape and numbers that can be read. */
export interface PixelTensor {
  readonly shape: number[];
  dataSync(): ArrayLike<number>;
}

/** A picture as bytes: rows of pixels of one (grey) or three (red, green, blue) channels. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** A batch [B, H, W, C], or a list of pictures: [H, W, C], [H, W] or a batch of one. C is 1 (grey) or 3 (colours). */
export type Images = PixelTensor | readonly PixelTensor[];

/**
 * Reads pictures. All must have one size.
 * @param caller and `argument`: what the messages name
 * @param range the values that mean black and white
 */
export function toPictures(
  images: Images,
  caller: string,
  argument: string,
  range: readonly [number, number] = [0, 1],
): Picture[] {
  const list = 'shape' in images ? [images] : images;
  const pictures = list.flatMap((tensor) => splitBatch(tensor, caller, argument, range));
  if (pictures.length === 0) throw new TypeError(`${caller}: ${argument} is empty, there is nothing to show`);
  const [first] = pictures;
  const odd = pictures.find(({ height, width }) => height !== first.height || width !== first.width);
  if (odd) {
    const sizes = `${first.height}×${first.width} and ${odd.height}×${odd.width}`;
    throw new TypeError(`${caller}: the pictures in ${argument} must have one size, got ${sizes}`);
  }
  return pictures;
}

function splitBatch(tensor: PixelTensor, caller: string, argument: string, range: readonly [number, number]) {
  const [count, height, width, channels] = batchShape(tensor.shape, caller, argument);
  const values = tensor.dataSync();
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => picture(values, i * size, { height, width, channels }, range));
}

/** Any shape that a picture comes in as [B, H, W, C]. */
function batchShape(shape: readonly number[], caller: string, argument: string): [number, number, number, 1 | 3] {
  const [count, height, width, channels] =
    shape.length === 4 ? shape : shape.length === 3 ? [1, ...shape] : shape.length === 2 ? [1, ...shape, 1] : [];
  if (count !== undefined && (channels === 1 || channels === 3)) return [count, height, width, channels];
  const hint = shape.length === 3 ? ' A batch of grey pictures [B,H,W] needs a last axis: .expandDims(-1).' : '';
  throw new TypeError(
    `${caller}: ${argument} must be pictures [B,H,W,C] with C = 1 (grey) or 3 (colours), got the shape [${shape}].${hint}`,
  );
}

function picture(
  values: ArrayLike<number>,
  start: number,
  { height, width, channels }: { height: number; width: number; channels: 1 | 3 },
  [low, high]: readonly [number, number],
): Picture {
  const size = height * width * channels;
  const data = new Uint8Array(size);
  const broken: number[] = [];
  for (let i = 0; i < size; i++) {
    const value = (values[start + i] - low) / (high - low);
    if (Number.isNaN(value)) broken.push(i);
    data[i] = Math.round(255 * Math.min(1, Math.max(0, value)));
  }
  const whole: Picture = { height, width, channels, data };
  if (broken.length === 0) return whole;
  // NaN is a fault that must not look like black.
  const loud = toRgb(whole);
  for (const i of broken) loud.data.set(notANumber, Math.floor(i / channels) * 3);
  return loud;
}

export function toRgb(picture: Picture): Picture {
  if (picture.channels === 3) return picture;
  const data = new Uint8Array(picture.data.length * 3);
  picture.data.forEach((byte, i) => data.fill(byte, 3 * i, 3 * i + 3));
  return { ...picture, channels: 3, data };
}

/** Pictures side by side in rows, `gap` white pixels between them, each pixel `scale` pixels wide and high. */
export function montage(pictures: readonly Picture[], columns: number, gap: number, scale: number): Picture {
  const channels = pictures.some((one) => one.channels === 3) ? 3 : 1;
  const { height, width } = pictures[0];
  const rows = Math.ceil(pictures.length / columns);
  const total = {
    height: rows * height * scale + (rows - 1) * gap,
    width: columns * width * scale + (columns - 1) * gap,
  };
  const data = new Uint8Array(total.height * total.width * channels).fill(255);
  pictures.forEach((one, index) => {
    const source = channels === 3 ? toRgb(one) : one;
    const top = Math.floor(index / columns) * (height * scale + gap);
    const left = (index % columns) * (width * scale + gap);
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
        const to = ((top + y) * total.width + left + x) * channels;
        for (let c = 0; c < channels; c++) data[to + c] = source.data[from + c];
      }
    }
  });
  return { ...total, channels, data };
}

export function png({ width, height, channels, data }: Picture): Uint8Array {
  return encode({ width, height, channels, data, depth: 8 }, { zlib: { level: 9 } });
}
