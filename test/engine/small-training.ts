import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { Random } from '../../lib/engine';

/** What is trained: one loss after the other is minimized, each over its own variables. */
interface Player {
  readonly variables: readonly tf.Variable[];
  loss(noise: Random): tf.Scalar;
}

const image = (x: tf.Tensor) => x as tf.Tensor4D;
const conv = (x: tf.Tensor, filter: tf.Tensor, stride = 1) => tf.conv2d(image(x), image(filter), stride, 'same');

function weight(random: Random, shape: number[]): tf.Variable {
  const fanIn = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  return tf.variable(random.normal(shape, 0, Math.sqrt(2 / fanIn)));
}

/** Convolutions, a stride, a norm of each image, upsampling, a dense layer. */
function convolutional(random: Random): Player[] {
  const weights = [
    [3, 3, 1, 6],
    [3, 3, 6, 8],
    [3, 3, 8, 6],
    [3, 3, 6, 1],
  ].map((shape) => weight(random, shape));
  const dense = tf.variable(random.normal([8, 8], 0, 0.2));
  const forward = (x: tf.Tensor) => {
    let h = conv(x, weights[0]).leakyRelu(0.2);
    h = normalize(conv(h, weights[1], 2), [1, 2], 1e-5);
    h = h.mul(h.sigmoid());
    const mixed = tf.matMul(h.reshape([-1, 8]), dense);
    h = h.add(mixed.reshape(h.shape).tanh());
    h = tf.image.resizeNearestNeighbor(image(h), [8, 8]);
    return conv(conv(h, weights[2]).relu(), weights[3]);
  };
  const loss = (noise: Random) => {
    const x = noise.normal([8, 8, 8, 1]);
    return forward(x).sub(x).square().mean<tf.Scalar>();
  };
  return [{ variables: [...weights, dense], loss }];
}

/** A critic with gradient penalty and a generator of transposed convolutions, in turn. */
function adversarial(random: Random): Player[] {
  const critic = [weight(random, [4, 4, 1, 6]), weight(random, [4, 4, 6, 8]), weight(random, [32, 1])];
  const generator = [weight(random, [5, 32]), weight(random, [4, 4, 6, 8]), weight(random, [4, 4, 1, 6])];
  const judge = (x: tf.Tensor) => {
    const h = conv(conv(x, critic[0], 2).leakyRelu(0.2), critic[1], 2).leakyRelu(0.2);
    return tf.matMul(h.reshape([8, -1]), critic[2]);
  };
  const generate = (noise: Random) => {
    const h = tf
      .matMul(noise.normal([8, 5]), generator[0])
      .relu()
      .reshape([8, 2, 2, 8]);
    const larger = tf.conv2dTranspose(image(h), image(generator[1]), [8, 4, 4, 6], 2, 'same').relu();
    return tf.conv2dTranspose(image(larger), image(generator[2]), [8, 8, 8, 1], 2, 'same').tanh();
  };
  const criticLoss = (noise: Random) => {
    const [real, fake] = [noise.normal([8, 8, 8, 1], 0.5, 0.3), generate(noise)];
    const share = noise.uniform([8, 1, 1, 1]);
    const between = real.mul(share).add(fake.mul(tf.sub(1, share)));
    const slope = tf.grad((x) => judge(x).sum())(between);
    const norm = slope.square().sum([1, 2, 3]).add(1e-12).sqrt();
    const penalty = norm.sub(1).square().mean().mul(10);
    return judge(fake).mean().sub(judge(real).mean()).add<tf.Scalar>(penalty);
  };
  return [
    { variables: critic, loss: criticLoss },
    { variables: generator, loss: (noise) => judge(generate(noise)).neg().softplus().mean() },
  ];
}

/** What a U-Net's middle does: group norm, SiLU, attention over all places, and a residual sum. */
function attentive(random: Random): Player[] {
  const into = weight(random, [3, 3, 1, 8]);
  const [scale, offset] = [tf.variable(tf.ones([8])), tf.variable(tf.zeros([8]))];
  const [toQkv, toOut] = [weight(random, [8, 24]), weight(random, [8, 8])];
  const out = weight(random, [3, 3, 8, 1]);
  const forward = (x: tf.Tensor) => {
    const h = conv(x, into, 2); // [B, 4, 4, 8]
    const grouped = normalize(h.reshape([-1, 16, 2, 4]), [1, 3], 1e-5);
    const normed = grouped.reshape(h.shape).mul(scale).add(offset);
    const qkv = tf.matMul(normed.mul(normed.sigmoid()).reshape([-1, 8]), toQkv).reshape([-1, 16, 24]);
    const [q, k, v] = tf.split(qkv, 3, 2).map((part) => part.reshape([-1, 16, 2, 4]).transpose([0, 2, 1, 3]));
    const mixed = tf.matMul(tf.softmax(tf.matMul(q, k, false, true).mul(0.5)), v).transpose([0, 2, 1, 3]);
    const after = h.add(tf.matMul(mixed.reshape([-1, 8]), toOut).reshape(h.shape));
    return conv(tf.image.resizeBilinear(image(after), [8, 8]), out);
  };
  const loss = (noise: Random) => {
    const x = noise.normal([8, 8, 8, 1]);
    return forward(x).sub(x).square().mean<tf.Scalar>();
  };
  return [{ variables: [into, scale, offset, toQkv, toOut, out], loss }];
}

function normalize(x: tf.Tensor, axes: number[], epsilon: number): tf.Tensor {
  const { mean, variance } = tf.moments(x, axes, true);
  return x.sub(mean).mul(variance.add(epsilon).rsqrt());
}

export const nets = {
  'a convolutional net': convolutional,
  'a GAN pair with gradient penalty': adversarial,
  'attention and group norm': attentive,
} as const;

/** The losses of so many steps on the current engine; of several players, one after the other. */
export function losses(seed: number, steps: number, net: keyof typeof nets = 'a convolutional net'): number[] {
  const random = new Random(seed);
  const players = nets[net](random.fork('weights')).map((player) => ({ ...player, optimizer: tf.train.adam(3e-3) }));
  const noise = random.fork('data');
  const step = () =>
    players.map(({ variables, loss, optimizer }) =>
      tf.tidy(() => {
        const value = optimizer.minimize(() => loss(noise), true, [...variables]);
        return value ? value.dataSync()[0] : NaN;
      }),
    );
  const values = step(); // the first step makes the optimizers' own variables
  const before = tf.memory().numTensors;
  for (let i = 1; i < steps; i++) values.push(...step());
  expect(tf.memory().numTensors, 'tensors left behind by the steps').toBe(before);
  for (const { variables, optimizer } of players) {
    optimizer.dispose();
    tf.dispose([...variables]);
  }
  return values;
}
