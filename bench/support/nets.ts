/** Training steps that bench/engines.ts measures. Each has its like in torch_steps.py: the same layers, sizes and optimizer. */
import * as tf from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import { minimizer } from './minimizer';

type Step = () => tf.Scalar;
const image = (x: tf.Tensor) => x as tf.Tensor4D;
const random = new Random('bench');
const weight = (shape: number[]) =>
  tf.variable(random.normal(shape, 0, 1 / Math.sqrt(shape.slice(0, -1).reduce((a, b) => a * b, 1))));
const bias = (size: number) => tf.variable(tf.zeros([size]));
const conv = (x: tf.Tensor, w: tf.Variable, stride: number) => tf.conv2d(image(x), w as tf.Tensor4D, stride, 'same');

/** Batch 32 of 28 × 28: 1 → 32 → 32, then at half the size 64 → 64 → 64 → 64, and a dense layer. */
function sixConvolutions(): Step {
  const sizes = [
    [1, 32, 1],
    [32, 32, 1],
    [32, 64, 2],
    [64, 64, 1],
    [64, 64, 1],
    [64, 64, 1],
  ];
  const layers = sizes.map(([from, to, stride]) => ({ w: weight([3, 3, from, to]), b: bias(to), stride }));
  const dense = weight([64 * 14 * 14, 10]);
  const x = random.normal([32, 28, 28, 1]);
  const labels = tf.oneHot(tf.range(0, 32, 1, 'int32').mod(tf.scalar(10, 'int32')).cast('int32') as tf.Tensor1D, 10);
  return minimizer(() => {
    const h = layers.reduce((h: tf.Tensor, { w, b, stride }) => conv(h, w, stride).add(b).relu(), x);
    return tf.losses.softmaxCrossEntropy(labels, tf.matMul(h.reshape([32, -1]), dense));
  }, [...layers.flatMap(({ w, b }) => [w, b]), dense]);
}

/** Batch 128: 784 → 400 → 20 and back, Bernoulli likelihood. */
function denseVae(): Step {
  const layers = [
    [784, 400],
    [400, 40],
    [20, 400],
    [400, 784],
  ].map(([from, to]) => ({ w: weight([from, to]), b: bias(to) }));
  const dense = (x: tf.Tensor, i: number) => tf.matMul(x, layers[i].w).add(layers[i].b);
  const x = random.uniform([128, 784]);
  return minimizer(
    () => {
      const [mu, logVar] = tf.split(dense(dense(x, 0).relu(), 1), 2, 1);
      const z = mu.add(
        logVar
          .mul(0.5)
          .exp()
          .mul(random.normal([128, 20])),
      );
      const logits = dense(dense(z, 2).relu(), 3);
      const reconstruction = logits.relu().sub(logits.mul(x)).add(logits.abs().neg().exp().log1p()).sum();
      const kl = mu.square().add(logVar.exp()).sub(logVar).sub(1).sum().mul(0.5);
      return reconstruction.add(kl).div(128);
    },
    layers.flatMap(({ w, b }) => [w, b]),
  );
}

/** Batch 64 of 28 × 28: a step of the discriminator (real and generated) and one of the generator. */
function dcgan(): Step {
  const discriminator = [weight([4, 4, 1, 32]), weight([4, 4, 32, 64]), weight([7 * 7 * 64, 1])];
  const generator = [weight([64, 7 * 7 * 64]), weight([4, 4, 32, 64]), weight([4, 4, 1, 32])];
  const judge = (x: tf.Tensor) => {
    const [a, b, c] = discriminator;
    const h = conv(conv(x, a, 2).leakyRelu(0.2), b, 2).leakyRelu(0.2);
    return tf.matMul(h.reshape([h.shape[0], -1]), c);
  };
  const generate = () => {
    const [a, b, c] = generator;
    const h = tf
      .matMul(random.normal([64, 64]), a)
      .reshape([64, 7, 7, 64])
      .relu();
    const larger = tf.conv2dTranspose(image(h), b as tf.Tensor4D, [64, 14, 14, 32], 2, 'same').relu();
    return tf.conv2dTranspose(image(larger), c as tf.Tensor4D, [64, 28, 28, 1], 2, 'same').tanh();
  };
  const real = random.uniform([64, 28, 28, 1], -1, 1);
  const stepD = minimizer(
    () => judge(real).neg().softplus().mean().add(judge(generate()).softplus().mean()),
    discriminator,
  );
  const stepG = minimizer(() => judge(generate()).neg().softplus().mean(), generator);
  return () => {
    stepD().dispose();
    return stepG();
  };
}

/** Batch 64 of 28 × 28: the critic's step with gradient penalty, a derivative of a derivative. */
function wganGp(): Step {
  const critic = [weight([4, 4, 1, 32]), weight([4, 4, 32, 64]), weight([7 * 7 * 64, 1])];
  const judge = (x: tf.Tensor) => {
    const [a, b, c] = critic;
    const h = conv(conv(x, a, 2).leakyRelu(0.2), b, 2).leakyRelu(0.2);
    return tf.matMul(h.reshape([64, -1]), c);
  };
  const [real, fake] = [random.uniform([64, 28, 28, 1], -1, 1), random.uniform([64, 28, 28, 1], -1, 1)];
  return minimizer(() => {
    const share = random.uniform([64, 1, 1, 1]);
    const between = real.mul(share).add(fake.mul(tf.sub(1, share)));
    const gradient = tf.grad((x) => judge(x).sum())(between);
    const penalty = gradient.square().sum([1, 2, 3]).add(1e-12).sqrt().sub(1).square().mean();
    return judge(fake).mean().sub(judge(real).mean()).add(penalty.mul(10));
  }, critic);
}

/** Batch 32, 64 places of 64 channels, 4 heads: attention and a step down the mean square of its output. */
function attention(): Step {
  const [toQkv, toOut] = [weight([64, 192]), weight([64, 64])];
  const x = random.normal([32, 64, 64]);
  const heads = (x: tf.Tensor) => x.reshape([32, 64, 4, 16]).transpose([0, 2, 1, 3]);
  return minimizer(() => {
    const qkv = tf.matMul(x.reshape([-1, 64]), toQkv).reshape([32, 64, 192]);
    const [q, k, v] = tf.split(qkv, 3, 2).map(heads);
    const mixed = tf.matMul(tf.softmax(tf.matMul(q, k, false, true).mul(0.25)), v);
    const out = tf.matMul(mixed.transpose([0, 2, 1, 3]).reshape([-1, 64]), toOut);
    return x.reshape([-1, 64]).add(out).square().mean();
  }, [toQkv, toOut]);
}

export const nets: Record<string, () => Step> = {
  '6-conv net B32': sixConvolutions,
  'dense VAE B128': denseVae,
  'DCGAN D+G B64': dcgan,
  'WGAN-GP critic B64': wganGp,
  'attention block B32': attention,
};
