import * as tf from '@tensorflow/tfjs';
import { floats, output, positionOf, sizeOf, type Info } from './heap';
import { kernel } from './kernel';

/** The gradient of resizing to the nearest pixel: every pixel of dy is added to the one it was copied from. */
export function installResize(): void {
  kernel<{ images: Info; dy: Info }, tf.ResizeNearestNeighborGradAttrs>(
    'ResizeNearestNeighborGrad',
    ({ images, dy }, { alignCorners }, stock) => {
      if (alignCorners) return stock();
      const [batch, height, width, channels] = images.shape;
      const [, newHeight, newWidth] = dy.shape;
      const out = output(images.shape);
      const heap = floats();
      const to = positionOf(out);
      heap.fill(0, to, to + sizeOf(images.shape));
      const rows = sources(height, newHeight);
      const columns = sources(width, newWidth);
      let from = positionOf(dy);
      for (let b = 0; b < batch; b++) {
        for (let y = 0; y < newHeight; y++) {
          const row = to + (b * height + rows[y]) * width * channels;
          for (let x = 0; x < newWidth; x++, from += channels) {
            const pixel = row + columns[x] * channels;
            for (let c = 0; c < channels; c++) heap[pixel + c] += heap[from + c];
          }
        }
      }
      return out;
    },
  );
}

/** From which of `size` pixels each of `newSize` was copied. */
function sources(size: number, newSize: number): Int32Array {
  return Int32Array.from({ length: newSize }, (_, i) => Math.min(size - 1, Math.floor((i * size) / newSize)));
}
