import * as tf from '@tensorflow/tfjs';
import type { Info } from '../kernel';
import { execute, kernel } from './operation';

export function installPooling(): void {
  // Not a kernel of TensorFlow.js: the gradient of MaxPoolGrad, see lib/engine/gradients/images.ts.
  kernel<{ d: Info; input: Info; output: Info }, tf.MaxPoolGradAttrs>('MaxPoolGradGrad', (inputs, attributes) => {
    const { d, input, output } = inputs;
    const { filterSize, strides, pad, dimRoundingMode } = attributes;
    const shape = input.shape as [number, number, number, number];
    const size = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    return execute('MaxPoolGradGrad', [input, output, d], {
      T: { type: input.dtype },
      ksize: [1, size.filterHeight, size.filterWidth, 1],
      strides: [1, size.strideHeight, size.strideWidth, 1],
      padding: size.padInfo.type,
      data_format: 'NHWC',
    });
  });
}
