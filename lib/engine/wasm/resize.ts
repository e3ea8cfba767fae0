import * as tf from '@tensorflow/tfjs';
import { nearestGradient } from '../images';
import { output, valuesOf, type Info } from './heap';
import { kernel } from './kernel';

/** The gradient of resizing to the nearest pixel, which the backend does element by element. */
export function installResize(): void {
  kernel<{ images: Info; dy: Info }, tf.ResizeNearestNeighborGradAttrs>(
    'ResizeNearestNeighborGrad',
    ({ images, dy }, { alignCorners }) => {
      const out = output(images.shape);
      nearestGradient(valuesOf(dy), dy.shape, valuesOf(out), images.shape, alignCorners);
      return out;
    },
  );
}
