import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random, ready } from '../../lib/engine';
import { attributes, clip } from '../../lib/metrics';
import golden from '../golden/text.json';

beforeAll(() => ready({ engine: 'cpu' }));

const heads = { colour: ['red', 'green', 'blue'], lit: ['no', 'yes'], place: ['a', 'b', 'c', 'd'] };
const smallReader = () =>
  attributes.buildAttributeClassifier({ attributes: heads, side: 8, channels: [4, 6, 8], features: 16 });
const smallClip = () =>
  clip.buildClip({
    side: 8,
    channels: [4, 6, 8],
    features: 16,
    dim: 6,
    text: { vocabulary: 12, length: 5, dim: 4, blocks: 1, heads: 2 },
  });
const pictures = (count: number, side = 8) => new Random(1).uniform<tf.Rank.R4>([count, side, side, 3]);
const texts = () => tf.tensor2d([[2, 5, 6, 3, 0], [2, 7, 3, 0, 0], [2, 8, 9, 10, 3]], undefined, 'int32'); // prettier-ignore

function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.size).toBe(expected.length);
  actual.dataSync().forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `entry ${i}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i])),
    );
  });
}

describe('against torch in double precision', () => {
  it('contrastiveLoss and its gradient', () => {
    const { shape, similarities, loss, gradient } = golden.cases['symmetric InfoNCE'];
    const x = tf.tensor2d(similarities, shape as [number, number]);
    expectClose(clip.contrastiveLoss(x), [loss]);
    expectClose(tf.grad((s) => clip.contrastiveLoss(s as tf.Tensor2D))(x), gradient);
  });

  it('attributeLoss, which leaves out what does not count, and its gradient', () => {
    const { shape, logits, truth, loss, gradient } = golden.cases['cross-entropy of several heads'];
    const reader = smallReader();
    const x = tf.tensor2d(logits, shape as [number, number]);
    const wanted = tf.tensor2d(truth, undefined, 'int32');
    expectClose(attributes.attributeLoss(reader, x, wanted), [loss]);
    expectClose(tf.grad((s) => attributes.attributeLoss(reader, s as tf.Tensor2D, wanted))(x), gradient);
  });
});

describe('attributeAccuracy', () => {
  it('counts what was asked for, attribute by attribute', async () => {
    const reader = smallReader();
    const images = pictures(3);
    const found = attributes.readAttributes(reader, images);
    expect(found.shape).toEqual([3, 3]);
    const wanted = (await found.array()).map((row) => [...row]);
    wanted[0][0] = (wanted[0][0] + 1) % 3; // wrong
    wanted[1][2] = -1; // not asked for
    const { overall, byAttribute, allRight } = await attributes.attributeAccuracy(reader, images, wanted);
    expect(overall).toBeCloseTo(7 / 8);
    expect(byAttribute).toEqual({ colour: 2 / 3, lit: 1, place: 1 });
    expect(allRight).toBeCloseTo(2 / 3);
  });

  it('says which rows it needs', async () => {
    await expect(attributes.attributeAccuracy(smallReader(), pictures(2), [[0, 1, 2]])).rejects.toThrow(
      /2 images need as many rows of 3 numbers in wanted, got 1 rows of 3/,
    );
  });

  it('reads larger pictures through their averages', () => {
    const reader = smallReader();
    const large = pictures(2, 16);
    const small = tf.avgPool(large, 2, 2, 'valid');
    expect([...attributes.readAttributes(reader, large).dataSync()]).toEqual([
      ...attributes.readAttributes(reader, small).dataSync(),
    ]);
    expect(() => attributes.readAttributes(reader, pictures(1, 12))).toThrow(/\[B, 8, 8, 3\].*got \[1,12,12,3\]/);
  });
});

describe('the text–image model', () => {
  it('gives unit vectors, and scores from 0 to 100', () => {
    const model = smallClip();
    const [images, tokens] = [pictures(3), texts()];
    for (const vectors of [clip.embedImages(model, images), clip.embedTexts(model, tokens)]) {
      expect(vectors.shape).toEqual([3, 6]);
      expectClose(vectors.norm('euclidean', 1), [1, 1, 1]);
    }
    const cosines = clip.embedImages(model, images).mul(clip.embedTexts(model, tokens)).sum(1).dataSync();
    expectClose(
      clip.clipScore(model, images, tokens),
      [...cosines].map((value) => 100 * Math.max(0, value)),
      1e-4,
    );
    expect(() => clip.clipScore(model, pictures(2), tokens)).toThrow(/2 images need as many texts, got 3/);
  });

  it('starts with the scale of the paper, 1 / 0.07', () => {
    const model = smallClip();
    expectClose((model.image.apply(pictures(2)) as tf.Tensor).norm('euclidean', 1), [1 / 0.07, 1 / 0.07], 1e-4);
  });

  it('takes over the trunk of a classifier, and says where two do not fit', () => {
    const model = smallClip();
    const reader = smallReader();
    clip.takeTrunk(model, reader.network);
    const images = pictures(2);
    const until = (network: tf.LayersModel) =>
      tf.model({ inputs: network.inputs, outputs: network.getLayer('features_relu').output as tf.SymbolicTensor });
    expectClose(until(model.image).apply(images) as tf.Tensor, [
      ...(until(reader.network).apply(images) as tf.Tensor).dataSync(),
    ]);
    const other = attributes.buildAttributeClassifier({
      attributes: heads,
      side: 8,
      channels: [4, 6, 9],
      features: 16,
    });
    expect(() => clip.takeTrunk(model, other.network)).toThrow(/stage3a is .* here and .* in the other network/);
  });

  it.each(['free', 'locked'] as const)('learns which text belongs to which picture (trunk %s)', async (trunk) => {
    const model = smallClip();
    const images = tf.tidy(() =>
      pictures(3)
        .mul(0.2)
        .add(tf.eye(3).reshape([3, 1, 1, 3]).mul(0.8)),
    ) as tf.Tensor4D;
    const tokens = texts();
    const split = {
      size: 3,
      *batches() {
        yield { images: images.clone(), tokens: tokens.clone() };
      },
    };
    const stage = model.image.getLayer('stage1').getWeights()[0].clone();
    const before = tf.memory().numTensors;
    const history = await clip.trainClip(model, split, { trunk, epochs: 40, batchSize: 3, learningRate: 0.03 });
    expect(tf.memory().numTensors).toBe(before);
    expect(history.loss[39]).toBeLessThan(0.5); // by chance: ln 3, about 1.1
    const moved = model.image.getLayer('stage1').getWeights()[0].sub(stage).abs().max().dataSync()[0];
    if (trunk === 'free') expect(moved).toBeGreaterThan(0);
    else {
      expect(moved).toBe(0);
      expect(await clip.retrieval(model, images, tokens)).toEqual({ imageOfText: 1, textOfImage: 1 });
    }
  });

  it('leaves no tensors behind', async () => {
    const model = smallClip();
    const reader = smallReader();
    const [images, tokens] = [pictures(3), texts()];
    const before = tf.memory().numTensors;
    clip.clipScore(model, images, tokens).dispose();
    await clip.retrieval(model, images, tokens);
    clip.takeTrunk(model, reader.network);
    attributes.readAttributes(reader, images).dispose();
    await attributes.attributeAccuracy(reader, images, [[0, 0, 0], [1, 1, 1], [2, 0, 3]]); // prettier-ignore
    expect(tf.memory().numTensors).toBe(before);
    clip.dispose(model);
    attributes.dispose(reader);
  });
});
