import * as tf from '@tensorflow/tfjs';
import { stopGradient } from '../../lib/engine';

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

/** A tensor under its rank, which the golden file cannot tell the compiler. */
const image = (x: tf.Tensor) => x as tf.Tensor4D;
const last = -1;

/** A layer as Keras-like models use it, with its weights given from outside. */
function throughLayer(layer: tf.layers.Layer, x: tf.Tensor, weights: tf.Tensor[]): tf.Tensor {
  layer.build(x.shape);
  // Gradients are asked for the tensors that come in, and so they stand in the place of the layer's variables.
  layer.weights.forEach((weight, i) => {
    (weight.read() as tf.Variable).dispose();
    Object.assign(weight, { read: () => weights[i] });
  });
  return layer.apply(x) as tf.Tensor;
}

const unit = (x: tf.Tensor) => x.div(x.square().sum(0, true).sqrt());

/** The operations of test/golden/make_gradients.py under the same names. */
export const cases: Record<string, Operation> = {
  abs: (x) => x.abs(),
  neg: (x) => x.neg(),
  exp: (x) => x.exp(),
  expm1: (x) => x.expm1(),
  log: (x) => x.log(),
  log1p: (x) => x.log1p(),
  sqrt: (x) => x.sqrt(),
  rsqrt: (x) => x.rsqrt(),
  square: (x) => x.square(),
  reciprocal: (x) => x.reciprocal(),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.softplus(),
  erf: (x) => x.erf(),
  relu: (x) => x.relu(),
  relu6: (x) => x.relu6(),
  leakyRelu: (x) => tf.leakyRelu(x, 0.2),
  elu: (x) => x.elu(),
  selu: (x) => x.selu(),
  silu: (x) => x.mul(x.sigmoid()),
  gelu: (x) => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1)),
  clipByValue: (x) => x.clipByValue(-1, 0.8),
  'pow number': (x) => x.pow(2.5),
  sign: (x) => x.sign(),
  floor: (x) => x.floor(),
  round: (x) => x.round(),
  stopGradient: (x) => x.mul(stopGradient(x.mul(x))),
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  pow: (a, b) => tf.pow(a, b),
  maximum: (a, b) => tf.maximum(a, b),
  minimum: (a, b) => tf.minimum(a, b),
  squaredDifference: (a, b) => tf.squaredDifference(a, b),
  where: (a, b) => tf.where(tf.greater(a, 0.5), a, b.mul(b)),
  prelu: (x, a) => tf.prelu(x, a),
  sum: (x) => x.sum([0, 2]),
  mean: (x) => x.mean([1, 2], true),
  max: (x) => x.max(1),
  min: (x) => x.min(last),
  logSumExp: (x) => x.logSumExp(last),
  softmax: (x) => x.softmax(),
  logSoftmax: (x) => x.logSoftmax(),
  norm: (x) => x.norm('euclidean', 1),
  cumsum: (x) => x.cumsum(last),
  'cumsum first axis, reverse, exclusive': (x) => x.cumsum(0, true, true),
  cumprod: (x) => tf.cumprod(x, last),
  'cumprod first axis, exclusive': (x) => tf.cumprod(x, 0, true),
  'cumprod reverse': (x) => tf.cumprod(x, 1, false, true),
  'cumprod of zeros': (x) => tf.cumprod(x, last),
  prod: (x) => x.prod(1),
  l2Normalize: (x) => x.div(x.square().sum(last, true).sqrt()),
  groupNorm: (x, scale, offset) => {
    const grouped = x.reshape([2, 9, 2, 2]);
    const { mean, variance } = tf.moments(grouped, [1, 3], true);
    return grouped.sub(mean).mul(variance.add(1e-5).rsqrt()).reshape(x.shape).mul(scale).add(offset);
  },
  matMul: (a, b) => tf.matMul(a, b),
  'matMul transposed a': (a, b) => tf.matMul(a, b, true),
  'matMul transposed b': (a, b) => tf.matMul(a, b, false, true),
  'matMul transposed both': (a, b) => tf.matMul(a, b, true, true),
  'matMul batch': (a, b) => tf.matMul(a, b, false, true),
  'matMul broadcast batch': (a, b) => tf.matMul(a, b),
  'matMul broadcast left': (a, b) => tf.matMul(a, b),
  'matMul broadcast heads': (a, b) => tf.matMul(a, b),
  'matMul oneHot': (x) => tf.matMul(tf.oneHot(tf.tensor1d([2, 0, 2, 1], 'int32'), 3).cast('float32'), x),
  einsum: (a, b) => tf.einsum('ij,jk->ik', a, b),
  'einsum batch': (a, b) => tf.einsum('bqhd,bkhd->bhqk', a, b),
  'einsum outer': (a, b) => tf.einsum('i,j->ji', a, b),
  'einsum sum': (a, b) => tf.einsum('bi,bij->b', a, b),
  'einsum one': (a) => tf.einsum('abc->ca', a),
  spectralNorm: (w, start) => {
    const v = unit(tf.matMul(w, start, true));
    const u = unit(tf.matMul(w, v));
    return w.div(tf.matMul(u, tf.matMul(w, v), true));
  },
  attention: (q, k, v) => tf.matMul(tf.softmax(tf.matMul(q, k, false, true).div(Math.sqrt(3))), v),
  reshape: (x) => x.reshape([3, 4]),
  transpose: (x) => x.transpose([2, 0, 1]),
  'transpose in the middle': (x) => x.transpose([0, 2, 1, 3]),
  concat: (a, b) => tf.concat([a, b], 1),
  stack: (a, b) => tf.stack([a, b], 1),
  'unstack one': (x) => x.unstack(0)[0].square(),
  unstack: (x) => {
    const [a, b] = x.unstack(1);
    return a.mul(b);
  },
  split: (x) => {
    const [a, b] = tf.split(x, 2, 1);
    return a.mul(b);
  },
  slice: (x) => x.slice([0, 1, 1], [-1, 2, -1]),
  stridedSlice: (x) => x.stridedSlice([0, 0], [2, 5], [1, 2]),
  pad: (x) =>
    x.pad(
      [
        [0, 2],
        [1, 0],
      ],
      0.5,
    ),
  'mirrorPad reflect': (x) => tf.mirrorPad(x, mirror, 'reflect'),
  'mirrorPad symmetric': (x) => tf.mirrorPad(x, mirror, 'symmetric'),
  tile: (x) => x.tile([2, 1, 3]),
  broadcastTo: (x) => x.broadcastTo([2, 3, 4]),
  gather: (x) => x.gather([2, 0, 2], 1),
  'gather rows': (x) => x.gather([1, 1, 3, 0]),
  embedding: (x) =>
    x.gather(
      tf.tensor2d(
        [
          [3, 1, 0],
          [3, 2, 3],
        ],
        [2, 3],
        'int32',
      ),
    ),
  bandPart: (x) => tf.linalg.bandPart(x, 1, 0),
  'bandPart upper': (x) => tf.linalg.bandPart(x, 0, -1),
  reverse: (x) => x.reverse([0, 2]),
  depthToSpace: (x) => tf.depthToSpace(image(x), 2),
  'conv2d same': (x, w) => tf.conv2d(image(x), image(w), 1, 'same'),
  'conv2d valid': (x, w) => tf.conv2d(image(x), image(w), 1, 'valid'),
  'conv2d 1 x 1': (x, w) => tf.conv2d(image(x), image(w), 1, 'valid'),
  'conv2d stride 2': (x, w) => tf.conv2d(image(x), image(w), 2, 'same'),
  'conv2d stride 2 valid': (x, w) => tf.conv2d(image(x), image(w), 2, 'valid'),
  'conv2d pad 1 stride 2': (x, w) => tf.conv2d(image(x), image(w), 2, 1),
  'conv2d stride 3, filter 2': (x, w) => tf.conv2d(image(x), image(w), 3, 'same'),
  'conv2d dilated': (x, w) => tf.conv2d(image(x), image(w), 1, 'same', 'NHWC', 2),
  'conv2d dilated valid': (x, w) => tf.conv2d(image(x), image(w), 1, 'valid', 'NHWC', 2),
  'conv2d layer': (x, ...weights) =>
    throughLayer(tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', dilationRate: 2 }), x, weights),
  conv1d: (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 2, 'valid'),
  'conv1d layer': (x, ...weights) =>
    throughLayer(tf.layers.conv1d({ filters: 2, kernelSize: 3, padding: 'same', dilationRate: 2 }), x, weights),
  conv2dTranspose: (x, w) => tf.conv2dTranspose(image(x), image(w), [2, 6, 6, 3], 2, 'same'),
  'conv2dTranspose 3 x 3': (x, w) => tf.conv2dTranspose(image(x), image(w), [1, 6, 6, 3], 2, 'same'),
  depthwiseConv2d: (x, w) => tf.depthwiseConv2d(image(x), image(w), 1, 'same'),
  'depthwiseConv2d stride 2': (x, w) => tf.depthwiseConv2d(image(x), image(w), 2, 'same'),
  'depthwiseConv2d dilated': (x, w) => tf.depthwiseConv2d(image(x), image(w), 1, 'valid', 'NHWC', 2),
  avgPool: (x) => tf.avgPool(image(x), 2, 2, 'valid'),
  'avgPool same 2/1': (x) => tf.avgPool(image(x), 2, 1, 'same'),
  'avgPool same 3/2': (x) => tf.avgPool(image(x), 3, 2, 'same'),
  maxPool: (x) => tf.maxPool(image(x), 2, 2, 'valid'),
  'maxPool same 3/2': (x) => tf.maxPool(image(x), 3, 2, 'same'),
  resizeNearestNeighbor: (x) => tf.image.resizeNearestNeighbor(image(x), [8, 8]),
  'resizeNearestNeighbor smaller': (x) => tf.image.resizeNearestNeighbor(image(x), [2, 2]),
  'resizeBilinear oblong': (x) => tf.image.resizeBilinear(image(x), [3, 7]),
  resizeBilinear: (x) => tf.image.resizeBilinear(image(x), [6, 6]),
  upSampling2d: (x) => tf.layers.upSampling2d({ size: [2, 2] }).apply(x) as tf.Tensor,
  globalAveragePooling2d: (x) => tf.layers.globalAveragePooling2d({}).apply(x) as tf.Tensor,
  batchNorm: (x, offset, scale) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D);
  },
  moments: (x) => {
    const { mean, variance } = tf.moments(x, [1, 2], true);
    return x.sub(mean).mul(variance.add(1e-3).rsqrt());
  },
  critic: (x, a, b, c) => {
    const first = tf.leakyRelu(tf.conv2d(image(x), image(a), 2, 'same'), 0.2);
    const second = tf.leakyRelu(tf.conv2d(first, image(b), 1, 'same'), 0.2);
    return tf.matMul(second.sum([1, 2]), c).tanh();
  },
  binaryCrossEntropy: (x, t) => x.relu().sub(x.mul(t)).add(x.abs().neg().exp().log1p()),
  sigmoidCrossEntropy: (x, t) => tf.losses.sigmoidCrossEntropy(t, x),
  softmaxCrossEntropy: (x, t) => tf.losses.softmaxCrossEntropy(t, x),
  huber: (x, t) => tf.losses.huberLoss(t, x),
};

const mirror: [number, number][] = [
  [0, 0],
  [2, 1],
  [1, 2],
  [0, 0],
];
