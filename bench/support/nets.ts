/** Training steps that bench/engines.ts measures. Each has its like in torch_steps.py: the same layers, sizes and optimizer. */
import * as tf from '@tensorflow/tfjs';
import { Random } from '../../lib/engine';
import { groupNorm, silu } from '../../lib/nn';
import { minimizer } from './minimizer';

type Step = () => tf.Scalar;
const image = (x: tf.Tensor) => x as tf.Tensor4D;
let random = new Random('bench'); // anew for each net that is made, so that a net is the same in any company
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
      const reconstruction = logits.softplus().sub(logits.mul(x)).sum();
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

/**
 * Batch 32 of 28 × 28: a DDPM's U-Net of three levels (32, 64, 64 channels), a residual block at each on the way down and up
 * and one between, the time's embedding in every block; mean square of the noise that it predicts. 418,881 parameters.
 */
function smallUNet(): Step {
  const variables: tf.Variable[] = [];
  const own = (variable: tf.Variable) => (variables.push(variable), variable);
  const convolution = (from: number, to: number, size = 3, stride = 1) => {
    const [w, b] = [own(weight([size, size, from, to])), own(bias(to))];
    return (h: tf.Tensor) => conv(h, w, stride).add(b);
  };
  const dense = (from: number, to: number) => {
    const [w, b] = [own(weight([from, to])), own(bias(to))];
    return (h: tf.Tensor) => tf.matMul(h, w).add(b);
  };
  const normed = (channels: number) => {
    const [gamma, beta] = [own(tf.variable(tf.ones([channels]))), own(bias(channels))];
    return (h: tf.Tensor) => groupNorm(h, 8, gamma, beta, 1e-5, 'silu');
  };
  const block = (from: number, to: number) => {
    const [norm1, conv1, time, norm2, conv2] = [normed(from), convolution(from, to), dense(128, to), normed(to), convolution(to, to)]; // prettier-ignore
    const skip = from === to ? (h: tf.Tensor) => h : convolution(from, to, 1);
    return (h: tf.Tensor, t: tf.Tensor) => {
      const middle = conv1(norm1(h)).add(time(t).reshape([-1, 1, 1, to]));
      return skip(h).add(conv2(norm2(middle)));
    };
  };
  const larger = (h: tf.Tensor) =>
    tf.image.resizeNearestNeighbor(image(h), [2 * (h.shape[1] ?? 0), 2 * (h.shape[2] ?? 0)]);
  const [time1, time2] = [dense(32, 128), dense(128, 128)];
  const [first, down1, smaller1, down2, smaller2] = [convolution(1, 32), block(32, 32), convolution(32, 32, 3, 2), block(32, 64), convolution(64, 64, 3, 2)]; // prettier-ignore
  const [middle, up2, narrow, up1, norm, last] = [block(64, 64), block(128, 64), convolution(64, 32), block(64, 32), normed(32), convolution(32, 1)]; // prettier-ignore
  const [x, noise, embedding] = [
    random.normal([32, 28, 28, 1]),
    random.normal([32, 28, 28, 1]),
    random.normal([32, 32]),
  ];
  return minimizer(() => {
    const t = silu(time2(silu(time1(embedding))));
    const h1 = down1(first(x), t);
    const h2 = down2(smaller1(h1), t);
    const h3 = middle(smaller2(h2), t);
    const h4 = up2(tf.concat([larger(h3), h2], 3), t);
    const h5 = up1(tf.concat([narrow(larger(h4)), h1], 3), t);
    return last(norm(h5)).sub(noise).square().mean();
  }, variables);
}

/** Batch 64 of 28 × 28: four couplings with checkerboard masks, four with channel masks at half the size; bits in nats. */
function realNvp(): Step {
  const variables: tf.Variable[] = [];
  const own = (variable: tf.Variable) => (variables.push(variable), variable);
  const coupling = (channels: number, mask: tf.Tensor) => {
    const sizes = [channels, 32, 32, 2 * channels];
    const layers = [0, 1, 2].map((i) => ({
      w: own(weight([3, 3, sizes[i], sizes[i + 1]])),
      b: own(bias(sizes[i + 1])),
    }));
    const free = tf.sub(1, mask);
    return (x: tf.Tensor): [tf.Tensor, tf.Tensor] => {
      const h = layers.reduce((h, { w, b }, i) => {
        const y = conv(h, w, 1).add(b);
        return i < 2 ? y.relu() : y;
      }, x.mul(mask));
      const [scale, shift] = tf.split(h, 2, 3);
      const logScale = scale.tanh().mul(free);
      return [x.mul(mask).add(x.mul(logScale.exp()).add(shift).mul(free)), logScale.sum()];
    };
  };
  const checkerboard = tf.tensor4d(Array.from({ length: 784 }, (_, i) => ((i % 28) + Math.floor(i / 28)) % 2), [1, 28, 28, 1]); // prettier-ignore
  const halves = tf.tensor4d([1, 1, 0, 0], [1, 1, 1, 4]);
  const fine = [0, 1, 2, 3].map((i) => coupling(1, i % 2 ? tf.sub(1, checkerboard) : checkerboard));
  const coarse = [0, 1, 2, 3].map((i) => coupling(4, i % 2 ? tf.sub(1, halves) : halves));
  const x = random.normal([64, 28, 28, 1]);
  return minimizer(() => {
    let [h, total]: [tf.Tensor, tf.Tensor] = [x, tf.scalar(0)];
    const move = (step: (typeof fine)[number]) => {
      const [next, logDet] = step(h);
      [h, total] = [next, total.add(logDet)];
    };
    fine.forEach(move);
    h = h.reshape([64, 14, 2, 14, 2]).transpose([0, 1, 3, 2, 4]).reshape([64, 14, 14, 4]);
    coarse.forEach(move);
    return h.square().sum().mul(0.5).sub(total).div(64);
  }, variables);
}

const makers: Record<string, () => Step> = {
  '6-conv net B32': sixConvolutions,
  'small DDPM U-Net B32': smallUNet,
  'dense VAE B128': denseVae,
  'DCGAN D+G B64': dcgan,
  'WGAN-GP critic B64': wganGp,
  'RealNVP B64': realNvp,
  'attention block B32': attention,
};

/** Each makes a net with its weights and its data, and gives the step. */
export const nets: Record<string, () => Step> = Object.fromEntries(
  Object.entries(makers).map(([name, make]) => [
    name,
    () => {
      random = new Random(name);
      return make();
    },
  ]),
);
