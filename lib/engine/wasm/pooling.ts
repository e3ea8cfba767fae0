import * as tf from '@tensorflow/tfjs';
import { averagePoolGradient, eachWindow, poolGeometry } from '../images';
import { floats, output, positionOf, sizeOf, valuesOf, type Info } from './heap';
import { kernel } from './kernel';

type Attributes = Pick<tf.MaxPoolGradAttrs, 'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'>;
type Size = tf.backend_util.Conv2DInfo;

/** Gradients of pooling. The backend's own are slow, and for 'same' at the edges wrong. */
export function installPooling(): void {
  kernel<{ dy: Info; input: Info }, Attributes>('AvgPoolGrad', ({ dy, input }, attributes) => {
    const out = output(input.shape);
    averagePoolGradient(valuesOf(dy), valuesOf(out), poolGeometry(input.shape, attributes));
    return out;
  });

  kernel<{ dy: Info; input: Info }, Attributes>('MaxPoolGrad', ({ dy, input }, attributes) => {
    const out = cleared(input.shape);
    const heap = floats();
    const [to, from, x] = [positionOf(out), positionOf(dy), positionOf(input)];
    eachMaximum(heap, x, poolGeometry(input.shape, attributes), (target, element) => {
      heap[to + element] += heap[from + target];
    });
    return out;
  });

  // Not a kernel of TensorFlow.js: the gradient of MaxPoolGrad, see lib/engine/gradients/images.ts.
  kernel<{ d: Info; input: Info; output: Info }, Attributes>('MaxPoolGradGrad', (inputs, attributes) => {
    const out = output(inputs.output.shape);
    const heap = floats();
    const [to, from, x] = [positionOf(out), positionOf(inputs.d), positionOf(inputs.input)];
    eachMaximum(heap, x, poolGeometry(inputs.input.shape, attributes), (target, element) => {
      heap[to + target] = heap[from + element];
    });
    return out;
  });
}

function cleared(shape: number[]): Info {
  const out = output(shape);
  floats().fill(0, positionOf(out), positionOf(out) + sizeOf(shape));
  return out;
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
