import * as tf from '@tensorflow/tfjs';
import { geometry } from './convolution';
import { floats, output, positionOf, sizeOf, type Info } from './heap';
import { kernel } from './kernel';

type Size = tf.backend_util.Conv2DInfo;
type FilterAttributes = tf.DepthwiseConv2dNativeBackpropFilterAttrs;
type InputAttributes = tf.DepthwiseConv2dNativeBackpropInputAttrs;

/** Both gradients of the depthwise convolution, which the backend lacks. Output channel c · multiplier + m reads channel c. */
export function installDepthwise(): void {
  kernel<{ x: Info; dy: Info }, FilterAttributes>('DepthwiseConv2dNativeBackpropFilter', ({ x, dy }, attributes) => {
    const { filterShape } = attributes;
    const out = output(filterShape);
    const heap = floats();
    const [filter, image, gradient] = [positionOf(out), positionOf(x), positionOf(dy)];
    heap.fill(0, filter, filter + sizeOf(filterShape));
    const [, , channels, multiplier] = filterShape;
    eachMeeting(geometry(x.shape, filterShape, attributes, true), (tap, pixel, target) => {
      let place = 0;
      for (let c = 0; c < channels; c++) {
        const value = heap[image + pixel * channels + c];
        for (let m = 0; m < multiplier; m++, place++) {
          heap[filter + tap * channels * multiplier + place] +=
            value * heap[gradient + target * channels * multiplier + place];
        }
      }
    });
    return out;
  });

  kernel<{ dy: Info; filter: Info }, InputAttributes>('DepthwiseConv2dNativeBackpropInput', (inputs, attributes) => {
    const { inputShape } = attributes;
    const filterShape = inputs.filter.shape;
    const out = output(inputShape);
    const heap = floats();
    const [filter, image, gradient] = [positionOf(inputs.filter), positionOf(out), positionOf(inputs.dy)];
    heap.fill(0, image, image + sizeOf(inputShape));
    const [, , channels, multiplier] = filterShape;
    eachMeeting(geometry(inputShape, filterShape, attributes, true), (tap, pixel, target) => {
      let place = 0;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let m = 0; m < multiplier; m++, place++) {
          sum +=
            heap[filter + tap * channels * multiplier + place] *
            heap[gradient + target * channels * multiplier + place];
        }
        heap[image + pixel * channels + c] += sum;
      }
    });
    return out;
  });
}

/** Visits every meeting of a filter tap with an input pixel, and the output pixel that it adds to; all counted in pixels. */
function eachMeeting(size: Size, visit: (tap: number, pixel: number, target: number) => void): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth } = size;
  const { strideHeight, strideWidth, padInfo } = size;
  for (let b = 0; b < batchSize; b++) {
    for (let y = 0; y < outHeight; y++) {
      for (let i = 0; i < filterHeight; i++) {
        const row = y * strideHeight + i - padInfo.top;
        if (row < 0 || row >= inHeight) continue;
        for (let x = 0; x < outWidth; x++) {
          for (let j = 0; j < filterWidth; j++) {
            const column = x * strideWidth + j - padInfo.left;
            if (column < 0 || column >= inWidth) continue;
            visit(i * filterWidth + j, (b * inHeight + row) * inWidth + column, (b * outHeight + y) * outWidth + x);
          }
        }
      }
    }
  }
}
