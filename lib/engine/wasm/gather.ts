import * as tf from '@tensorflow/tfjs';
import { floats, output, positionOf, sizeOf, words, type Info } from './heap';
import { kernel } from './kernel';

/** The gradient of gather: rows that were taken several times are added up. The backend lacks it. */
export function installGather(): void {
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
