import * as tf from '@tensorflow/tfjs';
import { floats, output, positionOf, sizeOf, type Info } from './heap';
import { kernel } from './kernel';

type Attributes = Pick<tf.MaxPoolGradAttrs, 'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'>;
type Size = tf.backend_util.Conv2DInfo;

/** Gradients of pooling. The backend's own are slow, and for 'same' at the edges wrong. */
export function installPooling(): void {
  kernel<{ dy: Info; input: Info }, Attributes>('AvgPoolGrad', ({ dy, input }, attributes) => {
    const out = cleared(input.shape);
    const heap = floats();
    const [to, from] = [positionOf(out), positionOf(dy)];
    const channels = input.shape[3];
    eachWindow(geometry(input.shape, attributes), (target, window) => {
      // Only elements inside the image are counted, as in the average itself.
      const share = 1 / window.length;
      for (const element of window) addScaled(heap, from + target, to + element, channels, share);
    });
    return out;
  });

  kernel<{ dy: Info; input: Info }, Attributes>('MaxPoolGrad', ({ dy, input }, attributes) => {
    const out = cleared(input.shape);
    const heap = floats();
    const [to, from, x] = [positionOf(out), positionOf(dy), positionOf(input)];
    eachMaximum(heap, x, geometry(input.shape, attributes), (target, element) => {
      heap[to + element] += heap[from + target];
    });
    return out;
  });

  // Not a kernel of TensorFlow.js: the gradient of MaxPoolGrad, see lib/engine/gradients/images.ts.
  kernel<{ d: Info; input: Info; output: Info }, Attributes>('MaxPoolGradGrad', (inputs, attributes) => {
    const out = output(inputs.output.shape);
    const heap = floats();
    const [to, from, x] = [positionOf(out), positionOf(inputs.d), positionOf(inputs.input)];
    eachMaximum(heap, x, geometry(inputs.input.shape, attributes), (target, element) => {
      heap[to + target] = heap[from + element];
    });
    return out;
  });
}

function geometry(shape: number[], { filterSize, strides, pad, dimRoundingMode }: Attributes): Size {
  const image = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(image, filterSize, strides, 1, pad, dimRoundingMode);
}

function cleared(shape: number[]): Info {
  const out = output(shape);
  floats().fill(0, positionOf(out), positionOf(out) + sizeOf(shape));
  return out;
}

/**
 * Goes through the windows of a pooling.
 * @param visit gets where the window's output pixel begins, and where each of its pixels inside the image does
 */
function eachWindow(size: Size, visit: (target: number, window: number[]) => void): void {
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

/** @param visit gets, for every output element, its place and the place of the input element that is its maximum */
function eachMaximum(
  heap: Float32Array,
  x: number,
  size: Size,
  visit: (target: number, element: number) => void,
): void {
  eachWindow(size, (target, window) => {
    for (let c = 0; c < size.inChannels; c++) {
      let largest = window[0];
      for (let k = 1; k < window.length; k++) {
        if (heap[x + window[k] + c] > heap[x + largest + c]) largest = window[k]; // of equals, the first
      }
      visit(target + c, largest + c);
    }
  });
}

function addScaled(heap: Float32Array, from: number, to: number, count: number, factor: number): void {
  for (let i = 0; i < count; i++) heap[to + i] += heap[from + i] * factor;
}
