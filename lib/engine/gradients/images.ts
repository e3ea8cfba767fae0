import * as tf from '@tensorflow/tfjs';
import { gradient, run } from './gradient';

const image = (x: tf.Tensor) => x as tf.Tensor4D;
const sizeOf = (x: tf.Tensor) => x.shape.slice(1, 3) as [number, number];

/**
 * Pooling and resizing are linear in what they read (for a maximum: away from ties), and so are their gradients. The
 * gradient of such a gradient is the operation itself.
 */
export function installImages(): void {
  gradient<tf.AvgPoolGradAttrs>('AvgPoolGrad', ['input'], (d, [input], { filterSize, strides, pad }) => ({
    dy: () => tf.avgPool(image(d), filterSize, strides, pad),
    input: () => tf.zerosLike(input),
  }));
  gradient<tf.MaxPoolGradAttrs>('MaxPoolGrad', ['input', 'output'], (d, [input, output], attributes) => ({
    dy: () => atMaxima(d, input, output, attributes),
    input: () => tf.zerosLike(input),
    output: () => tf.zerosLike(output),
  }));
  for (const name of ['ResizeBilinear', 'ResizeNearestNeighbor']) refuseHalfPixels(name);
  const resizes = {
    ResizeNearestNeighborGrad: tf.image.resizeNearestNeighbor,
    ResizeBilinearGrad: tf.image.resizeBilinear,
  };
  for (const [name, resize] of Object.entries(resizes)) {
    gradient<tf.ResizeBilinearAttrs>(name, ['dy'], (d, [dy], { alignCorners, halfPixelCenters }) => ({
      dy: () => resize(image(d), sizeOf(dy), alignCorners, halfPixelCenters),
      images: () => tf.zerosLike(d),
    }));
  }
}

/** The kernels of these gradients do not know of half pixels, and would answer with the gradient of another function. */
function refuseHalfPixels(kernelName: string): void {
  const { gradFunc } = tf.getGradient(kernelName);
  gradient<tf.ResizeBilinearAttrs>(kernelName, ['images'], (dy, saved, attributes) => {
    if (!attributes.halfPixelCenters) return gradFunc(dy, saved, attributes as unknown as tf.NamedAttrMap);
    throw new Error('Resizing with halfPixelCenters has no gradient here: leave the option out, or use alignCorners.');
  });
}

/** Of d, what stands where the input had its maxima. */
function atMaxima(d: tf.Tensor, input: tf.Tensor, output: tf.Tensor, attributes: tf.MaxPoolGradAttrs): tf.Tensor {
  if (tf.getKernel('MaxPoolGradGrad', tf.getBackend())) return run('MaxPoolGradGrad', { d, input, output }, attributes);
  const { filterSize, strides, pad } = attributes;
  if (typeof pad === 'object')
    throw new Error('Here maxPool takes explicit padding only once differentiated: use tf.pad.');
  const { indexes } = tf.maxPoolWithArgmax(image(input), filterSize, strides, pad, true);
  return tf.gather(d.reshape([d.size]), indexes.reshape([indexes.size])).reshape(indexes.shape);
}
