import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { engines, Random, ready, type EngineName } from '../../lib/engine';

const missing = new Map<EngineName, string | undefined>(engines().map((one) => [one.engine, one.missing]));

/** A critic of Keras-like layers, which fuse product and bias into one operation, and the same from plain operations. */
function critics(random: Random) {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
      tf.layers.leakyReLU({ alpha: 0.2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 6, activation: 'tanh' }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  model.setWeights(model.getWeights().map(({ shape }) => random.normal(shape, 0, 0.5)));
  const [filter, bias, first, firstBias, second, secondBias] = model.getWeights();
  const plain = (x: tf.Tensor) => {
    const h = tf.leakyRelu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same').add(bias), 0.2);
    const hidden = tf
      .matMul(h.reshape([h.shape[0], -1]), first)
      .add(firstBias)
      .tanh();
    return tf.matMul(hidden, second).add(secondBias);
  };
  return { model, plain };
}

test.for(['wasm', 'native'] as const)(
  'a gradient penalty through layers is that through plain operations: %s',
  async (engine, { skip }) => {
    const reason = missing.get(engine);
    if (reason) return skip(`not run: ${reason}`);
    await ready({ engine });
    tf.tidy(() => {
      const random = new Random(3);
      const { model, plain } = critics(random);
      const x = random.normal([4, 8, 8, 1]);
      const penalty = (judge: (x: tf.Tensor) => tf.Tensor) => () => {
        const gradient = tf.grad((x) => judge(x).sum())(x);
        return gradient.square().sum([1, 2, 3]).sqrt().sub(1).square().mean() as tf.Scalar;
      };
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const [byLayers, byHand] = [(x: tf.Tensor) => model.apply(x) as tf.Tensor, plain].map(
        (judge) => tf.variableGrads(penalty(judge), variables.slice(0, 5)), // the last bias does not matter to a gradient
      );
      expect(byLayers.value.dataSync()[0]).toBeCloseTo(byHand.value.dataSync()[0], 4);
      for (const name of Object.keys(byHand.grads)) {
        const [got, expected] = [byLayers, byHand].map(({ grads }) => grads[name].dataSync());
        expected.forEach((value, i) => expect(Math.abs(got[i] - value), `${name} ${i}`).toBeLessThan(1e-3));
      }
      expect(byHand.grads[variables[0].name].abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
    });
  },
);
