import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { Random } from '../../lib/engine';

/** A small network with what the course trains: convolutions, a stride, a norm, upsampling, a dense layer, Adam. */
function makeNet(random: Random) {
  const filter = (shape: number[]) =>
    tf.variable(random.normal(shape, 0, Math.sqrt(2 / (shape[0] * shape[1] * shape[2]))));
  const weights = [filter([3, 3, 1, 8]), filter([3, 3, 8, 16]), filter([3, 3, 16, 8]), filter([3, 3, 8, 1])];
  const dense = tf.variable(random.normal([16, 16], 0, 0.2));
  const normalize = (x: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, [1, 2], true);
    return x.sub(mean).mul(variance.add(1e-5).rsqrt());
  };
  const forward = (x: tf.Tensor): tf.Tensor => {
    const conv = (x: tf.Tensor, i: number, stride: number) =>
      tf.conv2d(x as tf.Tensor4D, weights[i] as tf.Tensor4D, stride, 'same');
    let h = conv(x, 0, 1).leakyRelu(0.2);
    h = normalize(conv(h, 1, 2));
    h = h.mul(h.sigmoid());
    h = h.add(
      tf
        .matMul(h.reshape([-1, 16]), dense)
        .reshape(h.shape)
        .tanh(),
    );
    h = tf.image.resizeNearestNeighbor(h as tf.Tensor4D, [12, 12]);
    return conv(conv(h, 2, 1).relu(), 3, 1);
  };
  return { forward, variables: [...weights, dense] };
}

/** The losses of so many steps on the current engine. */
export function losses(seed: number, steps: number): number[] {
  const random = new Random(seed);
  const { forward, variables } = makeNet(random.fork('weights'));
  const optimizer = tf.train.adam(3e-3);
  const data = random.fork('data');
  const step = () =>
    tf.tidy(() => {
      const x = data.normal([8, 12, 12, 1]);
      const loss = optimizer.minimize(() => forward(x).sub(x).square().mean(), true, variables as tf.Variable[]);
      return loss ? loss.dataSync()[0] : NaN;
    });
  const values = [step()]; // the first step makes the optimizer's own variables
  const before = tf.memory().numTensors;
  for (let i = 1; i < steps; i++) values.push(step());
  expect(tf.memory().numTensors, 'tensors left behind by the steps').toBe(before);
  optimizer.dispose();
  tf.dispose(variables);
  return values;
}
