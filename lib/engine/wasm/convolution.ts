import * as tf from '@tensorflow/tfjs';
import { installFilterGradient } from './convolution-filter';
import { installInputGradient } from './convolution-input';
import type { Info } from './heap';
import { kernel } from './kernel';

type Attributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> &
  Partial<Pick<tf.Conv2DAttrs, 'dilations'>>;
type Inputs = { x: Info; filter: Info };

/** Convolutions forward (the backend's own, with its padding put right) and both of their gradients. */
export function installConvolution(): void {
  for (const name of ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D']) {
    const depthwise = name.includes('Depthwise');
    kernel<Inputs, Attributes>(name, ({ x, filter }, attributes, stock) => {
      const { top, right, bottom, left } = geometry(x.shape, filter.shape, attributes, depthwise).padInfo;
      return stock({ ...attributes, pad: explicit(top, right, bottom, left) });
    });
  }
  installFilterGradient();
  installInputGradient();
}

/**
 * Size, padding and strides of a convolution, from the shape of its input and filter.
 *
 * Two mistakes of the backend are avoided by saying the padding side by side. Where `pad` is a number, TensorFlow.js works
 * out both sides of the output from the height of the filter and the stride along the height: with an oblong filter or
 * unequal strides that is the wrong size, and the result was written past its end. With 'same' and a stride larger than
 * the filter the result was all zeros.
 */
export function geometry(
  inputShape: number[],
  filterShape: number[],
  { strides, pad, dilations = 1, dimRoundingMode }: Attributes,
  depthwise = false,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    typeof pad === 'number' ? explicit(pad, pad, pad, pad) : pad,
    dimRoundingMode,
    depthwise,
  );
}

function explicit(top: number, right: number, bottom: number, left: number): tf.backend_util.ExplicitPadding {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
