import * as tf from '@tensorflow/tfjs';
import { bilinearGradient, nearestGradient, nearestSources } from '../images';
import { output, positionOf, valuesOf, words, type Info } from './heap';
import { kernel } from './kernel';
import { copyRuns } from './move';

/** Resizing by rows of whole pixels, and its gradients. The backend goes element by element through index arithmetic. */
export function installResize(): void {
  kernel<{ images: Info }, tf.ResizeNearestNeighborAttrs>('ResizeNearestNeighbor', ({ images }, attributes, stock) => {
    if (images.dtype !== 'float32' || attributes.halfPixelCenters) return stock();
    const [batch, height, width, channels] = images.shape;
    const [newHeight, newWidth] = attributes.size;
    const out = output([batch, newHeight, newWidth, channels]);
    const heap = words();
    const rows = nearestSources(height, newHeight, attributes.alignCorners);
    const columns = nearestSources(width, newWidth, attributes.alignCorners);
    const length = newWidth * channels;
    let to = positionOf(out);
    for (let b = 0; b < batch; b++) {
      for (let y = 0; y < newHeight; y++, to += length) {
        if (y > 0 && rows[y] === rows[y - 1]) heap.copyWithin(to, to - length, to);
        else {
          const row = positionOf(images) + (b * height + rows[y]) * width * channels;
          for (let x = 0; x < newWidth; x++) {
            copyRuns(heap, row + columns[x] * channels, 0, to + x * channels, 0, 1, channels);
          }
        }
      }
    }
    return out;
  });

  kernel<{ images: Info; dy: Info }, tf.ResizeNearestNeighborGradAttrs>(
    'ResizeNearestNeighborGrad',
    ({ images, dy }, { alignCorners }) => {
      const out = output(images.shape);
      nearestGradient(valuesOf(dy), dy.shape, valuesOf(out), images.shape, alignCorners);
      return out;
    },
  );

  kernel<{ images: Info; dy: Info }, tf.ResizeBilinearGradAttrs>(
    'ResizeBilinearGrad',
    ({ images, dy }, { alignCorners }) => {
      const out = output(images.shape);
      bilinearGradient(valuesOf(dy), dy.shape, valuesOf(out), images.shape, alignCorners);
      return out;
    },
  );
}
