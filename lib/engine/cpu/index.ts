/** Mends TensorFlow.js's plain JavaScript backend, which other engines and golden values are compared with. */
import * as tf from '@tensorflow/tfjs';
import { averagePoolGradient, bilinearGradient, nearestGradient, poolGeometry } from '../images';
import { replaceKernel, type Info } from '../kernel';

/** Of the backend, what its types do not tell. */
interface CpuBackend {
  readonly data: { get(dataId: object): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): Info;
  disposeIntermediateTensorInfo(info: Info): void;
}

let installed = false;

export function installCpuKernels(): void {
  if (installed) return;
  installed = true;
  installImageGradients();
  for (const name of ['Cumsum', 'Cumprod']) {
    // The backend takes a negative axis by its number, and answers with a wrong shape.
    replaceKernel<{ x: Info }, tf.CumsumAttrs>('cpu', name, ({ x }, attributes, stock) =>
      stock({ ...attributes, axis: tf.util.parseAxisParam(attributes.axis, x.shape)[0] }),
    );
  }
  installMatMul();
}

const backend = () => tf.backend() as unknown as CpuBackend;
const valuesOf = ({ dataId }: Info) => backend().data.get(dataId).values;

/** The backend's own are wrong: of averages with 'same' at the edges, of resizing where an image is oblong or not the first. */
function installImageGradients(): void {
  replaceKernel<{ dy: Info; input: Info }, tf.AvgPoolGradAttrs>('cpu', 'AvgPoolGrad', ({ dy, input }, attributes) => {
    const out = new Float32Array(tf.util.sizeFromShape(input.shape));
    averagePoolGradient(valuesOf(dy), out, poolGeometry(input.shape, attributes));
    return backend().makeTensorInfo(input.shape, 'float32', out);
  });
  const resizes = { ResizeNearestNeighborGrad: nearestGradient, ResizeBilinearGrad: bilinearGradient };
  for (const [name, resize] of Object.entries(resizes)) {
    replaceKernel<{ images: Info; dy: Info }, { alignCorners: boolean }>('cpu', name, ({ images, dy }, attributes) => {
      const out = new Float32Array(tf.util.sizeFromShape(images.shape));
      resize(valuesOf(dy), dy.shape, out, images.shape, attributes.alignCorners);
      return backend().makeTensorInfo(images.shape, 'float32', out);
    });
  }
}

type Product = { a: Info; b: Info };

/** The backend pairs the matrices of two batches by their count, which is wrong where several axes are broadcast. */
function installMatMul(): void {
  replaceKernel<Product, object>('cpu', 'BatchMatMul', ({ a, b }, attributes, stock) => {
    const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
    const one = (shape: number[]) => tf.util.sizeFromShape(shape) === 1;
    if (one(outerA) || one(outerB) || tf.util.arraysEqual(outerA, outerB)) return stock();
    const whole = { a: tile(a, outer), b: tile(b, outer) };
    const product = stock(attributes, whole);
    backend().disposeIntermediateTensorInfo(whole.a);
    backend().disposeIntermediateTensorInfo(whole.b);
    return product;
  });
}

/** A batch of matrices, repeated until its batch has the shape `outer`. */
function tile(x: Info, outer: number[]): Info {
  const padded = [...new Array<number>(outer.length + 2 - x.shape.length).fill(1), ...x.shape];
  const reps = [...outer.map((size, axis) => size / padded[axis]), 1, 1];
  const inputs = { x: { ...x, shape: padded } };
  return tf.getKernel('Tile', 'cpu').kernelFunc({ inputs, attrs: { reps }, backend: tf.backend() }) as Info;
}
