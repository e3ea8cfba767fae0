import * as tf from '@tensorflow/tfjs';
import { gradient, run } from './gradient';
import { spread } from './layout';

const image = (x: tf.Tensor) => x as tf.Tensor4D;
type Pad = Exclude<tf.Conv2DAttrs['pad'], undefined>;

/** Derivatives of a convolution, of its derivatives, and of a dilated one, which TensorFlow.js refuses. */
export function installConvolution(): void {
  gradient<tf.Conv2DAttrs>('Conv2D', ['x', 'filter'], (dy, [x, filter], attributes) => {
    const { strides, pad, dataFormat, dimRoundingMode, dilations } = attributes;
    const { wide, narrow } = widened(filter, dilations);
    const plain = { strides, pad, dataFormat, dimRoundingMode };
    return {
      x: () => run('Conv2DBackpropInput', { dy, filter: wide }, { ...plain, inputShape: x.shape }),
      filter: () => narrow(run('Conv2DBackpropFilter', { x, dy }, { ...plain, filterShape: wide.shape })),
    };
  });
  gradient<tf.Conv2DBackpropFilterAttrs>('Conv2DBackpropFilter', ['x', 'dy'], (d, [x, dy], attributes) => {
    const { strides, pad, dataFormat, dimRoundingMode } = attributes;
    return {
      x: () => run('Conv2DBackpropInput', { dy, filter: d }, { ...attributes, inputShape: x.shape }),
      dy: () => tf.conv2d(image(x), image(d), strides, pad, dataFormat, 1, dimRoundingMode),
    };
  });
  installDepthwise();
}

/** A dilated filter is a larger one with zeros between its taps. `narrow` takes the taps out of the larger one again. */
function widened(filter: tf.Tensor, dilations: number | [number, number]) {
  const [down, across] = Array.isArray(dilations) ? dilations : [dilations, dilations];
  const wide = spread(spread(filter, 0, down), 1, across);
  const narrow = (whole: tf.Tensor) =>
    down === 1 && across === 1 ? whole : tf.stridedSlice(whole, [0, 0, 0, 0], whole.shape, [down, across, 1, 1]);
  return { wide, narrow };
}

type DepthwiseGradientAttributes = tf.DepthwiseConv2dNativeBackpropFilterAttrs;

function installDepthwise(): void {
  const forward = (x: tf.Tensor, filter: tf.Tensor, { strides, pad, dimRoundingMode }: DepthwiseGradientAttributes) =>
    tf.depthwiseConv2d(image(x), image(filter), strides, pad as Pad, 'NHWC', 1, dimRoundingMode);
  gradient<tf.DepthwiseConv2dNativeAttrs>('DepthwiseConv2dNative', ['x', 'filter'], (dy, [x, filter], attributes) => {
    const { strides, pad, dimRoundingMode, dilations } = attributes;
    const { wide, narrow } = widened(filter, dilations);
    const plain = { strides, pad, dimRoundingMode, dilations: [1, 1] };
    return {
      x: () => run('DepthwiseConv2dNativeBackpropInput', { dy, filter: wide }, { ...plain, inputShape: x.shape }),
      filter: () =>
        narrow(run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...plain, filterShape: wide.shape })),
    };
  });
  gradient<DepthwiseGradientAttributes>(
    'DepthwiseConv2dNativeBackpropFilter',
    ['x', 'dy'],
    (d, [x, dy], attributes) => ({
      x: () => run('DepthwiseConv2dNativeBackpropInput', { dy, filter: d }, { ...attributes, inputShape: x.shape }),
      dy: () => forward(x, d, attributes),
    }),
  );
  gradient<DepthwiseGradientAttributes>(
    'DepthwiseConv2dNativeBackpropInput',
    ['dy', 'filter'],
    (d, [dy, filter], attributes) => ({
      dy: () => forward(d, filter, attributes),
      filter: () =>
        run('DepthwiseConv2dNativeBackpropFilter', { x: d, dy }, { ...attributes, filterShape: filter.shape }),
    }),
  );
}
