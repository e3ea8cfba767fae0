/** Loops over images that more than one engine needs. Arrays are what an engine sees of its tensors; nothing is copied. */
import * as tf from '@tensorflow/tfjs';

type PoolAttributes = Pick<tf.MaxPoolGradAttrs, 'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'>;
type Size = tf.backend_util.Conv2DInfo;

export function poolGeometry(shape: number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): Size {
  const image = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(image, filterSize, strides, 1, pad, dimRoundingMode);
}

/**
 * Goes through the windows of a pooling.
 * @param visit gets where the window's output pixel begins, and where each of its pixels inside the image does
 */
export function eachWindow(size: Size, visit: (target: number, window: number[]) => void): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = size;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = size;
  const window: number[] = [];
  for (let b = 0; b < batchSize; b++) {
    for (let y = 0; y < outHeight; y++) {
      const top = y * strideHeight - padInfo.top;
      for (let x = 0; x < outWidth; x++) {
        const left = x * strideWidth - padInfo.left;
        window.length = 0;
        for (let i = Math.max(0, top); i < Math.min(inHeight, top + filterHeight); i++) {
          for (let j = Math.max(0, left); j < Math.min(inWidth, left + filterWidth); j++) {
            window.push(((b * inHeight + i) * inWidth + j) * inChannels);
          }
        }
        visit(((b * outHeight + y) * outWidth + x) * inChannels, window);
      }
    }
  }
}

/** The gradient of average pooling into `out`. Only elements inside the image are counted, as in the average itself. */
export function averagePoolGradient(dy: Float32Array, out: Float32Array, size: Size): void {
  out.fill(0);
  eachWindow(size, (target, window) => {
    const share = 1 / window.length;
    for (const element of window) {
      for (let c = 0; c < size.inChannels; c++) out[element + c] += dy[target + c] * share;
    }
  });
}

/** The gradient of resizing to the nearest pixel into `out`: every pixel of dy is added to the one it was copied from. */
export function nearestGradient(
  dy: Float32Array,
  [, newHeight, newWidth]: number[],
  out: Float32Array,
  [batch, height, width, channels]: number[],
  alignCorners: boolean,
): void {
  out.fill(0);
  const rows = nearestSources(height, newHeight, alignCorners);
  const columns = nearestSources(width, newWidth, alignCorners);
  let from = 0;
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < newHeight; y++) {
      const row = (b * height + rows[y]) * width * channels;
      for (let x = 0; x < newWidth; x++, from += channels) {
        const pixel = row + columns[x] * channels;
        for (let c = 0; c < channels; c++) out[pixel + c] += dy[from + c];
      }
    }
  }
}

/** From which of `size` pixels each of `newSize` was copied. */
export function nearestSources(size: number, newSize: number, alignCorners: boolean): Int32Array {
  const scale = alignCorners && newSize > 1 ? (size - 1) / (newSize - 1) : size / newSize;
  const source = alignCorners ? Math.round : Math.floor;
  return Int32Array.from({ length: newSize }, (_, i) => Math.min(size - 1, source(i * scale)));
}

/** The gradient of bilinear resizing into `out`: every pixel of dy goes back to the four it was mixed from, by their shares. */
export function bilinearGradient(
  dy: Float32Array,
  [, newHeight, newWidth]: number[],
  out: Float32Array,
  [batch, height, width, channels]: number[],
  alignCorners: boolean,
): void {
  out.fill(0);
  const [rows, columns] = [mixes(height, newHeight, alignCorners), mixes(width, newWidth, alignCorners)];
  let from = 0;
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < newHeight; y++) {
      const row = rows[y];
      const [low, high] = [row.low, row.high].map((source) => (b * height + source) * width * channels);
      for (let x = 0; x < newWidth; x++, from += channels) {
        const column = columns[x];
        const [left, right] = [column.low * channels, column.high * channels];
        for (let c = 0; c < channels; c++) {
          const above = dy[from + c] * (1 - row.part);
          const below = dy[from + c] * row.part;
          out[low + left + c] += above * (1 - column.part);
          out[low + right + c] += above * column.part;
          out[high + left + c] += below * (1 - column.part);
          out[high + right + c] += below * column.part;
        }
      }
    }
  }
}

/** Between which two of `size` pixels each of `newSize` lies, and how far from the first. */
function mixes(size: number, newSize: number, alignCorners: boolean) {
  const scale = alignCorners && newSize > 1 ? (size - 1) / (newSize - 1) : size / newSize;
  return Array.from({ length: newSize }, (_, i) => {
    const low = Math.floor(i * scale);
    return { low, high: Math.min(size - 1, low + 1), part: i * scale - low };
  });
}
