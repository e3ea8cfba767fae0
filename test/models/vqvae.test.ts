import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { pixelcnn, vqvae } from '../../lib/models';
import { memoryStore } from '../../lib/training';
import { cases } from '../golden/vqvae.json';

beforeAll(async () => {
  await ready();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];
const small = { inputShape: [8, 8, 1], hidden: [2, 3], blocks: 1, codes: 5, codeDim: 2 } as const;

/** 1e-5 of the value, or 1e-5 near 0. */
function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.size).toBe(expected.length);
  numbers(actual).forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `entry ${i}: ${value} for ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i])),
    );
  });
}

describe('against torch', () => {
  test('eq. 3 with straight-through: values, and what reaches z, the vectors and the decoder', () => {
    const golden = cases['eq. 3 with straight-through: values and gradients'];
    const inputs = [
      tf.tensor2d(golden.z, [7, 3]),
      tf.tensor2d(golden.vectors, [5, 3]),
      tf.tensor2d(golden.decoder, [3, 4]),
    ];
    const x = tf.tensor2d(golden.x, [7, 4]);
    const model = vqvae.buildVqVae({ arch: 'mlp', inputShape: [4], sigma: 0.5 });
    const termsOf = (z: tf.Tensor2D, vectors: tf.Tensor2D, decoder: tf.Tensor2D) => {
      const indices = vqvae.nearest(z, vectors);
      const chosen = tf.gather(vectors, indices);
      const straight = vqvae.straightThrough(z, chosen);
      const reconstruction = vqvae.logLikelihood(model, x, straight.matMul(decoder));
      return { indices, straight, reconstruction, ...vqvae.vqTerms(z, chosen) };
    };
    const [z, vectors, decoder] = inputs;
    const terms = termsOf(z, vectors, decoder);
    expect(numbers(terms.indices)).toEqual(golden.indices);
    expectClose(terms.straight, golden.straight);
    expectClose(terms.reconstruction, golden.reconstruction);
    expectClose(terms.codebook, golden.codebook);
    expectClose(terms.commitment, golden.commitment);
    const gradients = tf.grads((...at: tf.Tensor[]) => {
      const { reconstruction, codebook, commitment } = termsOf(...(at as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]));
      return codebook.sub(reconstruction).add(commitment.mul(0.25)).sum();
    })(inputs);
    expectClose(gradients[0], golden.zGradient);
    expectClose(gradients[1], golden.vectorsGradient);
    expectClose(gradients[2], golden.decoderGradient);
  });

  test('three updates by moving averages; a vector never chosen stays', () => {
    const golden = cases['moving averages, appendix A.1'];
    const batches = tf.unstack(tf.tensor3d(golden.batches, [3, 7, 3])) as tf.Tensor2D[];
    let state: vqvae.CodebookState = {
      vectors: tf.tensor2d(golden.first, [5, 3]),
      counts: tf.zeros([5]),
      sums: tf.zeros([5, 3]),
    };
    batches.forEach((z, i) => {
      const indices = vqvae.nearest(z, state.vectors);
      expect(numbers(indices)).toEqual(golden.indices.slice(7 * i, 7 * i + 7));
      state = vqvae.emaUpdate(state, z, indices, { decay: 0.9, restart: 0, random: new Random(0) });
      expectClose(state.counts, golden.counts.slice(5 * i, 5 * i + 5));
      expectClose(state.sums, golden.sums.slice(15 * i, 15 * i + 15));
      expectClose(state.vectors, golden.vectors.slice(15 * i, 15 * i + 15));
    });
    expectClose(state.vectors.gather(4), golden.first.slice(12));
  });

  test('perplexity', () => {
    const golden = cases.perplexity;
    expectClose(vqvae.perplexity(tf.tensor1d(golden.codes, 'int32'), 6), golden.perplexity);
    expectClose(vqvae.perplexity(tf.zeros([4, 2, 2], 'int32'), 6), [1]);
  });

  test('the convolutional model: code, image, loss and the gradients of every weight', () => {
    const golden = cases['convolutional model: code, image, loss, gradients of every weight'];
    const model = vqvae.buildVqVae({ ...small, update: 'gradient', sigma: 0.5 });
    const saved = golden.weights as Record<string, { shape: number[]; values: number[]; gradient: number[] }>;
    const networks = { encoder: model.encoder, codebook: model.codebook, decoder: model.decoder };
    const weights = Object.entries(networks).flatMap(([role, network]) =>
      network.weights.map((weight) => ({ name: `${role}.${weight.originalName}`, weight })),
    );
    expect(weights.map(({ name }) => name).sort()).toEqual(Object.keys(saved).sort());
    for (const { name, weight } of weights) weight.write(tf.tensor(saved[name].values, saved[name].shape));
    const x = tf.tensor4d(golden.x, [3, 8, 8, 1]);
    expect(numbers(vqvae.encodeToIndices(model, x))).toEqual(golden.indices);
    expectClose(vqvae.reconstruct(model, x), golden.xHat);
    const terms = vqvae.vqVaeTerms(model, x);
    for (const term of ['reconstruction', 'codebook', 'commitment'] as const) expectClose(terms[term], golden[term]);
    expectClose(vqvae.loss(model, terms), golden.loss);
    const { grads } = tf.variableGrads(() => vqvae.loss(model, vqvae.vqVaeTerms(model, x)), vqvae.variables(model));
    for (const { name, weight } of weights) {
      expectClose(grads[(weight.read() as tf.Variable).name], saved[name].gradient, 1e-4);
    }
  });
});

describe('the codebook', () => {
  test('vectors that are never chosen start again at what the encoder says, with an average share', () => {
    const state = { vectors: tf.tensor2d([[0, 0], [90, 90], [-90, 90]]), counts: tf.zeros<tf.Rank.R1>([3]), sums: tf.zeros<tf.Rank.R2>([3, 2]) }; // prettier-ignore
    const z = tf.tensor2d([[1, 2], [1, 2], [1, 2], [1, 2]]); // prettier-ignore
    const next = vqvae.emaUpdate(state, z, vqvae.nearest(z, state.vectors), {
      ...{ decay: 0.5, restart: 0.1, random: new Random(0) },
    });
    expect(numbers(next.vectors)).toEqual([1, 2, 1, 2, 1, 2]);
    expectClose(next.counts, [2, 2 / 3, 2 / 3]);
    expectClose(next.sums, [2, 4, 2 / 3, 4 / 3, 2 / 3, 4 / 3]);
  });

  test('moving averages leave the vectors out of the gradient; gradient descent has them in', () => {
    const ema = vqvae.buildVqVae(small);
    const learned = vqvae.buildVqVae({ ...small, update: 'gradient' });
    expect(vqvae.variables(learned).length).toBe(vqvae.variables(ema).length + 1);
    const z = tf.zeros<tf.Rank.R2>([2, 2]);
    const options = { decay: 0.9, restart: 0, random: new Random(0) };
    expect(() => vqvae.codebookOf(learned).follow(z, tf.zeros([2], 'int32'), options)).toThrow(/gradient descent/);
  });

  test('decoding numbers is decoding their vectors', () => {
    const model = vqvae.buildVqVae(small);
    const x = new Random(1).uniform<tf.Rank.R4>([3, 8, 8, 1]);
    const { indices, quantized } = vqvae.quantize(model, vqvae.encode(model, x));
    expect(indices.shape).toEqual([3, 2, 2]);
    const vectors = vqvae.codebookOf(model).vectors();
    expect(numbers(quantized)).toEqual(numbers(tf.gather(vectors, indices)));
    expect(numbers(vqvae.decodeIndices(model, indices))).toEqual(numbers(vqvae.decode(model, quantized)));
    expect(numbers(vqvae.reconstruct(model, x))).toEqual(numbers(vqvae.decode(model, quantized)));
  });
});

test('a run that is interrupted and taken up in a new model ends with the same vectors', async () => {
  const data = new Random(1).normal<tf.Rank.R2>([64, 2]);
  const config = { arch: 'mlp', inputShape: [2], hidden: [8], codes: 4, codeDim: 2 } as const;
  const options = { epochs: 4, batchSize: 16, seed: 3 };
  const whole = vqvae.buildVqVae(config);
  await vqvae.trainVqVae(whole, data, options);
  const store = memoryStore();
  const checkpoint = { store, every: 5 };
  const stop = new AbortController();
  const onStep = ({ step }: { step: number }) => void (step === 7 && stop.abort());
  await vqvae.trainVqVae(vqvae.buildVqVae(config), data, { ...options, checkpoint, onStep, signal: stop.signal });
  const resumed = vqvae.buildVqVae({ ...config, seed: 9 });
  await vqvae.trainVqVae(resumed, data, { ...options, checkpoint, resume: true });
  expect(resumed.codebook.getWeights().map(numbers)).toEqual(whole.codebook.getWeights().map(numbers));
});

test('evaluate: error, likelihood, bound and use agree with one another', async () => {
  const model = vqvae.buildVqVae(small);
  const x = new Random(1).uniform<tf.Rank.R4>([7, 8, 8, 1]);
  const figures = await vqvae.evaluate(model, x, { batchSize: 3 });
  const error = x.sub(vqvae.reconstruct(model, x)).square().sum([1, 2, 3]).mean().dataSync()[0];
  expect(figures.squaredError).toBeCloseTo(error, 3);
  const nats = error / (2 * 0.01) + 64 * (Math.log(0.1) + 0.5 * Math.log(2 * Math.PI));
  expect(figures.reconstruction).toBeCloseTo(nats, 1);
  expect(figures.negativeElbo - figures.reconstruction).toBeCloseTo(4 * Math.log(5), 3);
  const indices = vqvae.encodeToIndices(model, x);
  expect(figures.perplexity).toBeCloseTo(vqvae.perplexity(indices, 5).dataSync()[0], 4);
  expect(figures.used).toBe(new Set(numbers(indices)).size);
});

test('a prior fits the code: its grid, its K, one-hot; images come of its draws', async () => {
  const model = vqvae.buildVqVae(small);
  const prior = vqvae.buildPrior(model, { channels: 4, layers: 1 });
  expect(prior.config).toMatchObject({ size: [2, 2], levels: 5, input: 'one-hot' });
  const images = await vqvae.sampleWithPrior(model, prior, 3, new Random(2));
  const indices = await pixelcnn.sample(prior, 3, new Random(2));
  expect(numbers(images)).toEqual(numbers(vqvae.decodeIndices(model, indices)));
  const x = new Random(1).uniform<tf.Rank.R4>([7, 8, 8, 1]);
  const { negativeElbo, reconstruction, code } = await vqvae.evaluateWithPrior(model, prior, x);
  expect(negativeElbo).toBeCloseTo(reconstruction + code, 6);
  const grids = vqvae.encodeToIndices(model, x);
  expect(code).toBeCloseTo(-pixelcnn.logLikelihood(prior, grids).mean().dataSync()[0], 4);
});

test('one seed, one network', () => {
  const weights = (seed: number) => vqvae.variables(vqvae.buildVqVae({ ...small, seed })).flatMap(numbers);
  expect(weights(7)).toEqual(weights(7));
  expect(weights(7)).not.toEqual(weights(8));
});

test('says what does not fit', () => {
  expect(() => vqvae.buildVqVae({ hidden: [4, 4, 4] })).toThrow(/28×28 cannot be divided by 8/);
  expect(() => vqvae.buildVqVae({ codes: 0 })).toThrow(/codes is a whole number from 1, got 0/);
  expect(() => vqvae.buildVqVae({ decay: 1 })).toThrow(/decay is at least 0 and below 1, got 1/);
  const model = vqvae.buildVqVae(small);
  expect(() => vqvae.encode(model, tf.zeros([2, 8, 8]))).toThrow('[B, 8, 8, 1], got [2, 8, 8]');
  expect(() => vqvae.decodeIndices(model, tf.zeros([2, 3, 2]))).toThrow('[B, 2, 2], got [2, 3, 2]');
  expect(() => vqvae.straightThrough(tf.zeros([2, 3]), tf.zeros([2, 1]))).toThrow(/chosen must have the shape of z/);
});

test('no public function leaves a tensor behind', async () => {
  const model = vqvae.buildVqVae(small);
  const prior = vqvae.buildPrior(model, { channels: 4, layers: 1 });
  const random = new Random(0);
  const x = random.uniform<tf.Rank.R4>([6, 8, 8, 1]);
  const z = vqvae.encode(model, x);
  const { indices, quantized } = vqvae.quantize(model, z);
  const rows = z.reshape<tf.Tensor2D>([-1, 2]);
  const codebook = vqvae.codebookOf(model);
  const chosen = vqvae.nearest(rows, codebook.vectors());
  const terms = vqvae.vqVaeTerms(model, x);
  const options = { decay: 0.9, restart: 0.1, random };
  const state = { vectors: codebook.vectors(), counts: tf.ones<tf.Rank.R1>([5]), sums: tf.ones<tf.Rank.R2>([5, 2]) };
  const weights = [model.encoder, model.codebook, model.decoder].flatMap((network) => network.weights).length;
  const calls: Record<string, [made: number, call: () => unknown]> = {
    nearest: [1, () => vqvae.nearest(rows, codebook.vectors())],
    straightThrough: [1, () => vqvae.straightThrough(z, quantized)],
    vqTerms: [2, () => vqvae.vqTerms(rows, rows)],
    emaUpdate: [3, () => vqvae.emaUpdate(state, rows, chosen, options)],
    follow: [0, () => codebook.follow(rows, chosen, options)],
    perplexity: [1, () => vqvae.perplexity(indices, 5)],
    encode: [1, () => vqvae.encode(model, x)],
    quantize: [2, () => vqvae.quantize(model, z)],
    encodeToIndices: [1, () => vqvae.encodeToIndices(model, x)],
    decode: [1, () => vqvae.decode(model, quantized)],
    decodeIndices: [1, () => vqvae.decodeIndices(model, indices)],
    reconstruct: [1, () => vqvae.reconstruct(model, x)],
    vqVaeTerms: [5, () => vqvae.vqVaeTerms(model, x)],
    loss: [1, () => vqvae.loss(model, terms)],
    logLikelihood: [1, () => vqvae.logLikelihood(model, x, x)],
    evaluate: [0, () => vqvae.evaluate(model, x)],
    trainVqVae: [0, () => vqvae.trainVqVae(model, x, { epochs: 2, batchSize: 2 })],
    trainPrior: [0, () => vqvae.trainPrior(model, prior, x, { epochs: 2, batchSize: 2 })],
    sampleWithPrior: [1, () => vqvae.sampleWithPrior(model, prior, 2, random)],
    evaluateWithPrior: [0, () => vqvae.evaluateWithPrior(model, prior, x)],
    dispose: [-weights, () => vqvae.dispose(model)],
  };
  for (const [name, [made, call]] of Object.entries(calls)) {
    const before = tf.memory().numTensors;
    await call();
    expect(tf.memory().numTensors - before, name).toBe(made);
  }
});
