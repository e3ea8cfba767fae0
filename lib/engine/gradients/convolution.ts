import * as tf from '@tensorflow/tfjs';
import { gradient, run } from './gradient';
import { spread } from './layout';

const image = (x: tf.Tensor) => x as tf.Tensor4D;
type Pad = Exclude<tf.Conv2DAttrs['pad'], undefined>;

/** Derivatives of a convolution, of its derivatives, and of a dilated one, which TensorFlow.js refuses. */
export function installConvolution(): void {
  gradient<tf.Conv2DAttrs>('Conv2D', ['x', 'filter'], (dy, [x, filter], attributes) => {
    const { strides, pad, dataFormat, dimRoundingMode, dilations } = attributes;
    const [down, across] = Array.isArray(dilations) ? dilations : [dilations, dilations];
    const plain = { strides, pad, dataFormat, dimRoundingMode };
    // A dilated filter is a larger one with zeros between its taps.
    const wide = spread(spread(filter, 0, down), 1, across);
    return {
      x: () => run('Conv2DBackpropInput', { dy, filter: wide }, { ...plain, inputShape: x.shape }),
      filter: () => {
        const whole = run('Conv2DBackpropFilter', { x, dy }, { ...plain, filterShape: wide.shape });
        if (down === 1 && across === 1) return whole;
        return tf.stridedSlice(whole, [0, 0, 0, 0], whole.shape, [down, across, 1, 1]);
      },
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

type DepthwiseGradientAttributes = tf.DepthwiseConv2dNativeBackpropFilterAttrs;

function installDepthwise(): void {
  const forward = (x: tf.Tensor, filter: tf.Tensor, { strides, pad, dimRoundingMode }: DepthwiseGradientAttributes) =>
    tf.depthwiseConv2d(image(x), image(filter), strides, pad as Pad, 'NHWC', 1, dimRoundingMode);
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
