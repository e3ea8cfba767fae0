import * as tf from '@tensorflow/tfjs';
import { floats, output, positionOf, sizeOf, words, type Info } from './heap';
import { kernel } from './kernel';
import { copyRuns } from './move';

/** Taking rows by number, and the gradient of that: rows that were taken several times are added up. */
export function installGather(): void {
  kernel<{ x: Info; indices: Info }, tf.GatherV2Attrs>('GatherV2', ({ x, indices }, { axis, batchDims }, stock) => {
    const words4 = x.dtype === 'float32' || x.dtype === 'int32';
    if (!words4 || batchDims !== 0 || indices.dtype !== 'int32') return stock();
    const [along] = tf.util.parseAxisParam(axis, x.shape);
    const [before, after] = [x.shape.slice(0, along), x.shape.slice(along + 1)];
    const out = output([...before, ...indices.shape, ...after], x.dtype);
    const heap = words();
    const [count, row, size] = [sizeOf(indices.shape), sizeOf(after), x.shape[along]];
    let to = positionOf(out);
    for (let outer = 0; outer < sizeOf(before); outer++) {
      const from = positionOf(x) + outer * size * row;
      for (let i = 0; i < count; i++, to += row) {
        const index = heap[positionOf(indices) + i];
        if (index < 0 || index >= size) throw new Error(`gather: index ${index} is not in 0 … ${size - 1}.`);
        copyRuns(heap, from + index * row, 0, to, 0, 1, row);
      }
    }
    return out;
  });
  installSegmentSum();
}

/** The gradient of gather: rows that were taken several times are added up. The backend lacks it. */
function installSegmentSum(): void {
  kernel<{ x: Info; segmentIds: Info }, tf.UnsortedSegmentSumAttrs>(
    'UnsortedSegmentSum',
    ({ x, segmentIds }, { numSegments }) => {
      const rowShape = x.shape.slice(segmentIds.shape.length);
      const out = output([numSegments, ...rowShape], x.dtype);
      const heap = x.dtype === 'int32' ? words() : floats();
      const [count, row] = [sizeOf(segmentIds.shape), sizeOf(rowShape)];
      const [to, from, ids] = [positionOf(out), positionOf(x), positionOf(segmentIds)];
      const segments = words();
      heap.fill(0, to, to + numSegments * row);
      for (let i = 0; i < count; i++) {
        const segment = segments[ids + i];
        if (segment < 0 || segment >= numSegments) continue; // as in TensorFlow: dropped
        for (let c = 0; c < row; c++) heap[to + segment * row + c] += heap[from + i * row + c];
      }
      return out;
    },
  );
}
