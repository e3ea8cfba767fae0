import * as tf from '@tensorflow/tfjs';
import { geometry } from './convolution';
import { floats, output, positionOf, sizeOf, withScratch, words, type Info } from './heap';
import { kernel } from './kernel';
import { channelsFirstBatchLast, copyRuns, positionsFirst, transpose } from './move';
import { convolve, multiply, type Convolution } from './xnnpack';

type Size = tf.backend_util.Conv2DInfo;

/** The gradient of a convolution for its filter, which the backend lacks, so that it could not train a convolution. */
export function installFilterGradient(): void {
  kernel<{ x: Info; dy: Info }, tf.Conv2DBackpropFilterAttrs>('Conv2DBackpropFilter', ({ x, dy }, attributes) => {
    if (attributes.dataFormat === 'NCHW') throw new Error('The wasm engine convolves channels last (NHWC) only.');
    const size = geometry(x.shape, attributes.filterShape, attributes);
    const out = output(attributes.filterShape);
    if (size.batchSize === 0) floats().fill(0, positionOf(out), positionOf(out) + sizeOf(out.shape));
    else way(size)(x, dy, out, size);
    return out;
  });
}

/** Three ways of the same cost in arithmetic; the smaller operand is best the one that is convolved. */
function way(size: Size): (x: Info, dy: Info, out: Info, size: Size) => void {
  const { strideHeight, strideWidth, filterHeight, filterWidth, inChannels, outChannels } = size;
  if (strideHeight > 1 || strideWidth > 1) return byCorrelationOfInput;
  if (filterHeight === 1 && filterWidth === 1 && isUnpadded(size)) return byProduct;
  return outChannels < inChannels && padsSmallerThanFilter(size) ? byCorrelationOfOutput : byCorrelationOfInput;
}

function isUnpadded({ padInfo: { top, right, bottom, left } }: Size): boolean {
  return top + right + bottom + left === 0;
}

function padsSmallerThanFilter({ padInfo: { top, left }, filterHeight, filterWidth }: Size): boolean {
  return top < filterHeight && left < filterWidth;
}

/** A 1 × 1 filter: [pixels, in]ᵀ × [pixels, out]. */
function byProduct(x: Info, dy: Info, out: Info, size: Size): void {
  const { batchSize, inHeight, inWidth, inChannels, outChannels } = size;
  const pixels = batchSize * inHeight * inWidth;
  withScratch((scratch) => {
    const turned = scratch.floats(pixels * inChannels);
    transpose(words(), positionOf(x), inChannels, turned, pixels, pixels, inChannels);
    const left = scratch.view(turned, pixels * inChannels);
    multiply(left, scratch.viewOf(dy), scratch.viewOf(out), [inChannels, pixels, outChannels]);
  });
}

/**
 * Any stride: x as [in, height, width, batch] convolved with dy as a filter [height, width, batch, out]
 * whose taps lie a stride apart. The result is [in, filter height, filter width, out].
 */
function byCorrelationOfInput(x: Info, dy: Info, out: Info, size: Size): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = size;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = size;
  const { top, left } = size.padInfo;
  const spanHeight = (outHeight - 1) * strideHeight + 1;
  const spanWidth = (outWidth - 1) * strideWidth + 1;
  const bottom = Math.max(0, filterHeight - 1 + spanHeight - inHeight - top);
  const right = Math.max(0, filterWidth - 1 + spanWidth - inWidth - left);
  // Larger than the filter where the convolution left a rest of the input unseen.
  const height = inHeight + top + bottom - spanHeight + 1;
  const width = inWidth + left + right - spanWidth + 1;
  const shape: Convolution = {
    ...{ batch: inChannels, inHeight, inWidth, inChannels: batchSize, outChannels },
    ...{ filterHeight: outHeight, filterWidth: outWidth, pad: [top, right, bottom, left] },
    dilation: [strideHeight, strideWidth],
  };
  correlate(x, dy, shape, inChannels * height * width * outChannels, (result) => {
    const heap = words();
    for (let i = 0; i < filterHeight; i++) {
      for (let j = 0; j < filterWidth; j++) {
        const from = result + (i * width + j) * outChannels;
        const to = positionOf(out) + (i * filterWidth + j) * inChannels * outChannels;
        copyRuns(heap, from, height * width * outChannels, to, outChannels, inChannels, outChannels);
      }
    }
  });
}

/**
 * Stride 1: the other way round, dy as [out, height, width, batch] convolved with x as a filter. The
 * result is [out, filter height, filter width, in] with both filter axes backwards.
 */
function byCorrelationOfOutput(x: Info, dy: Info, out: Info, size: Size): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = size;
  const { filterHeight, filterWidth } = size;
  const top = filterHeight - 1 - size.padInfo.top;
  const left = filterWidth - 1 - size.padInfo.left;
  const bottom = filterHeight - 1 + inHeight - outHeight - top;
  const right = filterWidth - 1 + inWidth - outWidth - left;
  const shape: Convolution = {
    ...{ batch: outChannels, inHeight: outHeight, inWidth: outWidth, inChannels: batchSize },
    ...{ outChannels: inChannels, filterHeight: inHeight, filterWidth: inWidth, pad: [top, right, bottom, left] },
  };
  correlate(dy, x, shape, outChannels * filterHeight * filterWidth * inChannels, (result) => {
    const heap = words();
    const taps = filterHeight * filterWidth;
    for (let tap = 0; tap < taps; tap++) {
      const from = result + (taps - 1 - tap) * inChannels;
      const to = positionOf(out) + tap * inChannels * outChannels;
      transpose(heap, from, taps * inChannels, to, outChannels, outChannels, inChannels);
    }
  });
}

/**
 * Convolves images, as [channels, height, width, batch], with others of the same batch as the filter.
 * @param count of the result's elements
 * @param take gets where the result lies, as long as it lies there
 */
function correlate(
  images: Info,
  filters: Info,
  shape: Convolution,
  count: number,
  take: (result: number) => void,
): void {
  withScratch((scratch) => {
    const [countOfImages, countOfFilters] = [images, filters].map((info) => sizeOf(info.shape));
    const [turned, filter, result] = [countOfImages, countOfFilters, count].map((floats) => scratch.floats(floats));
    const { inChannels: batch, inHeight, inWidth, filterHeight, filterWidth } = shape;
    channelsFirstBatchLast(words(), positionOf(images), turned, batch, inHeight * inWidth, shape.batch);
    positionsFirst(words(), positionOf(filters), filter, batch, filterHeight * filterWidth, shape.outChannels);
    const views = [
      scratch.view(turned, countOfImages),
      scratch.view(filter, countOfFilters),
      scratch.view(result, count),
    ];
    convolve(views[0], views[1], views[2], shape);
    take(result);
  });
}
