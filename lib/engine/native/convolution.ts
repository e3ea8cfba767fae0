import * as tf from '@tensorflow/tfjs';
import type { Info } from '../kernel';
import { execute, kernel } from './operation';

type Shape = [number, number, number, number];
type Attributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'>;
type FilterAttributes = Attributes & { filterShape: Shape };
type InputAttributes = Attributes & { inputShape: Shape };

/**
 * tfjs-node convolves with 'same' and 'valid' only, and forward with padding said side by side. TensorFlow itself takes
 * that everywhere; so a number of pixels is said side by side, and both gradients are called with it.
 */
export function installConvolution(): void {
  for (const name of ['Conv2D', 'FusedConv2D']) {
    kernel<unknown, Attributes>(name, (_, attributes, stock) =>
      stock({ ...attributes, pad: sideBySide(attributes.pad, attributes.dataFormat) }),
    );
  }
  kernel<{ x: Info; dy: Info }, FilterAttributes>('Conv2DBackpropFilter', ({ x, dy }, attributes) =>
    withShape(attributes.filterShape, (sizes) =>
      execute('Conv2DBackpropFilter', [x, sizes, dy], describe(x.shape as Shape, attributes.filterShape, attributes)),
    ),
  );
  kernel<{ dy: Info; filter: Info }, InputAttributes>('Conv2DBackpropInput', ({ dy, filter }, attributes) =>
    withShape(attributes.inputShape, (sizes) =>
      execute(
        'Conv2DBackpropInput',
        [sizes, filter, dy],
        describe(attributes.inputShape, filter.shape as Shape, attributes),
      ),
    ),
  );
}

function sideBySide(pad: Attributes['pad'], dataFormat: Attributes['dataFormat']): Attributes['pad'] {
  if (typeof pad !== 'number') return pad;
  const [none, both]: [number, number][] = [
    [0, 0],
    [pad, pad],
  ];
  return dataFormat === 'NCHW' ? [none, none, both, both] : [none, both, both, none];
}

/** A convolution in TensorFlow's attributes. */
function describe(inputShape: Shape, filterShape: Shape, attributes: Attributes) {
  const { strides, dimRoundingMode, dataFormat } = attributes;
  const pad = sideBySide(attributes.pad, dataFormat);
  const format = tf.backend_util.convertConv2DDataFormat(dataFormat);
  const size = tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    format,
  );
  const { top, bottom, left, right, type } = size.padInfo;
  const first = format === 'channelsFirst';
  const steps = [size.strideHeight, size.strideWidth];
  return {
    T: { type: 'float32' as const },
    strides: first ? [1, 1, ...steps] : [1, ...steps, 1],
    padding: type,
    data_format: first ? 'NCHW' : 'NHWC',
    use_cudnn_on_gpu: true,
    dilations: [1, 1, 1, 1],
    ...(type === 'EXPLICIT' && {
      explicit_paddings: first ? [0, 0, 0, 0, top, bottom, left, right] : [0, 0, top, bottom, left, right, 0, 0],
    }),
  };
}

function withShape(shape: Shape, work: (sizes: tf.Tensor) => Info): Info {
  const sizes = tf.tensor1d(shape, 'int32');
  try {
    return work(sizes);
  } finally {
    sizes.dispose();
  }
}
