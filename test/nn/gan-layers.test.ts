import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, ready } from '../../lib/engine';
import {
  BatchNorm,
  detached,
  InstanceNorm,
  instanceNorm,
  powerIteration,
  SpectralConv2d,
  SpectralDense,
  spectralValue,
  stateOf,
  variablesOf,
} from '../../lib/nn';
import { loadWeights, saveWeights } from '../../lib/training';
import { cases as cycleganCases } from '../golden/cyclegan.json';
import { cases as dcganCases } from '../golden/dcgan.json';
import { cases as snganCases } from '../golden/sngan.json';
import { expectClose, tensor } from '../models/adversarial';

beforeAll(() => ready());

const training = { training: true };

function alone(layer: tf.layers.Layer, shape: number[]): tf.LayersModel {
  const x = tf.input({ shape, name: 'x' });
  return tf.model({ name: 'alone', inputs: x, outputs: layer.apply(x) as tf.SymbolicTensor });
}

describe('detached', () => {
  test('lets no gradient through, and leaves what it computes as it is', () => {
    const w = tf.variable(tf.scalar(3));
    const { value, grads } = tf.variableGrads(() => w.mul(detached(() => w.square().mul(2))).asScalar(), [w]);
    expect(value.dataSync()[0]).toBe(54);
    expect(grads[w.name].dataSync()[0]).toBe(18); // not 54, as w³·2 has it
  });

  test('frees what was made on the way at once', () => {
    const w = tf.variable(tf.ones([3]));
    const before = tf.memory().numTensors;
    let during = 0;
    const { value, grads } = tf.variableGrads(() => {
      const fixed = detached(() => w.add(1).square().add(2).square());
      during = tf.memory().numTensors - before;
      return w.mul(fixed).sum().asScalar();
    }, [w]);
    expect(during).toBeLessThanOrEqual(3);
    tf.dispose([value, grads]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('BatchNorm against torch.nn.BatchNorm2d in double precision', () => {
  const golden = dcganCases['BatchNorm2d over three batches, its gradients and moving statistics'];
  const build = () => {
    const model = alone(new BatchNorm({ name: 'norm' }), [5, 5, 3]);
    const [gamma, beta] = variablesOf(model);
    gamma.assign(tensor(golden.gamma));
    beta.assign(tensor(golden.beta));
    return { model, gamma, beta };
  };

  test('three batches: values, gradients by input, scale and shift, moving statistics; then evaluation', () => {
    const { model, gamma, beta } = build();
    const [mean, variance] = stateOf(model);
    for (const step of golden.steps) {
      const x = tf.variable(tensor<tf.Tensor>(step.x));
      let y: tf.Tensor | undefined;
      const { grads } = tf.variableGrads(() => {
        y = tf.keep(model.apply(x, training) as tf.Tensor);
        return y.mul(tensor(golden.towards)).sum().asScalar();
      }, [x, gamma, beta]);
      expectClose(y as unknown as tf.Tensor, step.y, 1e-5, 'y');
      expectClose(grads[x.name], step.dx, 1e-5, 'dx');
      expectClose(grads[gamma.name], step.dgamma, 1e-5, 'dgamma');
      expectClose(grads[beta.name], step.dbeta, 1e-5, 'dbeta');
      expectClose(mean, step.mean, 1e-5, 'moving mean');
      expectClose(variance, step.variance, 1e-5, 'moving variance');
    }
    expectClose(model.apply(tensor(golden.steps[0].x)) as tf.Tensor, golden.evaluated, 1e-5, 'evaluated');
    expectClose(mean, golden.steps[2].mean, 1e-5, 'evaluation moves nothing');
  });

  test('moving statistics go into the weights’ file and come back', async () => {
    const [one, other] = [build(), build()];
    one.model.apply(tensor(golden.steps[0].x), training);
    loadWeights({ net: other.model }, await saveWeights({ net: one.model }), 'file');
    stateOf(other.model).forEach((variable, i) => {
      expect([...variable.dataSync()]).toEqual([...stateOf(one.model)[i].dataSync()]);
    });
    expect(stateOf(other.model)[0].dataSync()[0]).not.toBe(0);
  });

  test('works on rows of numbers too, and leaves no tensor behind', () => {
    const model = alone(new BatchNorm({ name: 'norm' }), [4]);
    const x = new Random(0).normal([100, 4], 3, 2);
    const before = tf.memory().numTensors;
    const y = model.apply(x, training) as tf.Tensor;
    expect(tf.memory().numTensors).toBe(before + 1);
    const { mean, variance } = tf.moments(y, 0);
    expectClose(mean, [0, 0, 0, 0], 1e-4);
    expectClose(variance, [1, 1, 1, 1], 1e-4);
  });
});

describe('InstanceNorm against torch.nn.InstanceNorm2d', () => {
  const golden = cycleganCases['InstanceNorm2d and its gradient'];

  test('values and gradient', () => {
    const x = tensor<tf.Tensor4D>(golden.x);
    expectClose(instanceNorm(x), golden.y);
    expectClose(alone(new InstanceNorm({ name: 'norm' }), [6, 6, 3]).apply(x) as tf.Tensor, golden.y);
    const gradient = tf.grad((x) => instanceNorm(x).mul(tensor(golden.towards)).sum());
    expectClose(gradient(x), golden.dx, 1e-5, 'dx');
  });

  test('an image’s contrast does not matter, its neighbours neither', () => {
    const x = tensor<tf.Tensor4D>(golden.x);
    expectClose(instanceNorm(x.mul(5).add(2)), golden.y, 1e-4);
    expectClose(instanceNorm(x.slice([0], [1])), golden.y.slice(0, 1));
  });
});

describe('spectral normalization against torch.nn.utils.spectral_norm', () => {
  const layers = {
    'spectral_norm of a dense layer, three forwards': () =>
      alone(new SpectralDense({ name: 'layer', units: 4, seed: 1 }), [6]),
    'spectral_norm of a convolution, three forwards': () =>
      alone(new SpectralConv2d({ name: 'layer', filters: 4, kernelSize: 4, strides: 2, seed: 1 }), [8, 8, 2]),
  };

  test.each(Object.entries(layers))('%s: outputs, gradients, u and v; then evaluation', (name, build) => {
    const golden = snganCases[name as keyof typeof layers];
    const model = build();
    const [kernel, bias] = variablesOf(model);
    const [u, v] = stateOf(model);
    kernel.assign(tensor(golden.kernel));
    bias.assign(tensor(golden.bias));
    u.assign(tensor(golden.u));
    for (const round of golden.rounds) {
      let y: tf.Tensor | undefined;
      const { grads } = tf.variableGrads(() => {
        y = tf.keep(model.apply(tensor(golden.x), training) as tf.Tensor);
        return y.mul(tensor(golden.towards)).sum().asScalar();
      }, [kernel]);
      expectClose(y as unknown as tf.Tensor, round.y, 1e-5, 'y');
      expectClose(grads[kernel.name], round.dkernel, 1e-5, 'gradient');
      expectClose(u, round.u, 1e-5, 'u');
      expectClose(v, round.v, 1e-5, 'v');
    }
    expectClose(model.apply(tensor(golden.x)) as tf.Tensor, golden.evaluated, 1e-5, 'evaluated');
    expectClose(u, golden.rounds[2].u, 1e-5, 'evaluation moves nothing');
  });

  test('power iteration finds the largest singular value, as torch.linalg has it', () => {
    for (const { kernel, u, sigma } of Object.values(snganCases).filter((one) => 'sigma' in one)) {
      const weight = tensor<tf.Tensor>(kernel).reshape<tf.Tensor2D>([-1, u.length]);
      const vectors = powerIteration(weight, tensor(u), 200);
      expect(spectralValue(weight, vectors).dataSync()[0]).toBeCloseTo(sigma, 5);
    }
  });

  test('a layer that nobody trained is normalized already; a seed makes it again', () => {
    const build = (seed: number) => alone(new SpectralDense({ name: 'layer', units: 5, offset: 'none', seed }), [7]);
    const identity = tf.eye(7);
    const weights = [build(1), build(1), build(2)].map((model) => model.apply(identity) as tf.Tensor2D);
    const [first, again, other] = weights.map((weight) => [...weight.dataSync()]);
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    const vectors = powerIteration(weights[0], tf.ones([5]), 300);
    expect(spectralValue(weights[0], vectors).dataSync()[0]).toBeCloseTo(1, 1);
  });

  test('leaves no tensor behind', () => {
    const model = layers['spectral_norm of a convolution, three forwards']();
    const x = tf.ones([2, 8, 8, 2]);
    const before = tf.memory().numTensors;
    const outputs = [model.apply(x, training), model.apply(x)];
    expect(tf.memory().numTensors).toBe(before + outputs.length);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before + outputs.length - 4);
  });
});
