/**
 * The operations that this library's models are made of. For each, on each engine, the value, the first derivative and the
 * derivative of that are checked against PyTorch in double precision (test/engine/gradients.test.ts). A model that needs
 * another operation adds it here and there.
 */
export const vocabulary: readonly string[] = [
  // of one tensor, element by element
  ...['abs', 'neg', 'exp', 'expm1', 'log', 'log1p', 'sqrt', 'rsqrt', 'square', 'reciprocal', 'sin', 'cos', 'erf'],
  ...['tanh', 'sigmoid', 'softplus', 'relu', 'relu6', 'leakyRelu', 'elu', 'selu', 'silu', 'gelu', 'clipByValue'],
  ...['sign', 'floor', 'round', 'stopGradient'],
  // of several, with broadcasting
  ...['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'squaredDifference', 'where', 'prelu'],
  // sums and the like
  ...['sum', 'mean', 'max', 'min', 'logSumExp', 'softmax', 'logSoftmax', 'norm', 'moments', 'cumsum'],
  ...['cumprod', 'prod', 'l2Normalize', 'groupNorm'],
  // products
  ...['matMul', 'einsum', 'attention', 'spectralNorm'],
  // moving elements
  ...['reshape', 'transpose', 'concat', 'stack', 'unstack', 'split', 'slice', 'stridedSlice', 'pad', 'mirrorPad'],
  ...['tile', 'broadcastTo', 'gather', 'embedding', 'bandPart', 'reverse', 'depthToSpace'],
  // images
  ...['conv1d', 'conv2d', 'conv2dTranspose', 'depthwiseConv2d', 'avgPool', 'maxPool', 'batchNorm'],
  ...['resizeNearestNeighbor', 'resizeBilinear', 'upSampling2d', 'globalAveragePooling2d'],
  // losses
  ...['binaryCrossEntropy', 'sigmoidCrossEntropy', 'softmaxCrossEntropy', 'huber'],
];
