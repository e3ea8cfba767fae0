import * as tf from '@tensorflow/tfjs';
import { geometry } from './convolution';
import { output, positionOf, withScratch, words, type Info, type Scratch } from './heap';
import { kernel } from './kernel';
import { transpose } from './move';
import { convolve } from './xnnpack';

type Size = tf.backend_util.Conv2DInfo;

/**
 * The gradient of a convolution for its input, which is also the transposed convolution's forward pass: convolutions of dy
 * with the filter turned about, ten times as fast as the backend's own loop.
 *
 * Input row y meets filter row i at output row (y + top − i) / stride. With stride s the input rows fall into s groups
 * ("phases") by y mod s; the rows of a group meet only every s-th filter row, and for them it is a plain convolution of dy
 * with stride 1. The same holds for columns.
 */
export function installInputGradient(): void {
  kernel<{ dy: Info; filter: Info }, tf.Conv2DBackpropInputAttrs>(
    'Conv2DBackpropInput',
    ({ dy, filter }, attributes) => {
      if (attributes.dataFormat === 'NCHW') throw new Error('The wasm engine convolves channels last (NHWC) only.');
      const size = geometry(attributes.inputShape, filter.shape, attributes);
      const out = output(attributes.inputShape);
      if (size.batchSize === 0) return out;
      const { strideHeight, strideWidth, inHeight, inWidth, filterHeight, filterWidth, padInfo } = size;
      for (let p = 0; p < strideHeight; p++) {
        const rows = phase(p, strideHeight, inHeight, filterHeight, padInfo.top, size.outHeight);
        for (let q = 0; q < strideWidth; q++) {
          const columns = phase(q, strideWidth, inWidth, filterWidth, padInfo.left, size.outWidth);
          if (rows.count > 0 && columns.count > 0) onePhase(dy, filter, out, size, rows, columns);
        }
      }
      return out;
    },
  );
}

/** One group of input rows (or columns): which filter taps they meet, and where those lie on dy. */
interface Phase {
  readonly first: number;
  readonly step: number;
  /** How many input rows belong to it. */
  readonly count: number;
  /** Filter rows that they meet, last first, so that dy is walked forwards. */
  readonly taps: number[];
  /** Padding of dy before and after; where it would be negative, dy's rows are left out by cutting the result. */
  readonly pad: readonly [before: number, after: number];
  readonly cut: readonly [before: number, after: number];
}

function phase(first: number, step: number, size: number, filter: number, before: number, sizeOfDy: number): Phase {
  const count = Math.ceil((size - first) / step);
  const taps: number[] = [];
  for (let i = filter - 1; i >= 0; i--) if ((first + before - i) % step === 0) taps.push(i);
  // The group's first row meets its first tap at this row of dy.
  const start = taps.length > 0 ? (first + before - taps[0]) / step : 0;
  const end = start + count + taps.length - 1 - sizeOfDy;
  return {
    ...{ first, step, count, taps },
    pad: [Math.max(0, -start), Math.max(0, end)],
    cut: [Math.max(0, start), Math.max(0, -end)],
  };
}

function onePhase(dy: Info, filter: Info, out: Info, size: Size, rows: Phase, columns: Phase): void {
  if (rows.taps.length === 0 || columns.taps.length === 0) {
    spread(null, out, size, rows, columns);
    return;
  }
  withScratch((scratch) => {
    const { batchSize, inChannels, outHeight, outWidth, outChannels } = size;
    const turned = turnedFilter(scratch, filter, size, rows.taps, columns.taps);
    const height = rows.count + rows.cut[0] + rows.cut[1];
    const width = columns.count + columns.cut[0] + columns.cut[1];
    const count = batchSize * height * width * inChannels;
    const whole = rows.step === 1 && columns.step === 1 && height === rows.count && width === columns.count;
    const result = whole ? positionOf(out) : scratch.floats(count);
    convolve(scratch.viewOf(dy), turned, scratch.view(result, count), {
      ...{ batch: batchSize, inHeight: outHeight, inWidth: outWidth, inChannels: outChannels },
      ...{ outChannels: inChannels, filterHeight: rows.taps.length, filterWidth: columns.taps.length },
      pad: [rows.pad[0], columns.pad[1], rows.pad[1], columns.pad[0]],
    });
    if (!whole) spread(result, out, size, rows, columns);
  });
}

/** The chosen taps of the filter, each turned from [in, out] to [out, in]. */
function turnedFilter(scratch: Scratch, filter: Info, size: Size, rows: number[], columns: number[]): number {
  const { filterWidth, inChannels, outChannels } = size;
  const tap = inChannels * outChannels;
  const count = rows.length * columns.length * tap;
  const turned = scratch.floats(count);
  const heap = words();
  let to = turned;
  for (const i of rows) {
    for (const j of columns) {
      const from = positionOf(filter) + (i * filterWidth + j) * tap;
      transpose(heap, from, outChannels, to, inChannels, inChannels, outChannels);
      to += tap;
    }
  }
  return scratch.view(turned, count);
}

/** Puts a phase's rows and columns at their places in the whole; without a result (no tap meets them), zeros. */
function spread(result: number | null, out: Info, size: Size, rows: Phase, columns: Phase): void {
  const { batchSize, inHeight, inWidth, inChannels } = size;
  const heap = words();
  const height = rows.count + rows.cut[0] + rows.cut[1];
  const width = columns.count + columns.cut[0] + columns.cut[1];
  const step = columns.step * inChannels;
  for (let b = 0; b < batchSize; b++) {
    for (let row = 0; row < rows.count; row++) {
      const y = rows.first + row * rows.step;
      let to = positionOf(out) + ((b * inHeight + y) * inWidth + columns.first) * inChannels;
      if (result === null) {
        for (let column = 0; column < columns.count; column++, to += step) heap.fill(0, to, to + inChannels);
        continue;
      }
      let from = result + ((b * height + row + rows.cut[0]) * width + columns.cut[0]) * inChannels;
      for (let column = 0; column < columns.count; column++, to += step) {
        for (let c = 0; c < inChannels; c++) heap[to + c] = heap[from++];
      }
    }
  }
}
